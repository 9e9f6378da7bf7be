package fault

import (
	"fmt"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// A Fault is a harm that befalls a world at a time, or when something happens. Parse reads what String prints.
type Fault struct {
	On  Event         // what it waits for; if it is none, it comes at a time
	At  time.Duration // since the world began, or since the event
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

// String prints at 20s for 15s: cut at groups(a b | c), at the 3rd message of kv_store: halt a, or at 5ms after the 1st
// exit of any: boot b. Without a Harm it does nothing, and says so.
func (f Fault) String() string {
	harm := "nothing"
	if f.Harm != nil {
		harm = f.Harm.String()
	}
	return "at " + f.When() + ": " + harm
}

// When is the time, or the event, and how long it lasts.
func (f Fault) When() string {
	s := f.At.String()
	switch {
	case f.On.What != "" && f.At > 0:
		s += " after " + f.On.String()
	case f.On.What != "":
		s = f.On.String()
	}
	if f.For > 0 {
		s += " for " + f.For.String()
	}
	return s
}

// Parse reads what Fault.String prints. Durations are as Go writes them.
func Parse(text string) (Fault, error) {
	when, what, ok := strings.Cut(text, ": ")
	when, at := strings.CutPrefix(when, "at ")
	if !ok || !at {
		return Fault{}, badFault(text)
	}
	var f Fault
	var err error
	if head, length, is := cutLast(when, " for "); is && !strings.Contains(length, " ") {
		if f.For, err = parseTime(length); err != nil {
			return Fault{}, err
		}
		when = head
	}
	if strings.HasPrefix(when, "the ") {
		f.On, err = ParseEvent(when)
		when = "0s"
	} else if delay, event, is := strings.Cut(when, " after the "); is {
		when = delay
		f.On, err = ParseEvent("the " + event)
	} else if strings.Contains(when, " ") {
		return Fault{}, badFault(text)
	}
	if err != nil {
		return Fault{}, err
	}
	if f.At, err = parseTime(when); err != nil {
		return Fault{}, err
	}
	if f.Harm, err = ParseHarm(what); err != nil {
		return Fault{}, err
	}
	return f, nil
}

func badFault(text string) error {
	return fmt.Errorf("a fault is like at 20s for 15s: cut at groups(a b | c), or at the 3rd message of kv_store: halt a, not %q", text)
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
	Injected bool // its time or its event came, and it found somebody to befall
	Took     bool // something came of it
}

// Schedule puts faults on a world's calendar, and has those that wait for an event wait for it, those whose places are
// in without left out. It returns what becomes of them, in the order of the list. It must be called before the world
// runs past the first; events are counted from then on.
func Schedule(w *sim.World, faults []Fault, without ...int) []Count {
	counts := make([]Count, len(faults))
	left := map[int]bool{}
	for _, i := range without {
		left[i] = true
	}
	var events *waits
	for i, f := range faults {
		counts[i].Fault = f
		if left[i] {
			continue
		}
		if f.On.What != "" && events == nil {
			events = watch(w)
		}
		put(w, events, i, &counts[i])
	}
	return counts
}

// Befall is Schedule of one fault, alone, which is the i-th of a list for those who do not know the list before: no two
// faults of a world may have the same place.
func Befall(w *sim.World, i int, f Fault) *Count {
	c := &Count{Fault: f}
	var events *waits
	if f.On.What != "" {
		events = watch(w)
	}
	put(w, events, i, c)
	return c
}

// put puts one fault on the calendar, or has it wait.
func put(w *sim.World, events *waits, i int, c *Count) {
	f := c.Fault
	strike := func() { begin(w, i, f, c) }
	if f.On.What == "" {
		w.At(f.At, fmt.Sprint("fault ", i), strike)
		return
	}
	events.add(f.On, func() {
		w.At(w.View().Now()+f.At, fmt.Sprint("fault ", i), strike)
		if f.At == 0 {
			w.Interrupt()
		}
	})
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
	now := w.View().Now()
	if undo == nil || f.For <= 0 {
		if onNet {
			w.At(now, fmt.Sprint("fault counted ", i), func() { c.Took = net.took(w) })
		}
		return
	}
	w.At(now+f.For, fmt.Sprint("fault over ", i), func() {
		if onNet {
			c.Took = net.took(w)
		}
		undo()
	})
}
