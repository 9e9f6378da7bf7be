package fault

import (
	"fmt"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// A Fault is a harm that befalls a world at a time. Parse reads what String prints.
type Fault struct {
	At  time.Duration // since the world began
	For time.Duration // after so long it is taken back; 0: never
	Harm
}

// Harm is what a Fault does. The harms are Kill, Exit, Halt, Power, Boot, Pause, Clock, Disconnect and Net.
type Harm interface {
	// String prints the harm as Parse reads it.
	String() string
	// Begin does it, now. key is by what its draws are keyed. undo takes it back, and is nil if there is
	// nothing to take back; ok is whether it found somebody to befall.
	Begin(w *sim.World, key choice.Key) (undo func(), ok bool)
}

// String prints at 20s for 15s: cut at groups(a b | c).
func (f Fault) String() string {
	s := "at " + f.At.String()
	if f.For > 0 {
		s += " for " + f.For.String()
	}
	return s + ": " + f.Harm.String()
}

// Parse reads what Fault.String prints. Durations are as Go writes them.
func Parse(text string) (Fault, error) {
	when, what, ok := strings.Cut(text, ": ")
	words := strings.Fields(when)
	if !ok || len(words) != 2 && len(words) != 4 || words[0] != "at" || len(words) == 4 && words[2] != "for" {
		return Fault{}, fmt.Errorf("a fault is like at 20s for 15s: cut at groups(a b | c), not %q", text)
	}
	var f Fault
	var err error
	if f.At, err = parseTime(words[1]); err != nil {
		return Fault{}, err
	}
	if len(words) == 4 {
		if f.For, err = parseTime(words[3]); err != nil {
			return Fault{}, err
		}
	}
	f.Harm, err = ParseHarm(what)
	return f, err
}

func parseTime(word string) (time.Duration, error) {
	d, err := time.ParseDuration(word)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("a time of a fault is like 250ms or 1m30s, not %q", word)
	}
	return d, nil
}

// ParseHarm reads what String of any harm prints.
func ParseHarm(text string) (Harm, error) {
	word, rest, _ := strings.Cut(text, " ")
	for _, k := range kinds {
		if k.word == word {
			return k.parse(strings.TrimSpace(rest))
		}
	}
	return parseNet(text)
}

// kind is a sort of harm that begins with a word of its own.
type kind struct {
	word  string
	parse func(rest string) (Harm, error)
}

var kinds = []kind{
	{"kill", parseKill}, {"exit", parseExit}, {"halt", parseHalt}, {"power", parsePower}, {"boot", parseBoot},
	{"pause", parsePause}, {"clock", parseClock}, {"disconnect", parseDisconnect},
}

// Count says of one fault of a list whether it was good for anything.
type Count struct {
	Fault    Fault
	Injected bool // its time came, and it found somebody to befall
	Took     bool // something came of it
}

// Schedule puts faults on a world's calendar, those whose places are in without left out, and returns what
// becomes of them, in the order of the list. It must be called before the world runs past the first.
func Schedule(w *sim.World, faults []Fault, without ...int) []Count {
	counts := make([]Count, len(faults))
	left := map[int]bool{}
	for _, i := range without {
		left[i] = true
	}
	for i, f := range faults {
		counts[i].Fault = f
		if !left[i] {
			w.At(f.At, fmt.Sprint("fault ", i), func() { begin(w, i, f, &counts[i]) })
		}
	}
	return counts
}

func begin(w *sim.World, i int, f Fault, c *Count) {
	undo, ok := f.Begin(w, choice.Key{Domain: choice.Fault, ID: choice.ID("fault", fmt.Sprint(i))})
	c.Injected = ok
	if !ok {
		return
	}
	c.Took = true
	w.Note(trace.Fault, sim.PID{}, f.Harm.String(), nil)
	net, onNet := f.Harm.(Net)
	if onNet { // what it did is known when it ends
		c.Took = false
	}
	if undo == nil || f.For <= 0 {
		if onNet {
			w.At(f.At, fmt.Sprint("fault counted ", i), func() { c.Took = net.took(w) })
		}
		return
	}
	w.At(f.At+f.For, fmt.Sprint("fault over ", i), func() {
		if onNet {
			c.Took = net.took(w)
		}
		undo()
	})
}
