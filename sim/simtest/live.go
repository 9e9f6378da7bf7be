package simtest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// Live is a run under way: a world that stands still unless it is told to go on. A Spec's Drive has one, and so have Actions and
// Commands.
type Live struct {
	*sim.World
	Plan plan.Plan

	spec    *Spec
	source  *choice.Source
	decl    declaration
	counts  []fault.Count  // of its faults
	later   []*fault.Count // of those that came by Fault
	clients *clients
	rules   *check.Set
	result  sim.Result
	end     time.Duration // no run goes beyond
	own     check.Verdict // what Break said first
	facts   *lastFacts
	over    bool
	steps   steps
}

// Open begins a run of a plan: the world is there and nothing has happened yet. It must be closed.
func Open(spec Spec, p plan.Plan) *Live {
	var b bed
	return b.open(&spec, p, nil, 0)
}

// bed is where runs take place, one after the other: what a world has allocated is used again.
type bed struct{ world *sim.World }

// What a run may come to if its Spec does not say: a test ends.
const (
	defaultEvents   = 20_000_000
	defaultPatience = 2_000_000
)

// open begins a run. rec, if not nil, takes its draws; keep is how many facts the trace holds on to.
func (b *bed) open(spec *Spec, p plan.Plan, rec *choice.Recording, keep int) *Live {
	l := &Live{spec: spec, Plan: p, source: p.Source(), end: p.For, facts: &lastFacts{}}
	l.steps = steps{now: -1, told: map[int]string{}, asked: map[choice.Key]uint64{}}
	if l.end == 0 {
		l.end = sim.Forever
	}
	if rec != nil {
		l.source.Record(rec)
	}
	cfg := spec.config()
	cfg.Source, cfg.Keep = l.source, max(cfg.Keep, keep)
	if keep > 0 {
		cfg.KeepOnly = nil // what is told is told of all
	}
	own := cfg.Abandon
	cfg.Abandon = func(v any) bool { return harness(v) || own != nil && own(v) }
	l.facts.next, cfg.Observer = cfg.Observer, l.facts
	if spec.Bare {
		l.rules = spec.Rules.Only()
	} else {
		l.rules = spec.Rules.And(func() []check.Rule { return []check.Rule{newOpPanics(l)} }).New()
	}
	l.rules.First = true
	l.rules.Attach(&cfg)

	l.decl = spec.draw(l.source)
	if b.world == nil {
		b.world = sim.New(cfg)
	} else {
		b.world.Reset(cfg)
	}
	l.World = b.world
	l.rules.Begin(l.World)
	l.counts = fault.Schedule(l.World, l.decl.faults, p.Without...)
	l.clients = newClients(l.World, &spec.Ops, first(cfg))
	for i, op := range l.decl.ops {
		if !p.Leaves(spec.firstOp() + i) {
			l.clients.schedule(i, op)
		}
	}
	return l
}

// first is the name of a world's first node.
func first(cfg sim.Config) sim.Atom {
	switch {
	case len(cfg.Nodes) > 0:
		return cfg.Nodes[0].Name
	case cfg.Node != "":
		return cfg.Node
	}
	return "local"
}

// config is what the Spec says of the world.
func (s *Spec) config() sim.Config {
	var cfg sim.Config
	if s.Config != nil {
		cfg = s.Config()
	}
	if s.Boot != nil {
		cfg.Boot = s.Boot
	}
	if len(s.Nodes) > 0 {
		cfg.Nodes = nil
		for _, n := range s.Nodes {
			cfg.Nodes = append(cfg.Nodes, sim.NodeSpec{Name: n})
		}
	}
	if s.late > 0 {
		s.delay(&cfg)
	}
	if cfg.Policy == nil {
		cfg.Policy = scheduler.Portfolio{}
	}
	if cfg.MaxEvents == 0 {
		cfg.MaxEvents = defaultEvents
	}
	if cfg.Patience == 0 {
		cfg.Patience = defaultPatience
	}
	return cfg
}

// delay has all nodes boot later.
func (s *Spec) delay(cfg *sim.Config) {
	late := func(boot sim.Body) sim.Body {
		if boot == nil {
			return nil
		}
		return func(p *sim.Proc) {
			p.Sleep(s.late)
			boot(p)
		}
	}
	cfg.Boot = late(cfg.Boot)
	cfg.Nodes = slices.Clone(cfg.Nodes) // they may be the Spec's own, each time the same
	for i := range cfg.Nodes {
		cfg.Nodes[i].Boot = late(cfg.Nodes[i].Boot)
	}
}

// harness reports whether a panic is one of the test harness's own: rapid breaks a test case off by panics, and testing has some
// too. A world that took them for a process's would have rapid look for a crash that nobody made.
func harness(v any) bool {
	t := reflect.TypeOf(v)
	if t == nil {
		return false
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	for _, path := range []string{"testing", "pgregory.net/rapid", "github.com/leanovate/gopter"} {
		if t.PkgPath() == path || strings.HasPrefix(t.PkgPath(), path+"/") {
			return true
		}
	}
	return false
}

// element says what stands at a place of the run's declaration, "" if nothing does.
func (l *Live) element(place int) string {
	if i := place - l.spec.firstOp(); i >= 0 && i < len(l.decl.steps) {
		return l.tellStep(i)
	}
	return l.spec.element(l.decl, place)
}

// Now is the virtual time since the world began.
func (l *Live) Now() time.Duration { return l.View().Now() }

// Run lets the world go on for a span of virtual time, or until a rule breaks, or the plan's time is over.
func (l *Live) Run(d time.Duration) sim.Result { return l.run(d, l.rules.Drive) }

// pass is Run, and time passes even if nothing happens in it: a world in which nothing can happen any more stands still
// otherwise.
func (l *Live) pass(d time.Duration) { l.run(d, l.rules.Pass) }

func (l *Live) run(d time.Duration, drive func(*sim.World, time.Duration) sim.Result) sim.Result {
	if !l.Over() {
		l.result = drive(l.World, max(0, min(d, l.end-l.Now())))
	}
	return l.result
}

// Over reports whether Run will not go on: something broke, the plan's time is over, or the world has stopped for good.
func (l *Live) Over() bool {
	switch l.result.Stop {
	case 0, sim.StopTime, sim.StopIdle, sim.StopQuiet:
		return l.over || l.own.State == check.Broken || l.Now() >= l.end
	}
	return true
}

// Break says that the system broke a rule of Drive's own: its name, in which way without numbers, and what was seen. The first
// time counts.
func (l *Live) Break(rule, key, got string) {
	if l.own.State != check.Broken {
		l.own = check.Verdict{Rule: rule, Kind: "drive", State: check.Broken, At: l.Now(), Key: key, Got: got}
	}
}

// Broken is what broke first; ok is false if nothing did, so far.
func (l *Live) Broken() (v check.Verdict, ok bool) {
	v, ok = l.rules.Broken()
	if l.own.State == check.Broken && (!ok || l.own.At < v.At) {
		return l.own, true
	}
	if !ok {
		v = l.stopped()
		ok = v.State == check.Broken
	}
	return v, ok
}

// stopped is the verdict on a run that came to no end. Nothing is known of what would have followed, so it must not
// pass for a good one.
func (l *Live) stopped() check.Verdict {
	v := check.Verdict{Rule: "the run ends", Kind: "stop", State: check.Broken, At: l.result.Now}
	switch l.result.Stop {
	case sim.StopCrashed:
		v.Key, v.Got = "boot", fmt.Sprintf("boot panicked: %v", l.result.Crash)
	case sim.StopEvents:
		v.Key, v.Got = "events", fmt.Sprintf("there were %d events, which is Config.MaxEvents", l.result.Events)
	case sim.StopLivelock:
		v.Key, v.Got = "livelock", fmt.Sprintf("%d slices ran, and no process's timer fired", l.result.Stalled)
	default:
		return check.Verdict{}
	}
	return v
}

// Finish ends the run and says what it came to. The world stays to be looked at.
func (l *Live) Finish() plan.Outcome {
	if !l.over {
		if l.result.Stop == 0 { // Drive has run nothing
			l.result = l.rules.Drive(l.World, 0)
		}
		l.over = true
		l.rules.Finish(l.View(), l.result)
		l.spec.shown.add(l)
	}
	o := plan.Outcome{Hash: l.result.Hash, Events: l.result.Events, Now: l.result.Now, Drift: l.source.Drift()}
	if v, ok := l.Broken(); ok {
		o.Signature, o.Broke = v.Signature(), v.At
	}
	return o
}

// play is a run from its beginning to its end.
func (l *Live) play() plan.Outcome {
	if l.spec.script != nil {
		l.spec.script.play(l)
	} else if l.spec.Drive != nil {
		l.spec.Drive(l)
	} else {
		l.Run(l.spec.declared())
	}
	return l.Finish()
}

// Run runs a plan of a Spec. It is a pure function: the same plan comes to the same.
func Run(spec Spec, p plan.Plan) plan.Outcome {
	l := Open(spec, p)
	defer l.Close()
	return l.play()
}

// Events are what happens in the run of a plan, each once: what a Mix may have its faults wait for. It is for who
// writes a Mix, and looks which of them are worth it; a Mix whose events change is another declaration, and its saved
// plans are stale.
func Events(spec Spec, p plan.Plan) []fault.Event {
	l := Open(spec, p)
	defer l.Close()
	seen := fault.Look(l.World)
	l.play()
	return seen.Events()
}
