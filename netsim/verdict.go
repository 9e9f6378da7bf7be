package netsim

import (
	"fmt"
	"math"
	"time"
)

// Never is the time of what has no time.
const Never time.Duration = math.MaxInt64

// A Fate is what becomes of a signal.
type Fate uint8

const (
	Travels Fate = iota // it is under way: ask Arrive at Verdict.At
	Arrives             // it is there, now
	Held                // its way is blocked: Resume it when Heal names its Lane
	// Full: not taken, for the queue is full: ask again at Verdict.At, or if that is Never after Heal has named its Lane.
	Full
	Lost   // nobody will ever see it
	Broken // it is lost and costs the connection: the sender notices at Verdict.At
	Ends   // of a notice: it is there, and the connection is over for its receiver
)

var fateNames = [...]string{"travels", "arrives", "held", "full", "lost", "broken", "ends"}

// String is the fate in a word.
func (f Fate) String() string {
	if int(f) < len(fateNames) {
		return fateNames[f]
	}
	return fmt.Sprintf("fate%d", uint8(f))
}

// A Verdict is the answer to where a signal gets, and when.
type Verdict struct {
	At   time.Duration // as its Fate says; now if that says nothing
	Seq  uint64        // the signal's number on its direction of the connection; none if Full, Lost by Route, or Broken
	Fate Fate
}

// String prints what a person wants to read in a log: travels 5 until 3ms.
func (v Verdict) String() string {
	switch v.Fate {
	case Travels:
		return fmt.Sprintf("travels %d until %s", v.Seq, FormatDuration(v.At))
	case Full, Broken:
		if v.At == Never {
			return v.Fate.String() + " until a heal"
		}
		return fmt.Sprintf("%v until %s", v.Fate, FormatDuration(v.At))
	case Lost:
		return "lost"
	}
	return fmt.Sprintf("%v %d", v.Fate, v.Seq)
}
