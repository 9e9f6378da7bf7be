package supervisor_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// store and logger are the kv example: every five seconds the logger asks the store for its size, which
// the store does not know.
type (
	store  struct{ genserver.Base }
	logger struct{ genserver.Base }
	size   struct{ otp.Returns[int] }
)

func newStore() *store   { return &store{} }
func newLogger() *logger { return &logger{} }

const tick = 5 * time.Second

func (*logger) Init(*sim.Proc) genserver.InitResult { return genserver.Ok().Timeout(tick) }

func (*logger) HandleInfo(p *sim.Proc, _ any) genserver.Result {
	otp.MustCall(p, sim.Local("kv_store"), size{})
	return genserver.NoReply().Timeout(tick)
}

// record notes deaths and reports.
type record struct{ facts []sim.Fact }

func (r *record) Observe(f sim.Fact) { r.facts = append(r.facts, f) }

// deaths lists who ended, when and why.
func (r *record) deaths() (list []string) {
	for _, f := range r.facts {
		if f.Kind == trace.Exit {
			why := term.Format(f.Detail)
			if _, call := f.Detail.(sim.Tuple); call {
				why = "of it"
			}
			list = append(list, fmt.Sprintf("%v %v: %s", f.At.Round(time.Millisecond), f.Subject, why))
		}
	}
	return list
}

// C1: both crash every five seconds, which is two restarts; the sixth, at 15 s, is one too
// many in ten seconds (SUP9), and the supervisor dies with shutdown (SUP10).
func TestKV(t *testing.T) {
	for _, compat := range []sim.Compat{sim.OTP25, sim.OTP27} {
		var seen record
		w := sim.New(sim.Config{Compat: compat, Observer: &seen, Boot: func(p *sim.Proc) {
			supervisor.StartLink(p, sim.Local("kv_sup"), supervisor.Spec{
				Intensity: supervisor.Restarts(5, 10*time.Second),
				Children: []supervisor.Child{
					{ID: "kv_store", Start: genserver.Start(sim.Local("kv_store"), newStore)},
					{ID: "kv_logger", Start: genserver.Start(sim.Local("kv_logger"), newLogger)},
				},
			})
		}})
		res := w.Run(time.Minute)
		w.Close()
		deaths := seen.deaths()
		if len(deaths) < 7 || res.Now > time.Minute {
			t.Fatalf("%q", deaths)
		}
		last := deaths[len(deaths)-1]
		if want := "15s <local/kv_sup>: shutdown"; last != want {
			t.Errorf("it ends with %q, want %q: all of\n%q", last, want, deaths)
		}
		restarts := 0
		for _, f := range seen.facts {
			if f.Kind == trace.Report && f.Text == "progress" {
				restarts++
			}
		}
		if restarts != 2+5 {
			t.Errorf("%d children were started, want 2 and 5 restarts", restarts)
		}
	}
}

// try runs body as a world's first process, and fails if it does not come to its end.
func try(t *testing.T, cfg sim.Config, body sim.Body) *sim.World {
	t.Helper()
	done := false
	cfg.Boot = func(p *sim.Proc) { body(p); done = true }
	w := sim.New(cfg)
	t.Cleanup(w.Close)
	if res := w.Run(time.Hour); !done {
		t.Fatalf("%+v\n%v", res, res.Crash)
	}
	return w
}

var start = genserver.Start(nil, newIdle)

// SUP2: what is not said is as in OTP.
func TestDefaults(t *testing.T) {
	try(t, sim.Config{}, func(p *sim.Proc) {
		sup, _ := supervisor.StartLink(p, nil, supervisor.Spec{Children: []supervisor.Child{
			{ID: "a", Start: start},
			{ID: "b", Start: supervisor.Start(nil, supervisor.Spec{}), Type: supervisor.Supervisor},
		}})
		for id, want := range map[string]supervisor.Child{
			"a": {Restart: supervisor.Permanent, Shutdown: supervisor.After(5 * time.Second), Type: supervisor.Worker},
			"b": {Restart: supervisor.Permanent, Shutdown: supervisor.Infinity, Type: supervisor.Supervisor},
		} {
			got, err := supervisor.GetChildSpec(p, sup.PID, id)
			if err != nil || got.Restart != want.Restart || got.Shutdown != want.Shutdown || got.Type != want.Type {
				t.Errorf("%s is %v %v %v (%v)", id, got.Restart, got.Shutdown, got.Type, err)
			}
		}
	})
}

// SUP3: what init may answer.
func TestInit(t *testing.T) {
	for _, c := range []struct {
		name string
		init supervisor.Init
		want string
	}{
		{"ignore", func(*sim.Proc) (supervisor.Spec, error) { return supervisor.Spec{}, otp.ErrIgnore }, "ignore"},
		{"junk", func(*sim.Proc) (supervisor.Spec, error) {
			return supervisor.Spec{}, &otp.BadReturn{Value: term.Atom("junk")}
		}, "start: {bad_return,{my_sup,init,junk}}"},
		{"error", func(*sim.Proc) (supervisor.Spec, error) { return supervisor.Spec{}, errors.New("no config") },
			"start: {bad_return,{my_sup,init,{error,no config}}}"},
		{"exit", func(p *sim.Proc) (supervisor.Spec, error) { p.ExitSelf(term.Atom("x")); panic("never") }, "start: x"},
		{"crash", func(p *sim.Proc) (supervisor.Spec, error) { panic(term.Atom("x")) }, "start: {x,STACK}"},
	} {
		try(t, sim.Config{}, func(p *sim.Proc) {
			p.TrapExit(true)
			_, err := supervisor.StartLinkInit(p, nil, c.init, supervisor.Module("my_sup"))
			if err == nil || err.Error() != c.want {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
		})
	}
}

// The errors are found by the means of Go.
func TestErrors(t *testing.T) {
	try(t, sim.Config{}, func(p *sim.Proc) {
		sup, _ := supervisor.StartLink(p, nil, supervisor.Spec{Children: []supervisor.Child{{ID: "a", Start: start}}})
		list, _ := supervisor.WhichChildren(p, sup.PID)
		_, err := supervisor.StartChild(p, sup.PID, supervisor.Child{ID: "a", Start: start})
		if pid, ok := otp.IsAlreadyStarted(err); !ok || pid != list[0].PID {
			t.Errorf("already started: %v", err)
		}
		if err := supervisor.DeleteChild(p, sup.PID, "a"); !errors.Is(err, supervisor.ErrRunning) {
			t.Errorf("running: %v", err)
		}
		if err := supervisor.TerminateChild(p, sup.PID, "b"); !errors.Is(err, supervisor.ErrNotFound) {
			t.Errorf("not found: %v", err)
		}
		if _, err := supervisor.CountChildren(p, sim.Local("nobody")); !errors.Is(err, otp.ErrNoProc) {
			t.Errorf("no supervisor: %v", err)
		}
		if _, err := supervisor.CountChildren(p, list[0].PID); err == nil {
			t.Error("a server that is no supervisor has counted its children")
		}
	})
}

// SUP13: OTP 27 says plainly that somebody outside has the name; OTP 25 wraps that up.
func TestStartChild_nameTaken(t *testing.T) {
	for compat, want := range map[sim.Compat]string{
		sim.OTP27: "{already_started,<local/x>}", sim.OTP25: "{{already_started,<local/x>},x}",
	} {
		try(t, sim.Config{Compat: compat}, func(p *sim.Proc) {
			genserver.StartLink(p, sim.Local("x"), newIdle)
			sup, _ := supervisor.StartLink(p, nil, supervisor.Spec{})
			_, err := supervisor.StartChild(p, sup.PID, supervisor.Child{ID: "x", Start: genserver.Start(sim.Local("x"), newIdle)})
			if e, ok := err.(*supervisor.Error); !ok || term.Format(e.Reason) != want {
				t.Errorf("%v, want %s", err, want)
			}
		})
	}
}

// SUP13: whoever it is that OTP 27 takes to have the name: it does not look.
func TestStartChild_nameTakenByWhatever(t *testing.T) {
	for compat, want := range map[sim.Compat]string{
		sim.OTP27: "{already_started,somebody}", sim.OTP25: "{{already_started,somebody},x}",
	} {
		try(t, sim.Config{Compat: compat}, func(p *sim.Proc) {
			sup, _ := supervisor.StartLink(p, nil, supervisor.Spec{})
			_, err := supervisor.StartChild(p, sup.PID, supervisor.Child{ID: "x", Start: func(*sim.Proc, ...any) (otp.Started, error) {
				return otp.Started{}, &otp.StartError{Reason: term.Tuple{term.Atom("already_started"), term.Atom("somebody")}}
			}})
			if e, ok := err.(*supervisor.Error); !ok || term.Format(e.Reason) != want {
				t.Errorf("%v, want %s", err, want)
			}
		})
	}
}

// SUP13: who asks the supervisor that is starting him waits for ever, and so does it.
func TestStartChild_asksItsSupervisor(t *testing.T) {
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		supervisor.StartLink(p, sim.Local("sup"), supervisor.Spec{Children: []supervisor.Child{{
			ID: "curious", Start: otp.Special("curious", func(p *sim.Proc, _ ...any) {
				supervisor.WhichChildren(p, sim.Local("sup"))
			}),
		}}})
	}})
	defer w.Close()
	if res := w.Run(time.Hour); res.Stop != sim.StopIdle || len(res.Deadlock) != 3 {
		t.Errorf("%+v, want a deadlock of three", res)
	}
}

// SUP18: a restarted child finds its name free, whether it crashed or was stopped.
func TestRestart_named(t *testing.T) {
	var seen record
	try(t, sim.Config{Observer: &seen}, func(p *sim.Proc) {
		var children []supervisor.Child
		for _, id := range []string{"a", "b", "c"} {
			children = append(children, supervisor.Child{ID: id, Start: genserver.Start(sim.Local(id), newIdle)})
		}
		supervisor.StartLink(p, nil, supervisor.Spec{Strategy: supervisor.OneForAll, Intensity: supervisor.Restarts(30, time.Second), Children: children})
		for range 30 {
			b, _ := p.Whereis("b")
			p.Exit(b, sim.Kill)
			p.Sleep(time.Millisecond)
		}
	})
	for _, f := range seen.facts {
		if r, ok := f.Detail.(*supervisor.Report); ok && r.Context == supervisor.StartError {
			t.Errorf("%v", r)
		}
	}
}

// SUP19: new code, new attributes, old processes.
func TestCodeChange(t *testing.T) {
	try(t, sim.Config{}, func(p *sim.Proc) {
		spec := supervisor.Spec{Children: []supervisor.Child{{ID: "a", Start: start}, {ID: "b", Start: start}}}
		var err error
		sup, _ := supervisor.StartLinkInit(p, nil, func(*sim.Proc) (supervisor.Spec, error) { return spec, err })
		before, _ := supervisor.WhichChildren(p, sup.PID)
		change := func() error {
			sys.Suspend(p, sup.PID)
			defer sys.Resume(p, sup.PID)
			return sys.ChangeCode(p, sup.PID, term.Atom("sup"), nil, nil)
		}
		unchanged := func(what string) {
			t.Helper()
			if got, _ := supervisor.WhichChildren(p, sup.PID); !slices.EqualFunc(got, before, func(a, b supervisor.Info) bool { return a.String() == b.String() }) {
				t.Errorf("%s: %v, want %v", what, got, before)
			}
		}
		err = otp.ErrIgnore
		if err := change(); err != nil {
			t.Error(err)
		}
		unchanged("init answers ignore")
		err = nil
		spec.Strategy = "nonsense"
		if err := change(); err == nil {
			t.Error("nonsense was accepted")
		}
		unchanged("a strategy that there is not")
		spec = supervisor.Spec{Strategy: supervisor.OneForAll, Children: []supervisor.Child{
			{ID: "c", Start: start}, {ID: "b", Start: start, Restart: supervisor.Transient}},
		}
		if err := change(); err != nil {
			t.Error(err)
		}
		got, _ := supervisor.WhichChildren(p, sup.PID)
		if want := fmt.Sprintf("[{a,%v,worker,[]} {b,%v,worker,[]} {c,undefined,worker,[]}]", before[1].PID, before[0].PID); fmt.Sprint(got) != want {
			t.Errorf("%v, want %s", got, want)
		}
		if b, _ := supervisor.GetChildSpec(p, sup.PID, "b"); b.Restart != supervisor.Transient {
			t.Errorf("b is %v", b.Restart)
		}
		spec = supervisor.Spec{Strategy: supervisor.SimpleOneForOne, Children: spec.Children[:1]}
		if err := change(); err == nil {
			t.Error("it has become a simple_one_for_one")
		}
	})
}

// SUP19: a template that has changed counts for the children that it has made.
func TestCodeChange_dynamic(t *testing.T) {
	try(t, sim.Config{}, func(p *sim.Proc) {
		spec := supervisor.Spec{Strategy: supervisor.SimpleOneForOne, Children: []supervisor.Child{{ID: "a", Start: start}}}
		sup, _ := supervisor.StartLinkInit(p, nil, func(*sim.Proc) (supervisor.Spec, error) { return spec, nil })
		child, _ := supervisor.StartDynamic(p, sup.PID)
		change := func() error {
			sys.Suspend(p, sup.PID)
			defer sys.Resume(p, sup.PID)
			return sys.ChangeCode(p, sup.PID, term.Atom("sup"), nil, nil)
		}
		spec.Children = []supervisor.Child{{ID: "b", Start: start, Restart: supervisor.Temporary}}
		if err := change(); err != nil {
			t.Error(err)
		}
		if c, _ := supervisor.GetChildSpec(p, sup.PID, child.PID); c.ID != "b" {
			t.Errorf("the template is %v", c)
		}
		p.Exit(child.PID, sim.Kill)
		p.Sleep(time.Second)
		if n, _ := supervisor.CountChildren(p, sup.PID); n.Workers != 0 {
			t.Errorf("a temporary child was restarted: %v", n)
		}
		spec.Children = append(spec.Children, spec.Children[0])
		if err := change(); err == nil {
			t.Error("two templates were accepted")
		}
	})
}

// SUP20: what is static sleeps; only Info can tell.
func TestHibernates(t *testing.T) {
	for _, c := range []struct {
		compat   sim.Compat
		strategy supervisor.Strategy
		want     bool
	}{{sim.OTP27, supervisor.OneForOne, true}, {sim.OTP25, supervisor.OneForOne, false}, {sim.OTP27, supervisor.SimpleOneForOne, false}} {
		try(t, sim.Config{Compat: c.compat}, func(p *sim.Proc) {
			sup, _ := supervisor.StartLink(p, nil, supervisor.Spec{Strategy: c.strategy, Children: []supervisor.Child{{ID: "a", Start: start}}})
			p.Sleep(time.Second)
			if info, _ := p.Info(sup.PID); info.Hibernating != c.want {
				t.Errorf("%v: hibernating is %v", c, info.Hibernating)
			}
		})
	}
}

// A supervisor of supervisors on demand: their arguments come from StartDynamic.
func TestStartArgs(t *testing.T) {
	try(t, sim.Config{}, func(p *sim.Proc) {
		top, _ := supervisor.StartLink(p, nil, supervisor.Spec{Strategy: supervisor.SimpleOneForOne, Children: []supervisor.Child{{
			ID: "room", Type: supervisor.Supervisor,
			Start: supervisor.StartArgs(nil, func(_ *sim.Proc, args ...any) (spec supervisor.Spec, _ error) {
				for i := range args[0].(int) {
					spec.Children = append(spec.Children, supervisor.Child{ID: fmt.Sprint("seat", i), Start: start})
				}
				return spec, nil
			}),
		}}})
		room, err := supervisor.StartDynamic(p, top.PID, 3)
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := supervisor.CountChildren(p, room.PID); n.Active != 3 {
			t.Errorf("%v, want 3 active", n)
		}
		if list, _ := supervisor.WhichChildren(p, room.PID); list[0].PID.Path() != "supervisor/room/seat2" {
			t.Errorf("the last seat is %v", list[0].PID)
		}
	})
}

// A report prints as OTP's log shows it.
func TestReport_prints(t *testing.T) {
	var seen record
	try(t, sim.Config{Observer: &seen}, func(p *sim.Proc) {
		supervisor.StartLink(p, sim.Local("sup"), supervisor.Spec{Children: []supervisor.Child{
			{ID: "a", Start: genserver.Start(nil, newIdle), Restart: supervisor.Transient, Shutdown: supervisor.Infinity}},
		})
		list, _ := supervisor.WhichChildren(p, sim.Local("sup"))
		p.Exit(list[0].PID, sim.Kill)
		p.Sleep(time.Second)
	})
	const child = ",{id,a},{restart_type,transient},{significant,false},{shutdown,infinity},{child_type,worker}]\n"
	want := []string{
		"    supervisor: {local,sup}\n    started: [{pid,<local/sup/a>}" + child,
		"    supervisor: {local,sup}\n    errorContext: child_terminated\n    reason: killed\n    offender: [{pid,<local/sup/a>}" + child,
		"    supervisor: {local,sup}\n    started: [{pid,<local/sup/a.2>}" + child,
	}
	var got []string
	for _, f := range seen.facts {
		if r, ok := f.Detail.(*supervisor.Report); ok {
			got = append(got, r.String())
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// What a supervisor is asked, and what it is, prints in a trace that is kept: in one line, and soon.
func TestTrace_prints(t *testing.T) {
	w := try(t, sim.Config{Keep: 10000}, func(p *sim.Proc) {
		p.TrapExit(true)
		var children []supervisor.Child
		for i := range 100 {
			children = append(children, supervisor.Child{ID: fmt.Sprint("c", i), Start: start})
		}
		sup, _ := supervisor.StartLink(p, sim.Local("sup"), supervisor.Spec{Children: children})
		supervisor.StartChild(p, sup.PID, supervisor.Child{ID: "d", Start: start})
		supervisor.TerminateChild(p, sup.PID, "d")
		state, _ := sys.GetState(p, sup.PID)
		if got, want := term.Format(state), "#supervisor{one_for_one, 1 in 5s: [c0, c1, c2,"; got[:len(want)] != want {
			t.Errorf("the state is %s", got)
		}
		otp.Cast(p, sup.PID, "what?") // SUP6 does not say so, but OTP's supervisors crash of it
		p.Sleep(time.Second)
		if p.Alive(sup.PID) {
			t.Error("it has understood")
		}
	})
	if w.Trace().Count() == 0 {
		t.Error("no trace")
	}
}

// tree is a world in which random processes of a tree are killed.
func tree(seed uint64, check bool) sim.Result {
	leaf := func(id string) supervisor.Child {
		return supervisor.Child{ID: id, Start: start, Restart: [...]supervisor.Restart{supervisor.Permanent, supervisor.Transient}[len(id)%2]}
	}
	branch := func(id string, s supervisor.Strategy) supervisor.Child {
		return supervisor.Child{ID: id, Type: supervisor.Supervisor, Start: supervisor.Start(nil, supervisor.Spec{
			Strategy: s, Intensity: supervisor.Restarts(3, time.Second), Children: []supervisor.Child{leaf("x"), leaf("xx"), leaf("y")},
		})}
	}
	w := sim.New(sim.Config{Seed: seed, CheckMutation: check, Boot: func(p *sim.Proc) {
		p.TrapExit(true)
		top, _ := supervisor.StartLink(p, sim.Local("top"), supervisor.Spec{
			Strategy: supervisor.RestForOne, Intensity: supervisor.Restarts(20, 5*time.Second),
			Children: []supervisor.Child{branch("a", supervisor.OneForOne), branch("b", supervisor.OneForAll), branch("c", supervisor.RestForOne)},
		})
		for range 40 {
			p.Sleep(time.Duration(p.Rand(300)) * time.Millisecond)
			branches, err := supervisor.WhichChildren(p, top.PID)
			if err != nil {
				return
			}
			b := branches[p.Rand(len(branches))]
			leaves, err := supervisor.WhichChildren(p, b.PID)
			if err != nil {
				continue
			}
			p.Exit(leaves[p.Rand(len(leaves))].PID, sim.Kill)
		}
	}})
	defer w.Close()
	return w.Run(time.Hour)
}

// The same seed gives the same run, whatever was allocated before.
func TestDeterminism(t *testing.T) {
	hashes := map[uint64]bool{}
	for seed := range uint64(20) {
		one, two := tree(seed, false), tree(seed, true)
		if one.Hash != two.Hash || one.Living == 0 {
			t.Errorf("seed %d: %+v, then %+v", seed, one, two)
		}
		hashes[one.Hash] = true
	}
	if len(hashes) < 15 {
		t.Errorf("20 seeds gave %d runs", len(hashes))
	}
}

// I8: no child outlives its supervisor, unless the supervisor was killed and the child is deaf.
func TestTree_noOrphans(t *testing.T) {
	for seed := range uint64(30) {
		w := sim.New(sim.Config{Seed: seed, Boot: func(p *sim.Proc) {
			p.TrapExit(true)
			spec := supervisor.Spec{Intensity: supervisor.Restarts(1, time.Second)}
			for i := range 5 {
				spec.Children = append(spec.Children, supervisor.Child{ID: fmt.Sprint(i), Start: start})
			}
			top, _ := supervisor.StartLink(p, nil, supervisor.Spec{Children: []supervisor.Child{{ID: "s", Type: supervisor.Supervisor, Start: supervisor.Start(nil, spec)}}})
			p.Sleep(time.Duration(p.Rand(50)) * time.Microsecond)
			list, _ := supervisor.WhichChildren(p, top.PID)
			for range p.Rand(4) {
				if leaves, err := supervisor.WhichChildren(p, list[0].PID); err == nil {
					p.Exit(leaves[p.Rand(len(leaves))].PID, sim.Kill)
				}
			}
			p.Exit([]sim.PID{top.PID, list[0].PID}[p.Rand(2)], []sim.Reason{sim.Kill, sim.Shutdown}[p.Rand(2)])
			p.Sleep(time.Minute)
			p.Exit(top.PID, sim.Shutdown)
		}})
		res := w.Run(time.Hour)
		if res.Living != 1 {
			t.Errorf("seed %d: %d processes are left", seed, res.Living)
		}
		w.Close()
	}
}

func Example() {
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		sup, _ := supervisor.StartLink(p, sim.Local("kv_sup"), supervisor.Spec{
			Strategy:  supervisor.RestForOne,
			Intensity: supervisor.Restarts(5, 10*time.Second),
			Children: []supervisor.Child{
				{ID: "kv_store", Start: genserver.Start(nil, newStore)},
				{ID: "kv_logger", Start: genserver.Start(nil, newLogger), Shutdown: supervisor.BrutalKill},
			},
		})
		before, _ := supervisor.WhichChildren(p, sup.PID)
		p.Exit(before[1].PID, sim.Kill)
		p.Sleep(time.Second)
		after, _ := supervisor.WhichChildren(p, sup.PID)
		fmt.Println(before)
		fmt.Println(after)
		fmt.Println(supervisor.CountChildren(p, sup.PID))
		fmt.Println(supervisor.DeleteChild(p, sup.PID, "kv_logger"))
	}})
	defer w.Close()
	w.Run(2 * time.Second)
	// Output:
	// [{kv_logger,<local/kv_sup/kv_logger>,worker,[]} {kv_store,<local/kv_sup/kv_store>,worker,[]}]
	// [{kv_logger,<local/kv_sup/kv_logger.2>,worker,[]} {kv_store,<local/kv_sup/kv_store.2>,worker,[]}]
	// [{specs,2},{active,2},{supervisors,0},{workers,2}] <nil>
	// supervisor: running
}
