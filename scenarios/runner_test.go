package scenarios_test

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// rogues is the built-in programs and some that misbehave.
func rogues() scenarios.Registry {
	all := scenarios.Registry{}
	for _, name := range programs.All().Names() {
		all[name], _ = programs.All().Lookup(name)
	}
	maps.Copy(all, scenarios.Registry{
		// Each asks the other, and waits for ever.
		"test.Stubborn": {
			Params:   []scenarios.Param{{Name: "other", Type: scenarios.ProcessType, Required: true}},
			Requests: []scenarios.Request{{Name: "ask", Call: true, Cast: true}},
			New:      func(s scenarios.Setting) genserver.Server { return &stubborn{setting: s} },
		},
		// Sends itself messages without end.
		"test.Spinner": {
			Requests: []scenarios.Request{{Name: "spin", Cast: true}},
			New:      func(scenarios.Setting) genserver.Server { return &spinner{} },
		},
		// Traps exits and stays.
		"test.Trapper": {New: func(scenarios.Setting) genserver.Server { return &trapper{} }},
		// Panics with what is no error of Erlang's, in every callback that it can.
		"test.Bomb": {
			Params:   []scenarios.Param{{Name: "in", Type: scenarios.TextType, Default: "call"}},
			Requests: []scenarios.Request{{Name: "go", Call: true}},
			New: func(s scenarios.Setting) genserver.Server {
				in, _ := scenarios.Value[string](s.Args, "in")
				if in == "new" {
					panic("in New")
				}
				return &bomb{in: in}
			},
		},
		// Halts its node.
		"test.Halter": {Requests: []scenarios.Request{{Name: "halt", Cast: true}}, New: func(scenarios.Setting) genserver.Server { return &halter{} }},
		// Says each second by how much its wall clock is wrong, from 500ms on.
		"test.Clock": {New: func(scenarios.Setting) genserver.Server { return &clockTeller{} }},
		// Has no behaviour.
		"test.Plain": plainProgram,
		// Nobody has written it yet.
		"test.Missing": {},
	})
	return all
}

type stubborn struct {
	genserver.Base
	setting scenarios.Setting
}

func (s *stubborn) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	v, _ := otp.CallAny(p, s.setting.Address("other"), req, otp.Within(sim.Forever))
	return genserver.ReplyAny(v)
}

func (s *stubborn) HandleCast(p *sim.Proc, msg any) genserver.Result {
	s.HandleCall(p, msg, otp.From{})
	return genserver.NoReply()
}

type spinner struct{ genserver.Base }

func (s *spinner) HandleCast(p *sim.Proc, msg any) genserver.Result {
	otp.Cast(p, p.Self(), msg)
	p.Yield()
	return genserver.NoReply()
}

type halter struct{ genserver.Base }

func (s *halter) HandleCast(p *sim.Proc, _ any) genserver.Result {
	p.HaltNode("enough")
	return genserver.NoReply()
}

type clockTeller struct{ genserver.Base }

func (s *clockTeller) Init(p *sim.Proc) genserver.InitResult {
	p.SendAfter(500*time.Millisecond-p.Now()%time.Second, p.Self(), sim.Atom("tick"))
	return genserver.Ok()
}

func (s *clockTeller) HandleInfo(p *sim.Proc, _ any) genserver.Result {
	p.Trace("clock", (p.SystemTime() - p.Now()).Round(100*time.Millisecond).String())
	p.SendAfter(time.Second, p.Self(), sim.Atom("tick"))
	return genserver.NoReply()
}

type trapper struct{ genserver.Base }

func (s *trapper) Init(p *sim.Proc) genserver.InitResult {
	p.TrapExit(true)
	return genserver.Ok()
}

type bomb struct {
	genserver.Base
	in string
}

func (s *bomb) Init(*sim.Proc) genserver.InitResult {
	if s.in == "init" {
		var m map[string]int
		//lint:ignore SA5000 that it panics is what it is for
		m["x"] = 1
	}
	return genserver.Ok()
}

func (s *bomb) HandleCall(*sim.Proc, any, otp.From) genserver.Result {
	var none []int
	return genserver.ReplyAny(none[len(s.in)])
}

// scenario parses a scenario of a test, whose head is the same for all.
func scenario(t testing.TB, body string) *scenarios.Scenario {
	t.Helper()
	sc, ds := scenarios.Parse("test.sim.yaml", []byte("simrun: 1\nname: test\n"+strings.ReplaceAll(body, "\t", "  ")), rogues())
	if sc == nil {
		t.Fatal(ds)
	}
	return sc
}

func play(t testing.TB, body string, seed uint64, opts scenarios.RunOptions) *reports.Run {
	t.Helper()
	r := scenarios.NewRunner(scenario(t, body), rogues())
	defer r.Close()
	return r.Run(seed, opts)
}

const two = `
tree: {id: s, intensity: 100, children: [{id: a, start: echo.Server, register: a}, {id: b, start: echo.Server}]}
`

// TestVerdicts: a story each. What is wanted of a verdict is its word, and text that must be in Got.
func TestVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		stop reports.Stop
		want []string // word, then text
	}{
		"always holds and breaks": {two + `
run: {for: 10s}
faults: [{name: k, at: 2s, kill: a}]
expect: [always: alive(/s), always: alive(a), never: dead(a), always: count(/s/*) >= 1, always: restarts(/s/*) < 1]`,
			reports.StopQuiet, []string{"holds", "broken alive(a) is false", "broken dead(a) is true", "holds", "broken restarts(/s/*) is 1"}},
		"after a moment": {two + `
run: {for: 10s}
faults: [{name: k, at: 2s, kill: a}]
expect: [{always: alive(a), after: 3s}, {always: exits(a) == 0, after: 3s}, {never: died(a) < 3s, after: 1s}]`,
			reports.StopQuiet, []string{"holds", "broken exits(a) is 1", "broken died(a) is 2.0"}},
		"eventually": {two + `
run: {for: 10s}
faults: [{name: k, at: 2s, kill: a}]
expect:
  - eventually: dead(a)
  - {eventually: dead(a), within: 1s}
  - {eventually: dead(a), within: 1s, after: 1500ms}
  - {eventually: dead(/s)}
  - {eventually: dead(/s), within: 9s, after: 1s}`,
			reports.StopQuiet, []string{"holds", "broken longer than 1s: dead(a) is false", "holds", "broken the run is over", "broken longer than 9s"}},
		"after a fault": {two + `
run: {for: 10s}
faults:
  - {name: k, every: 1s, between: 0s..5s, kill: a}
  - {name: late, at: 9500ms, kill: a}
  - {name: nothing, at: 1s, exit: {select: a, reason: normal}}
expect:
  - {eventually: alive(a), within: 1s, after: fault k}
  - {eventually: count(/s/*) == 3, within: 400ms, after: fault late}
  - {eventually: alive(a), after: fault nothing}
  - {always: alive(/s/b), after: fault nothing}
  - {always: exits(a) <= 5, after: fault k}
  - at_end: fired(k) == 5 && fired(late) == 1 && fired(nothing) == 0 && exits(a) == 6 && exits(a, killed) == 6`,
			reports.StopQuiet, []string{"holds", "broken longer than 400ms", "undecided fault nothing never took effect", "undecided never took effect", "broken exits(a) is 6", "holds"}},
		"the run is over before the time": {two + `
run: {for: 5s}
workloads: [{name: w, to: a, call: echo, every: 1s}]
faults: [{name: k, at: 4s, kill: a}]
expect: [{eventually: dead(/s), within: 2s, after: fault k}, {eventually: dead(/s), within: 4s}]`,
			reports.StopQuiet, []string{"undecided before the time was: dead(/s) is false", "broken"}},
		"a tree that does not start": {`
trees:
  - {id: good, children: [{id: a, start: echo.Server}]}
  - {id: bad, children: [{id: b, start: echo.Server}]}
run: {for: 10s}
faults: [{name: f, at: 0s, fail_start: {select: /bad/b, reason: "{no, disk}"}}]
expect: [always: alive(/good/a), at_end: alive(/good/a) && dead(/bad) && exits(/bad/b) == 1, at_end: fired(f) == 1]`,
			reports.StopQuiet, []string{"undecided never all up", "holds", "holds", "broken {shutdown,{failed_to_start_child,b,{no,disk}}}"}},
		"failing restarts": {two + `
run: {for: 10s}
faults: [{name: k, at: 2s, kill: a}, {name: f, at: 1s, fail_start: {select: a, times: 3, reason: disk}}]
expect:
  - at_end: exits(a) == 4 && exits(a, disk) == 3 && restarts(a) == 1 && fired(f) == 1 && alive(a)
  - {eventually: up(s), within: 1ms, after: fault f}`,
			reports.StopQuiet, []string{"holds", "holds"}},
		"deadlock": {`
tree: {id: s, children: [{id: a, start: test.Stubborn, with: {other: /s/b}}, {id: b, start: test.Stubborn, with: {other: /s/a}}]}
run: {for: 10s}
workloads: [{name: w, to: /s/a, call: ask, timeout: infinity, at: 1s}]
expect: [always: alive(/s/a), at_end: replies(w) == 0]`,
			reports.StopDeadlock, []string{"holds", "holds", `broken /s/a waits for an answer of /s/b; /s/b waits for an answer of /s/a; client 1 of "w" waits for ask of /s/a`}},
		"no deadlock while timers run": {`
tree: {id: s, children: [{id: a, start: test.Stubborn, with: {other: /s/b}}, {id: b, start: test.Stubborn, with: {other: /s/a}}]}
run: {for: 10s}
workloads: [{name: w, to: /s/a, call: ask, timeout: 20s, at: 1s}]
expect: [at_end: timeouts(w) == 0]`,
			reports.StopTime, []string{"holds"}},
		"livelock": {`
tree: {id: s, children: [{id: a, start: test.Spinner}]}
run: {for: 10d, limits: {events: 100M}}
workloads: [{name: w, to: /s/a, cast: spin, at: 1s}]
expect: [always: alive(/s/a), eventually: dead(/s), at_end: alive(/s)]`,
			reports.StopLivelock, []string{"undecided cut off", "undecided cut off", "undecided cut off", "broken no process's timer fired"}},
		"limit": {`
tree: {id: s, children: [{id: a, start: test.Spinner}]}
run: {for: 10d, limits: {events: 10k}}
workloads: [{name: w, to: /s/a, cast: spin, at: 1s}]
expect: [always: alive(/s/a), eventually: alive(/s)]`,
			reports.StopEvents, []string{"undecided cut off", "holds", "undecided after 10"}},
		"faults without end": {two + `
run: {for: 100d, limits: {events: 10k}}
faults: [{name: f, every: 1ns, exit: {select: a, reason: normal}}]
expect: [always: alive(a)]`,
			reports.StopEvents, nil},
		"faults without end that find nobody": {two + `
run: {for: 100d, limits: {events: 10k}}
faults: [{name: k, at: 1s, kill: /s}, {name: f, every: 1ns, between: 2s..90d, kill: /s/**}]
expect: [at_end: dead(/s)]`,
			reports.StopEvents, nil},
		"panics": {`
tree: {id: s, intensity: 3, period: 100s, children: [{id: a, start: test.Bomb}]}
run: {for: 10s}
workloads: [{name: w, to: /s/a, call: go, at: [1s, 2s, 3s, 4s, 5s]}]
expect: [at_end: errors(w) == 5 && exits(/s/a) == 4 && dead(/s)]`,
			reports.StopQuiet, []string{"holds"}},
		"panics in init": {`
tree: {id: s, children: [{id: a, start: test.Bomb, with: {in: init}}]}
expect: [at_end: dead(/s)]`,
			reports.StopQuiet, []string{"holds", "broken failed_to_start_child,a,{"}},
		"panics in New": {`
tree: {id: s, children: [{id: a, start: test.Bomb, with: {in: new}}]}
expect: [at_end: dead(/s)]`,
			reports.StopQuiet, []string{"holds", `broken "in New"`}},
		"a program without code": {`
tree: {id: s, children: [{id: a, start: test.Missing}]}
expect: [at_end: dead(/s)]`,
			reports.StopQuiet, []string{"holds", "broken cannot be run"}},
		"exit signals": {`
tree: {id: s, intensity: 9, children: [{id: a, start: echo.Server}, {id: t, start: test.Trapper}]}
run: {for: 10s}
faults: [{name: one, at: 1s, exit: {select: /s/a, reason: "{bad, 1}"}}, {name: two, at: 1s, exit: {select: /s/t, reason: boom}}, {name: three, at: 2s, kill: /s/t}, {name: sup, at: 3s, exit: {select: /s, reason: boom}}]
expect:
  - at_end: "exits(/s/a, {bad, 1}) == 1 && fired(one) == 1 && fired(two) == 1 && fired(three) == 1 && exits(/s/t, killed) == 1 && fired(sup) == 1 && alive(/s)"`,
			reports.StopQuiet, []string{"holds"}},
		"killing supervisors": {`
tree:
  id: s
  intensity: 9
  children:
    - {id: m, type: supervisor, children: [{id: a, start: echo.Server}, {id: p, type: supervisor, strategy: simple_one_for_one, count: 3, child: {id: w, start: echo.Server}}]}
run: {for: 10s}
faults: [{name: k, at: 1s, kill: /s/m}, {name: l, at: 2s, kill: /s/m/p}, {name: top, at: 9s, kill: /s}]
expect:
  - {eventually: up(s) && count(/s/m/p/w) == 3, within: 1ms, after: fault k}
  - {eventually: up(s) && count(/s/m/p/w) == 3, within: 1ms, after: fault l}
  - at_end: count(/s/**) == 0 && dead(/s) && restarts(/s/m) == 1 && restarts(/s/m/p) == 2 && restarts(/s/m/p/w) == 6 && exits(/s) == 1`,
			reports.StopQuiet, []string{"holds", "holds", "holds"}},
		"instances": {`
tree: {id: p, strategy: simple_one_for_one, intensity: 9, count: 5, child: {id: w, start: echo.Server}}
run: {for: 10s}
faults: [{name: k, at: 1s, kill: "/p/w[2]"}, {name: l, at: [2s, 3s], kill: {select: /p/w, pick: 2}}, {name: m, at: 4s, kill: {select: /p/w, pick: 30%}}]
expect:
  - at_end: restarts(/p/w[2]) >= 1 && restarts(/p/w) == 7 && exits(/p/w) == 7 && fired(k) == 1 && fired(l) == 2 && fired(m) == 1 && count(/p/w) == 5`,
			reports.StopQuiet, []string{"holds"}},
		"workloads": {two + `
run: {for: 10s}
workloads:
  - {name: c, to: a, count: 3, call: echo, every: 1s, start: 2s, stop: 5s}
  - {name: d, to: /s/*, cast: crash, at: [500ms, 1500ms, 7500ms]}
expect: [at_end: sent(c) == 6 && replies(c) == 6 && sent(d) == 3 && exits(/s/*) == 3, never: timeouts(c) > 0 || errors(c) > 0]`,
			reports.StopQuiet, []string{"holds", "holds"}},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(5) {
				run := play(t, c.body, seed, scenarios.RunOptions{Story: true})
				if run.Stop != c.stop {
					t.Errorf("stop %s", run.Stop)
				}
				for i, want := range c.want {
					word, text, _ := strings.Cut(want, " ")
					if i >= len(run.Verdicts) || string(run.Verdicts[i].Word) != word || !strings.Contains(run.Verdicts[i].Got, text) {
						t.Errorf("verdict %d should be %s", i, want)
					}
				}
				if c.want != nil && len(run.Verdicts) != len(c.want) {
					t.Errorf("%d verdicts", len(run.Verdicts))
				}
				if t.Failed() {
					t.Fatalf("seed %d: %v\n%s", seed, run, told(run))
				}
			}
		})
	}
}

func told(run *reports.Run) string {
	var b strings.Builder
	for _, v := range run.Verdicts {
		fmt.Fprintf(&b, "%+v\n", v)
	}
	for _, f := range run.Faults {
		fmt.Fprintf(&b, "%+v\n", f)
	}
	for _, w := range run.Workloads {
		fmt.Fprintf(&b, "%+v\n", w)
	}
	for _, l := range run.Story {
		fmt.Fprintf(&b, "%v %s\n", l.At, l.Text)
	}
	return b.String()
}

// TestRunnerAtRest: a runner that has not run has no trace, and can be closed.
func TestRunnerAtRest(t *testing.T) {
	r := scenarios.NewRunner(scenario(t, two), nil)
	if r.Trace() != nil {
		t.Error("a trace of nothing")
	}
	r.Close()
	r = scenarios.NewRunner(scenario(t, two), nil) // the programs are those it was parsed with
	defer r.Close()
	if run := r.Run(1, scenarios.RunOptions{}); run.Word() != reports.Holds || r.Trace().Count() != run.Events {
		t.Errorf("%+v", run)
	}
}

// TestRulesWatchOnly: what is expected of a run does not change it.
func TestRulesWatchOnly(t *testing.T) {
	body := two + `
run: {for: 10s}
workloads: [{name: w, to: /s/*, count: 3, call: echo, every: exp(100ms)}]
faults: [{name: k, every: exp(1s), kill: {select: /s/*, pick: one}}]
`
	rules := `expect: [{eventually: alive(a), within: 1s, after: fault k}, never: replies(w) > 5, {always: up(s), after: 3s}]`
	for seed := range uint64(20) {
		one, two := play(t, body, seed, scenarios.RunOptions{}), play(t, body+rules, seed, scenarios.RunOptions{Story: true})
		if one.Hash != two.Hash || one.Events != two.Events {
			t.Fatalf("seed %d: %x and %x", seed, one.Hash, two.Hash)
		}
	}
}

// TestDrawsAreKeyed: what is added beside a fault and a workload moves neither of them.
func TestDrawsAreKeyed(t *testing.T) {
	const lone = `
tree: {id: s, intensity: 100, period: 1s, children: [{id: a, start: echo.Server}, {id: b, start: echo.Server}]}
run: {for: 10s}
faults:%s
  - {name: k, every: exp(1s), kill: {select: /s/*, pick: one}}
workloads:%s
  - {name: w, to: /s/a, count: 3, cast: crash, at: [0s..10s, 0s..10s, 5s..6s]}
`
	moments := func(body string, seed uint64) (at []string) {
		r := scenarios.NewRunner(scenario(t, body), rogues())
		defer r.Close()
		run := r.Run(seed, scenarios.RunOptions{Keep: 1 << 20})
		rec := r.Trace().Record()
		for i, e := range rec.Events {
			client := e.Kind == trace.Timer && strings.HasPrefix(rec.Name(e.Subject), "<local/w")
			if client || e.Kind == trace.Fault && rec.Details[i] == "k" {
				at = append(at, time.Duration(e.At).String()+rec.Name(e.Object))
			}
		}
		if len(at) < 9 || run.Stop.CutOff() {
			t.Fatalf("%d moments, %s", len(at), run.Stop)
		}
		return at
	}
	for seed := range uint64(10) {
		alone := moments(fmt.Sprintf(lone, "", ""), seed)
		beside := moments(fmt.Sprintf(lone, "\n  - {name: other, every: 1ms..2s, exit: {select: /s/b, reason: normal}}", "\n  - {name: others, to: /s/b, count: 5, call: echo, every: exp(1s)}"), seed)
		if !reflect.DeepEqual(alone, beside) {
			t.Fatalf("seed %d:\n%v\n%v", seed, alone, beside)
		}
	}
}

// TestFor: a run can be made shorter and longer than the file says; what lasts until the end lasts until then.
func TestFor(t *testing.T) {
	body := two + `
run: {for: 10s}
workloads: [{name: w, to: a, call: echo, every: 1s}]
faults: [{name: k, every: 1500ms, kill: /s/b}]
expect: [at_end: sent(w) > 0]
`
	for d, want := range map[time.Duration][2]int{0: {9, 6}, 5500 * time.Millisecond: {5, 3}, 101 * time.Second: {100, 67}} {
		run := play(t, body, 1, scenarios.RunOptions{For: d})
		if run.Workloads[0].Sent != want[0] || run.Faults[0].Took != want[1] || run.Word() != reports.Holds {
			t.Errorf("%v: %+v %+v %v", d, run.Workloads, run.Faults, run)
		}
	}
}
