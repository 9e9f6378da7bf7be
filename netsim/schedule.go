package netsim

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// A Moment is a step of a schedule: a fault is injected, or healed. The caller applies it when its
// time has come.
type Moment struct {
	After time.Duration // the schedule began
	Heal  bool          // the fault is healed, not injected
	Fault int           // which of the schedule's faults, from 0
	What  Fault         // the same
}

// String prints 2s: heal 0.
func (m Moment) String() string {
	if m.Heal {
		return fmt.Sprintf("%s: heal %d", FormatDuration(m.After), m.Fault)
	}
	return fmt.Sprintf("%s: inject %d %v", FormatDuration(m.After), m.Fault, m.What)
}

// Flap injects a harm and heals it, again and again. ParseFlap reads what String prints.
type Flap struct {
	Down, Up Delay // how long it lasts each time, and how long it is gone
	Times    int   // how often
	Harm     Harm
	Where    Partition
}

// Moments are the steps of f, which begins down. name is by what its draws are keyed, and its faults
// are called.
func (f Flap) Moments(source *choice.Source, name string) []Moment {
	var ms []Moment
	var now time.Duration
	fault := Fault{name, f.Harm, f.Where}
	id := choice.ID("flap", name)
	for i := range f.Times {
		ms = append(ms, Moment{now, false, i, fault})
		now = later(now, f.Down.Draw(source, choice.Key{Domain: choice.Fault, ID: id, N: 2 * uint64(i)}))
		ms = append(ms, Moment{now, true, i, fault})
		now = later(now, f.Up.Draw(source, choice.Key{Domain: choice.Fault, ID: id, N: 2*uint64(i) + 1}))
	}
	return ms
}

// String prints flap down=1s..3s up=2s times=5: cut at groups(a | b).
func (f Flap) String() string {
	return fmt.Sprintf("flap down=%v up=%v times=%d: %v", f.Down, f.Up, f.Times, Fault{"", f.Harm, f.Where})
}

// mostTimes is more than any run has time for.
const mostTimes = 1_000_000

// ParseFlap reads what String prints.
func ParseFlap(text string) (Flap, error) {
	rest, ok := strings.CutPrefix(text, "flap ")
	how, what, ok2 := strings.Cut(rest, ": ")
	if !ok || !ok2 {
		return Flap{}, fmt.Errorf("flap wants something like flap down=1s..3s up=2s times=5: cut at groups(a | b), not %q", text)
	}
	var f Flap
	if err := settings(how, "a flap has down, up and times", f.set); err != nil {
		return Flap{}, fmt.Errorf("flap: %w", err)
	}
	fault, err := ParseFault(what)
	if err == nil && (fault.Name != "" || f.Times < 1 || f.Times > mostTimes) {
		err = fmt.Errorf("it has 1 to %d times, and its fault no name, not as in %q", mostTimes, text)
	}
	if err != nil {
		return Flap{}, fmt.Errorf("flap: %w", err)
	}
	f.Harm, f.Where = fault.Harm, fault.Where
	return f, nil
}

func (f *Flap) set(name, value string) (known bool, err error) {
	switch name {
	case "down":
		f.Down, err = ParseDelay(value)
	case "up":
		f.Up, err = ParseDelay(value)
	case "times":
		f.Times, err = strconv.Atoi(value)
	default:
		return false, nil
	}
	return true, err
}

// Swizzle isolates some nodes, one after the other, and lets them back in another order: each
// takes part with probability one half, gets lost at any time of the first half, and comes back
// at any time of the second: FoundationDB's (RandomClogging.cpp). ParseSwizzle reads what String prints.
type Swizzle struct {
	Over  time.Duration // all of it
	Harm  Harm
	Nodes []string // of whom some take part
}

// Moments are the steps of s. name is by what its draws are keyed: with the name of a node, so
// that one node more moves no other's. Under a dull source nothing happens.
func (s Swizzle) Moments(source *choice.Source, name string) []Moment {
	var ms []Moment
	for _, node := range s.Nodes {
		id := choice.ID("swizzle", name, node)
		if !source.Chance(choice.Key{Domain: choice.Fault, ID: id, N: 0}, 1, 2) {
			continue
		}
		half := Uniform(0, s.Over/2)
		lost := half.Draw(source, choice.Key{Domain: choice.Fault, ID: id, N: 1})
		back := s.Over/2 + half.Draw(source, choice.Key{Domain: choice.Fault, ID: id, N: 2})
		fault := Fault{name, s.Harm, Isolate(node)}
		i := len(ms) / 2
		ms = append(ms, Moment{lost, false, i, fault}, Moment{back, true, i, fault})
	}
	slices.SortStableFunc(ms, func(a, b Moment) int { return cmp.Compare(a.After, b.After) })
	return ms
}

// String prints swizzle over=10s: jam at a b c.
func (s Swizzle) String() string {
	return fmt.Sprintf("swizzle over=%s: %v at %s", FormatDuration(s.Over), s.Harm, strings.Join(s.Nodes, " "))
}

// ParseSwizzle reads what String prints.
func ParseSwizzle(text string) (Swizzle, error) {
	rest, ok1 := strings.CutPrefix(text, "swizzle over=")
	over, rest, ok2 := strings.Cut(rest, ": ")
	harm, nodes, ok3 := strings.Cut(rest, " at ")
	if !ok1 || !ok2 || !ok3 {
		return Swizzle{}, fmt.Errorf("swizzle wants something like swizzle over=10s: jam at a b c, not %q", text)
	}
	var s Swizzle
	var err error
	if s.Over, err = parseDuration(over); err != nil {
		return Swizzle{}, fmt.Errorf("swizzle: %w", err)
	}
	if s.Harm, err = ParseHarm(harm); err != nil {
		return Swizzle{}, fmt.Errorf("swizzle: %w", err)
	}
	s.Nodes = strings.Fields(nodes)
	if err := Isolate(s.Nodes...).check(); err != nil {
		return Swizzle{}, fmt.Errorf("swizzle %q: %w", text, err)
	}
	if slices.Contains(s.Nodes, Others) {
		return Swizzle{}, fmt.Errorf("swizzle %q wants the nodes by their names, not %s", text, Others)
	}
	return s, nil
}
