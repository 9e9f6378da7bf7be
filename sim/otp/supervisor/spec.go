package supervisor

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// Spec says what a supervisor is: how it restarts and what it starts. It is plain data; the zero value of
// every field is OTP's default.
type Spec struct {
	Strategy     Strategy
	Intensity    Intensity
	AutoShutdown AutoShutdown
	Children     []Child // in the order in which they are started
}

// Child says how to start, restart and stop one child.
type Child struct {
	ID          string // its name among its siblings; must not be empty
	Start       otp.StartFunc
	Restart     Restart
	Shutdown    Shutdown
	Type        ChildType
	Significant bool     // whether its end can be the supervisor's: see AutoShutdown
	Modules     []string // whatever WhichChildren is to tell about its code

	instead *any // what stands in the place of a specification: see NotAChild
}

// NotAChild is a Child that is no specification at all, but the value v in the place of one. It is refused
// with {invalid_child_spec, v}, as OTP refuses such a value: Go's types catch most mistakes that OTP
// finds only when it runs, and this is how to make one on purpose.
func NotAChild(v any) Child { return Child{instead: &v} }

// Strategy says which children are restarted when one ends.
type Strategy string

// The strategies. OneForOne is the default.
const (
	OneForOne       Strategy = "one_for_one"        // that child
	OneForAll       Strategy = "one_for_all"        // all
	RestForOne      Strategy = "rest_for_one"       // that child and those started after it
	SimpleOneForOne Strategy = "simple_one_for_one" // that child; all are made of one template, on demand
)

// Restart says after what ends a child is restarted.
type Restart string

// The kinds of restart. Permanent is the default.
const (
	Permanent Restart = "permanent" // always
	Transient Restart = "transient" // unless its reason was normal, shutdown or {shutdown, _}
	Temporary Restart = "temporary" // never; its specification goes with it
)

// ChildType says what a child is. It decides the default of Shutdown and what CountChildren counts.
type ChildType string

// The types. Worker is the default.
const (
	Worker     ChildType = "worker"
	Supervisor ChildType = "supervisor"
)

// AutoShutdown says when the end of significant children is the end of the supervisor. A child counts
// only if it ended by itself and is not restarted.
type AutoShutdown string

// The kinds. Never is the default.
const (
	Never          AutoShutdown = "never"
	AnySignificant AutoShutdown = "any_significant" // when the first significant child has ended
	AllSignificant AutoShutdown = "all_significant" // when the last one has
)

// String is OTP's word for the strategy.
func (s Strategy) String() string { return string(s.orDefault()) }

// String is OTP's word for it.
func (r Restart) String() string { return string(r.orDefault()) }

// String is OTP's word for it.
func (t ChildType) String() string { return string(t.orDefault()) }

// String is OTP's word for it.
func (a AutoShutdown) String() string { return string(a.orDefault()) }

func (s Strategy) orDefault() Strategy         { return cmp.Or(s, OneForOne) }
func (r Restart) orDefault() Restart           { return cmp.Or(r, Permanent) }
func (t ChildType) orDefault() ChildType       { return cmp.Or(t, Worker) }
func (a AutoShutdown) orDefault() AutoShutdown { return cmp.Or(a, Never) }

// Shutdown says how a child is stopped. The zero Shutdown gives a worker five seconds and a supervisor all
// the time it needs. A positive one is a time: see After.
type Shutdown time.Duration

const (
	// Infinity asks the child to end and waits for ever.
	Infinity Shutdown = math.MaxInt64
	// BrutalKill kills the child without asking.
	BrutalKill Shutdown = math.MinInt64

	atOnce Shutdown = math.MinInt64 + 1
)

// After asks the child to end and kills it if it is still there after d. After(0) asks and kills in one breath.
func After(d time.Duration) Shutdown {
	if d == 0 {
		return atOnce
	}
	return Shutdown(d)
}

// String prints the time, or OTP's word; default for the zero Shutdown.
func (s Shutdown) String() string {
	switch s {
	case 0:
		return "default"
	case Infinity:
		return "infinity"
	case BrutalKill:
		return "brutal_kill"
	}
	return s.patience().String()
}

// patience is how long a child that was asked to end is waited for.
func (s Shutdown) patience() time.Duration {
	switch s {
	case Infinity:
		return sim.Forever
	case atOnce:
		return 0
	}
	return time.Duration(s)
}

// withDefaults fills in what a specification leaves open, except for its AutoShutdown, which only a whole
// supervisor has.
func (c Child) withDefaults() Child {
	c.Restart = c.Restart.orDefault()
	c.Type = c.Type.orDefault()
	if c.Shutdown == 0 {
		c.Shutdown = After(5 * time.Second)
		if c.Type == Supervisor {
			c.Shutdown = Infinity
		}
	}
	return c
}

// String prints the specification in one line.
func (s Spec) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v, %v", s.Strategy, s.Intensity)
	if s.AutoShutdown.orDefault() != Never {
		fmt.Fprintf(&b, ", %v", s.AutoShutdown)
	}
	b.WriteString(": [")
	for i, c := range s.Children {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.String())
	}
	b.WriteByte(']')
	return b.String()
}

// String prints the child by its name and what sets it apart: store, conns(transient, supervisor).
func (c Child) String() string {
	if c.instead != nil {
		return fmt.Sprintf("not a child: %v", *c.instead)
	}
	var apart []string
	if c.Restart.orDefault() != Permanent {
		apart = append(apart, c.Restart.String())
	}
	if c.Type.orDefault() != Worker {
		apart = append(apart, c.Type.String())
	}
	if d := (Child{Type: c.Type}).withDefaults(); c.Shutdown != 0 && c.Shutdown != d.Shutdown {
		apart = append(apart, c.Shutdown.String())
	}
	if c.Significant {
		apart = append(apart, "significant")
	}
	if len(apart) == 0 {
		return c.ID
	}
	return c.ID + "(" + strings.Join(apart, ", ") + ")"
}
