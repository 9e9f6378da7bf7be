package supervisor_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
)

// A plan is a supervisor and the ends its children come to, so far apart that no two restarts count together.
type plan struct {
	Seed     uint64
	Strategy supervisor.Strategy
	Restarts []supervisor.Restart // of child 0, 1…
	Ends     []end
}

// end is how a child ends; nothing happens if it does not run.
type end struct {
	Child  int
	Reason sim.Atom
}

// state is what can be seen of a supervisor: how often each child was started, and which run, newest first.
type state struct {
	Starts  []int
	Running []string
	Known   []string
}

// model is supervisor.erl's rules for ends that come one at a time (SUP6, SUP7), in plain words.
type model struct {
	plan
	starts  []int
	runs    []bool
	removed []bool
}

func newModel(pl plan) *model {
	n := len(pl.Restarts)
	m := &model{plan: pl, starts: make([]int, n), runs: make([]bool, n), removed: make([]bool, n)}
	for i := range n {
		m.start(i)
	}
	return m
}

func (m *model) start(i int) {
	m.starts[i]++
	m.runs[i] = true
}

func (m *model) end(e end) {
	i := e.Child
	if !m.runs[i] {
		return
	}
	m.runs[i] = false
	again := m.Restarts[i] == supervisor.Permanent ||
		m.Restarts[i] == supervisor.Transient && e.Reason != sim.Normal && e.Reason != sim.Shutdown
	if !again {
		m.removed[i] = m.Restarts[i] == supervisor.Temporary
		return
	}
	first, last := i, i
	switch m.Strategy {
	case supervisor.OneForAll:
		first, last = 0, len(m.Restarts)-1
	case supervisor.RestForOne:
		last = len(m.Restarts) - 1
	}
	for j := first; j <= last; j++ { // everything in the group stops; temporary siblings are forgotten
		if j != i && m.runs[j] && m.Restarts[j] == supervisor.Temporary {
			m.removed[j] = true
		}
		m.runs[j] = false
	}
	for j := first; j <= last; j++ {
		if !m.removed[j] {
			m.start(j)
		}
	}
}

func (m *model) state() state {
	s := state{Starts: m.starts}
	for i := len(m.runs) - 1; i >= 0; i-- {
		if m.removed[i] {
			continue
		}
		s.Known = append(s.Known, name(i))
		if m.runs[i] {
			s.Running = append(s.Running, name(i))
		}
	}
	return s
}

func name(i int) string { return fmt.Sprint("child", i) }

// play does the same to a real supervisor in a world of the plan's seed.
func (pl plan) play() (s state, problem string) {
	s.Starts = make([]int, len(pl.Restarts))
	w := sim.New(sim.Config{Seed: pl.Seed, Boot: func(p *sim.Proc) { problem = pl.drive(p, &s) }})
	defer w.Close()
	if res := w.Run(24 * time.Hour); res.Stop == sim.StopCrashed {
		return s, res.Crash.Error()
	}
	return s, problem
}

func (pl plan) drive(p *sim.Proc, s *state) string {
	spec := supervisor.Spec{Strategy: pl.Strategy, Intensity: supervisor.Restarts(1, time.Second)}
	for i, r := range pl.Restarts {
		start := genserver.Start(sim.Local(name(i)), func() *counted { return &counted{starts: &s.Starts[i]} })
		spec.Children = append(spec.Children, supervisor.Child{ID: name(i), Start: start, Restart: r})
	}
	sup, err := supervisor.StartLink(p, nil, spec)
	if err != nil {
		return err.Error()
	}
	for _, e := range pl.Ends {
		p.Sleep(10 * time.Second)
		if pid, ok := p.Whereis(sim.Local(name(e.Child))); ok {
			p.Send(pid, e.Reason)
		}
	}
	p.Sleep(10 * time.Second)
	kids, err := supervisor.WhichChildren(p, sup.PID)
	if err != nil {
		return err.Error()
	}
	for _, k := range kids {
		s.Known = append(s.Known, fmt.Sprint(k.ID))
		if !k.PID.IsZero() {
			s.Running = append(s.Running, fmt.Sprint(k.ID))
		}
	}
	return ""
}

// counted is a server that counts its starts and ends with whatever reason it is sent.
type counted struct {
	genserver.Base
	starts *int
}

func (c *counted) Init(*sim.Proc) genserver.InitResult {
	*c.starts++
	return genserver.Ok()
}

func (c *counted) HandleInfo(p *sim.Proc, msg any) genserver.Result { return genserver.Stop(msg) }

// check plays a plan and compares what comes of it with the model; "" if they agree.
func (pl plan) check() string {
	m := newModel(pl)
	for _, e := range pl.Ends {
		m.end(e)
	}
	got, problem := pl.play()
	if problem != "" {
		return problem
	}
	if got, want := got, m.state(); !cmp.Equal(want, got) {
		return fmt.Sprintf("the model says\n  %+v\nthe supervisor\n  %+v", want, got)
	}
	return ""
}

var (
	strategies = []supervisor.Strategy{supervisor.OneForOne, supervisor.OneForAll, supervisor.RestForOne}
	kinds      = []supervisor.Restart{supervisor.Permanent, supervisor.Transient, supervisor.Temporary}
	reasons    = []sim.Atom{sim.Normal, sim.Shutdown, "boom", sim.Killed}
)

// SUP6, SUP7: who is restarted, and who is forgotten, under every strategy.
func TestStrategies_asTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pl := plan{
			Strategy: rapid.SampledFrom(strategies).Draw(t, "strategy"),
			Restarts: rapid.SliceOfN(rapid.SampledFrom(kinds), 1, 5).Draw(t, "restarts"),
		}
		pl.Ends = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) end {
			return end{rapid.IntRange(0, len(pl.Restarts)-1).Draw(t, "child"), rapid.SampledFrom(reasons).Draw(t, "reason")}
		}), 0, 8).Draw(t, "ends")
		pl.Seed = rapid.Uint64().Draw(t, "seed")
		if wrong := pl.check(); wrong != "" {
			t.Fatalf("%+v\n%s", pl, wrong)
		}
	})
}

// The same with gopter, whose generators make whole plans.
func TestStrategies_gopter(t *testing.T) {
	params := gopter.DefaultTestParametersWithSeed(1)
	params.MinSuccessfulTests = 100
	properties := gopter.NewProperties(params)
	properties.Property("as the model", prop.ForAll(
		func(seed uint64, strategy int, restarts, ends []int) string {
			pl := plan{Seed: seed, Strategy: strategies[strategy]}
			for _, r := range restarts {
				pl.Restarts = append(pl.Restarts, kinds[r])
			}
			for _, e := range ends {
				pl.Ends = append(pl.Ends, end{e % len(restarts), reasons[e/8%len(reasons)]})
			}
			return pl.check()
		},
		gen.UInt64(),
		gen.IntRange(0, len(strategies)-1),
		gen.SliceOf(gen.IntRange(0, len(kinds)-1)).SuchThat(func(v []int) bool { return len(v) > 0 }),
		gen.SliceOf(gen.IntRange(0, 63)),
	))
	properties.TestingRun(t)
}
