package check

import (
	"fmt"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Rules makes the rules of one run. It is called anew for each: rules remember. Check says whether they can judge anything.
type Rules func() []Rule

// New makes the set of a run: these rules and those of Default. Nil Rules are none.
func (r Rules) New() *Set { return r.with(Default()) }

// Only makes the set of a run of these rules alone.
func (r Rules) Only() *Set { return r.with(nil) }

func (r Rules) with(more []Rule) *Set {
	return &Set{rules: append(r.make(), more...)}
}

// And are these rules and then others, which more makes anew for each run too.
func (r Rules) And(more Rules) Rules {
	return func() []Rule { return append(slices.Clone(r.make()), more.make()...) }
}

// make makes them.
func (r Rules) make() []Rule {
	if r == nil {
		return nil
	}
	return r()
}

// Check makes the rules once and says what is wrong with them, if something is: one that is nil, or has no name, or the
// name of another, or a condition that is none.
func (r Rules) Check() error {
	seen := map[string]bool{}
	for i, rule := range r.make() {
		if rule == nil {
			return fmt.Errorf("the %s rule is nil", term.Ordinal(i+1))
		}
		name := rule.Verdict().Rule
		switch {
		case name == "":
			return fmt.Errorf("the %s rule has no name", term.Ordinal(i+1))
		case seen[name]:
			return fmt.Errorf("two rules have the name %q", name)
		}
		seen[name] = true
		if t, is := rule.(*temporal); is && slices.ContainsFunc(t.conds, Cond.none) {
			return fmt.Errorf("the rule %q has a condition that is none: make it by Facts, On, User or Looked, with a judge", name)
		}
	}
	return nil
}

// Set is the rules of one run.
type Set struct {
	// First lets Drive stop the run at the first rule that breaks.
	First bool

	rules    []Rule
	world    *sim.World
	cfg      sim.Config
	done     bool
	tripped  bool // a rule is broken, and Drive has seen it
	panicked any
}

// NewSet makes a set of rules, without those of Default.
func NewSet(rules ...Rule) *Set { return &Set{rules: rules} }

// Attach makes the set an observer of worlds of that configuration, behind the one that is there.
func (s *Set) Attach(cfg *sim.Config) {
	cfg.Observer = &chain{cfg.Observer, s}
	s.cfg = *cfg
}

// chain tells one observer after the other.
type chain struct {
	first sim.Observer // may be nil
	set   *Set
}

func (c *chain) Observe(f sim.Fact) {
	if c.first != nil {
		c.first.Observe(f)
	}
	c.set.Observe(f)
}

// Observe tells all rules a fact. It is for those who do not use Attach.
func (s *Set) Observe(f sim.Fact) {
	if s.panicked != nil {
		return
	}
	s.tell(f)
	if s.First && s.world != nil && !s.tripped && s.anyBroken() {
		s.tripped = true
		s.world.Halt()
	}
}

// tell runs the rules' code. It runs in the middle of a process, where a panic would pass for the process's own:
// it is kept, and comes out of Drive.
func (s *Set) tell(f sim.Fact) {
	fine := false
	defer func() {
		if !fine {
			s.panicked = recover()
			if s.world != nil {
				s.world.Halt()
			}
		}
	}()
	for _, r := range s.rules {
		r.Observe(f)
	}
	fine = true
}

func (s *Set) rethrow() {
	if v := s.panicked; v != nil {
		s.panicked = nil
		panic(v)
	}
}

// Begin tells the rules which world they are about. Drive does it; it is for those who run the world by other means.
func (s *Set) Begin(w *sim.World) {
	if s.world == w {
		return
	}
	s.world = w
	for _, r := range s.rules {
		if b, ok := r.(Starter); ok {
			b.Start(s.cfg, w.View())
		}
	}
}

// Drive runs the world for a span of virtual time, in steps, so that rules can look at it when they want to. It may be
// called again to go on. The run is the same as that of World.Run. If a rule panics, Drive panics with the same value.
func (s *Set) Drive(w *sim.World, d time.Duration) sim.Result { return s.drive(w, d, w.Run) }

// Pass is Drive as World.Pass is World.Run: all of the span passes even if nothing happens in it.
func (s *Set) Pass(w *sim.World, d time.Duration) sim.Result {
	if d == sim.Forever { // the steps have an end, and the span has none
		return s.Drive(w, d)
	}
	return s.drive(w, d, w.Pass)
}

func (s *Set) drive(w *sim.World, d time.Duration, run func(time.Duration) sim.Result) sim.Result {
	s.Begin(w)
	now := w.View().Now()
	end := now + max(d, 0)
	if end < now {
		end = sim.Forever
	}
	for {
		res := run(min(end, max(s.next(), now+1)) - now)
		s.rethrow()
		now = res.Now
		if res.Stop != sim.StopTime {
			return res
		}
		s.look()
		if s.First && !s.tripped && s.anyBroken() {
			s.tripped = true
			res.Stop = sim.StopHalted
			return res
		}
		if now >= end {
			return res
		}
	}
}

// next is when the first of the rules wants to look.
func (s *Set) next() time.Duration {
	next := sim.Forever
	for _, r := range s.rules {
		next = min(next, r.Next())
	}
	return next
}

func (s *Set) look() {
	v := s.world.View()
	now := v.Now()
	for _, r := range s.rules {
		if r.Next() <= now {
			r.Look(v)
		}
	}
}

// Finish ends the run. Only the first call does anything.
func (s *Set) Finish(v sim.View, r sim.Result) {
	if s.done {
		return
	}
	s.done = true
	for _, rule := range s.rules {
		rule.Finish(v, r)
	}
}

// Verdicts are what became of the rules, in their order.
func (s *Set) Verdicts() []Verdict {
	var all []Verdict
	for _, r := range s.rules {
		all = append(all, r.Verdict())
	}
	return all
}

func (s *Set) anyBroken() bool {
	for _, r := range s.rules {
		if b, ok := r.(interface{ IsBroken() bool }); ok && b.IsBroken() || !ok && r.Verdict().State == Broken {
			return true
		}
	}
	return false
}

// Broken is what broke first; of what broke at the same time, the rule that stands first. ok is false if nothing did.
func (s *Set) Broken() (first Verdict, ok bool) {
	for _, r := range s.rules {
		if v := r.Verdict(); v.State == Broken && (!ok || v.At < first.At) {
			first, ok = v, true
		}
	}
	return first, ok
}

// Signature is that of the rule that broke first; "" if none did.
func (s *Set) Signature() string {
	v, _ := s.Broken()
	return v.Signature()
}
