package application_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// bare is an application whose top process does nothing; then is run in it.
func bare(name sim.Atom, then func(p *sim.Proc)) application.App {
	return application.App{Name: name, Start: func(p *sim.Proc, _ application.StartType, _ any) (otp.Started, error) {
		return otp.Start(p, string(name), func(p *sim.Proc) {
			p.Register(sim.Name(name), p.Self())
			otp.InitAck(p, nil)
			if then != nil {
				then(p)
			}
			p.Sleep(sim.Forever)
		}, otp.StartOptions{Link: true})
	}}
}

// on runs code on a node with a release.
func on(t *testing.T, r application.Release, cfg sim.Config, code func(p *sim.Proc)) *sim.World {
	t.Helper()
	done := false
	r.Run = func(p *sim.Proc) {
		code(p)
		done = true
	}
	cfg.Boot = r.Boot
	w := sim.New(cfg)
	t.Cleanup(w.Close)
	w.Run(time.Minute)
	if !done {
		t.Error("it did not come to its end")
	}
	return w
}

func TestErrors(t *testing.T) {
	on(t, application.Release{}, sim.Config{}, func(p *sim.Proc) {
		application.Load(p, bare("a", nil))
		b := bare("b", nil)
		b.Deps = []sim.Atom{"a"}
		application.Load(p, b)
		c := bare("c", nil)
		c.Start = func(*sim.Proc, application.StartType, any) (otp.Started, error) {
			return otp.Started{}, &otp.StartError{Reason: term.Atom("running")}
		}
		application.Load(p, c)
		d := bare("d", nil)
		d.Deps = []sim.Atom{"nowhere"}
		application.Load(p, d)
		_, ensured := application.EnsureAllStarted(p, "", "d")
		for _, x := range []struct {
			err, is error
		}{
			{application.Start(p, "b", ""), application.ErrNotStarted},
			{application.Stop(p, "b"), application.ErrNotStarted},
			{application.Unload(p, "x"), application.ErrNotLoaded},
			{application.LoadByName(p, "x"), application.ErrNoSuchFile},
			{application.Start(p, "x", ""), application.ErrNoSuchFile},
			{ensured, application.ErrNoSuchFile},
			{application.Load(p, bare("a", nil)), application.ErrAlreadyLoaded},
			{errors.Join(application.Start(p, "a", ""), application.Start(p, "a", "")), application.ErrAlreadyStarted},
			{application.Unload(p, "a"), application.ErrRunning},
		} {
			if !errors.Is(x.err, x.is) {
				t.Errorf("%v is not %v", x.err, x.is)
			}
			if errors.Is(x.err, otp.ErrTimeout) || errors.Is(x.err, application.ErrNotRunning) {
				t.Errorf("%v is too much", x.err)
			}
		}
		err := application.Start(p, "c", "") // {running,MFA}: not the controller's word
		if errors.Is(err, application.ErrRunning) || term.Format(otp.ExitReason(err)) != "{running,{c_app,start,[normal,[]]}}" {
			t.Error(err)
		}
		// what is loaded already is named, and repeated if it was handed over
		for _, x := range []struct {
			err  error
			want string
		}{
			{application.LoadByName(p, "a"), "{already_loaded,a}"},
			{application.Load(p, bare("a", nil)), "{already_loaded,{application,a,[{description,\"\"},{vsn,\"\"},{applications,[]}," +
				"{optional_applications,[]},{included_applications,[]}]}}"},
			{application.Load(p, d), "{already_loaded,{application,d,[{description,\"\"},{vsn,\"\"},{applications,[nowhere]}," +
				"{optional_applications,[]},{included_applications,[]}]}}"},
		} {
			if got := term.Format(otp.ExitReason(x.err)); got != x.want {
				t.Errorf("%s, want %s", got, x.want)
			}
		}
		if errors.Unwrap(&application.Error{Reason: sim.ErrTimeout}) != sim.ErrTimeout {
			t.Error("what the reason is, it does not say")
		}
	})
}

// A process that asks on a node without a controller gets noproc, and finds nothing.
func TestWithoutController(t *testing.T) {
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		if err := application.Start(p, "a", ""); !errors.Is(err, otp.ErrNoProc) {
			t.Error(err)
		}
		if _, err := application.EnsureAllStarted(p, "", "a"); !errors.Is(err, otp.ErrNoProc) {
			t.Error(err)
		}
		if err := application.SetEnv(p, "a", "k", 1); !errors.Is(err, otp.ErrNoProc) {
			t.Error(err)
		}
		_, own := application.Own(p)
		_, env := application.GetEnv(p, "a", "k")
		_, ownEnv := application.GetOwnEnv(p, "k")
		_, top := application.Supervisor(p, "a")
		_, spec := application.Spec(p, "a")
		if own || env || ownEnv || top || spec || len(application.LoadedApplications(p)) > 0 || len(application.GetAllEnv(p, "a")) > 0 {
			t.Error("it knows something")
		}
	}})
	defer w.Close()
	w.Settle()
}

// APP2: the process tree is OTP's: controller, master, x, top supervisor; the master is the group leader.
func TestProcessTree(t *testing.T) {
	for compat, path := range map[sim.Compat]string{sim.OTP27: "apps/a/x/a", sim.OTP25: "apps/a_starter/a/x/a"} {
		w := on(t, application.Release{}, sim.Config{Compat: compat}, func(p *sim.Proc) {
			application.Load(p, bare("a", nil))
			if err := application.Start(p, "a", application.Temporary); err != nil {
				t.Error(err)
			}
			top, _ := application.Supervisor(p, "a")
			info, _ := p.Info(top)
			x, _ := p.Info(info.Parent)
			master, _ := p.Info(x.Parent)
			controller, _ := p.Whereis(application.Controller)
			switch {
			case top.Path() != path:
				t.Error(top)
			case info.GroupLeader != master.PID || x.GroupLeader != master.PID || master.GroupLeader != master.PID:
				t.Error(info, x, master)
			case fmt.Sprint(info.Links) != fmt.Sprint([]sim.PID{x.PID}):
				t.Error(info.Links)
			case fmt.Sprint(master.Links) != fmt.Sprint([]sim.PID{controller, x.PID}):
				t.Error(master.Links)
			case !master.TrapExit || !x.TrapExit:
				t.Error("they trap exits")
			}
		})
		if top, ok := w.View().Whereis("local", "a"); !ok || !w.View().Alive(top) {
			t.Error("it outlives whoever started it")
		}
	}
}

// A process knows whose it is, and so do those that it starts.
func TestOwn(t *testing.T) {
	a := bare("a", func(p *sim.Proc) {
		p.Spawn("child", func(p *sim.Proc) {
			name, ok := application.Own(p)
			v, has := application.GetOwnEnv(p, "k")
			of, _ := application.Of(p, p.Self())
			if name != "a" || !ok || v != 1 || !has || of != "a" {
				t.Error(name, ok, v, has, of)
			}
		})
	})
	a.Env = application.Env{"k": 1}
	on(t, application.Release{Apps: []application.Item{{App: a}}}, sim.Config{}, func(p *sim.Proc) {
		if name, ok := application.Own(p); ok {
			t.Error("the boot process belongs to", name)
		}
		top, _ := application.Supervisor(p, "a")
		p.Exit(top, sim.Kill)
		p.Sleep(time.Millisecond)
		if name, ok := application.Of(p, top); ok {
			t.Error("the dead belong to", name)
		}
	})
}

// While an application starts it can find out whose it is, and ask for its environment.
func TestOwn_whileStarting(t *testing.T) {
	a := application.App{Name: "a", Env: application.Env{"k": 1}, Start: func(p *sim.Proc, _ application.StartType, _ any) (otp.Started, error) {
		v, _ := application.GetOwnEnv(p, "k")
		list, err := application.WhichApplications(p) // the controller is not blocked
		if v != 1 || err != nil || len(list) != 2 {
			t.Error(v, list, err)
		}
		if top, ok := application.Supervisor(p, "a"); ok {
			t.Error(top)
		}
		return otp.Started{}, otp.ErrIgnore
	}}
	on(t, application.Release{Apps: []application.Item{{App: a, Type: application.Temporary}}}, sim.Config{}, func(*sim.Proc) {})
}

// What a release does with its applications depends on their types.
func TestRelease(t *testing.T) {
	var lines []string
	r := application.Release{
		Apps: []application.Item{
			{App: bare("loaded", nil), Type: application.LoadOnly},
			{App: bare("there", nil), Type: application.OnPath},
			{App: application.App{Name: "fails", Start: func(*sim.Proc, application.StartType, any) (otp.Started, error) {
				return otp.Started{}, errors.New("no disk")
			}}, Type: application.Temporary},
			{App: bare("a", nil)},
		},
		Config: map[sim.Atom]application.Env{"there": {"k": 2}, "kernel": {"shutdown_timeout": 100}},
	}
	on(t, r, sim.Config{Log: func(l sim.Line) { lines = append(lines, l.Text) }}, func(p *sim.Proc) {
		list, err := application.WhichApplications(p)
		if fmt.Sprint(names(list)) != "[a]" || err != nil {
			t.Error(list, err)
		}
		if got := fmt.Sprint(names(application.LoadedApplications(p))); got != "[a fails loaded]" {
			t.Error(got)
		}
		if err := application.Start(p, "there", ""); err != nil {
			t.Error(err)
		}
		if env := application.GetAllEnv(p, "there"); len(env) != 1 || env["k"] != 2 {
			t.Error(env)
		}
		if app, ok := application.Spec(p, "there"); !ok || app.Name != "there" {
			t.Error(app.Name, ok)
		}
		application.StopNode(p)
	})
	if got := strings.Join(lines, "\n"); got != "boot: fails: application: {no disk,{fails_app,start,[normal,[]]}}" {
		t.Error(got)
	}
}

// APP5: an application that does not even begin, since what it depends on has ended, is not reported to have ended.
func TestStart_APP5_early(t *testing.T) {
	said := &ends{}
	on(t, application.Release{}, sim.Config{Observer: said}, func(p *sim.Proc) {
		application.Load(p, bare("base", func(p *sim.Proc) { p.Sleep(time.Second); p.ExitSelf(sim.Atom("gone")) }))
		top := bare("top", nil)
		top.Deps = []sim.Atom{"base"}
		application.Load(p, top)
		application.Start(p, "base", application.Temporary)
		p.Sleep(2 * time.Second)
		err := application.Start(p, "top", application.Temporary)
		p.Sleep(time.Second)
		if fmt.Sprint(err) != "application: {not_running,base}" || fmt.Sprint(said.of) != "[base]" {
			t.Errorf("%v; reported: %v", err, said.of)
		}
	})
}

// ends notes which applications were reported to have ended.
type ends struct{ of []sim.Atom }

func (e *ends) Observe(f sim.Fact) {
	if r, is := f.Detail.(*application.Report); is && f.Text == "application" {
		e.of = append(e.of, r.Application)
	}
}

// downs notes why nodes went down.
type downs struct{ lines []string }

func (d *downs) Observe(f sim.Fact) {
	if f.Kind == trace.Node && f.Text == "down" {
		d.lines = append(d.lines, fmt.Sprint(f.Detail.(sim.Tuple)[1]))
	}
}

// A node whose boot fails goes down.
func TestBoot_fails(t *testing.T) {
	noDisk := application.App{Name: "db", Start: func(*sim.Proc, application.StartType, any) (otp.Started, error) {
		return otp.Started{}, &otp.StartError{Reason: term.Atom("no_disk")}
	}}
	for want, r := range map[string]application.Release{
		"Kernel pid terminated (application_controller) ({application_start_failure,db,{no_disk,{db_app,start,[normal,[]]}}})": {
			Apps: []application.Item{{App: noDisk}}},
		"init terminating in do_boot ({oops,STACK})": {Run: func(*sim.Proc) { panic(term.Atom("oops")) }},
		"Kernel pid terminated (application_controller) (killed)": {Run: func(p *sim.Proc) {
			pid, _ := p.Whereis(application.Controller)
			p.Exit(pid, sim.Kill)
		}},
	} {
		seen := &downs{}
		w := sim.New(sim.Config{Boot: r.Boot, Observer: seen})
		w.Run(time.Minute)
		if len(seen.lines) != 1 || seen.lines[0] != want || w.View().NodeUp("local") {
			t.Errorf("%q, not %q", seen.lines, want)
		}
		w.Close()
	}
}

// Package sys can look at the controller; ending it is the node's end.
func TestSys(t *testing.T) {
	w := on(t, application.Release{Apps: []application.Item{{App: bare("a", nil)}}}, sim.Config{}, func(p *sim.Proc) {
		s, err := sys.GetStatus(p, application.Controller)
		if err != nil || s.Module != "application_controller" || fmt.Sprint(s.State) != "#application_controller{running=[a,stdlib,kernel]}" {
			t.Error(s, err)
		}
		if err := sys.Terminate(p, application.Controller, sim.Shutdown); err != nil {
			t.Error(err)
		}
	})
	if w.View().NodeUp("local") {
		t.Error("the node is up")
	}
}

// Whoever holds a master's PID can kill it; then x stops the application, and the type decides.
func TestMasterKilled(t *testing.T) {
	stops := 0
	a := bare("a", nil)
	a.Stop = func(*sim.Proc, any) { stops++ }
	w := on(t, application.Release{Apps: []application.Item{{App: a, Type: application.Transient}}}, sim.Config{}, func(p *sim.Proc) {
		top, _ := application.Supervisor(p, "a")
		info, _ := p.Info(top)
		p.Exit(info.GroupLeader, sim.Kill)
	})
	if stops != 1 || w.View().NodeUp("local") {
		t.Error(stops, "stops")
	}
}

// A phase may go wrong in many ways.
func TestPhases_fail(t *testing.T) {
	bad := func(p *sim.Proc, _ sim.Atom, _ application.StartType, _ any) error {
		return &otp.BadReturn{Value: term.Atom("junk")}
	}
	crash := func(p *sim.Proc, _ sim.Atom, _ application.StartType, _ any) error { panic(term.Atom("boom")) }
	plain := func(p *sim.Proc, _ sim.Atom, _ application.StartType, _ any) error { return errors.New("nope") }
	on(t, application.Release{}, sim.Config{}, func(p *sim.Proc) {
		for _, x := range []struct {
			call func(*sim.Proc, sim.Atom, application.StartType, any) error
			want string
		}{
			{bad, "{bad_return_value,{{a_app,start_phase,[go,normal,7]},junk}}"},
			{crash, "{bad_return_value,{{a_app,start_phase,[go,normal,7]},{'EXIT',{boom,STACK}}}}"},
			{plain, "{nope,{a_app,start_phase,[go,normal,7]}}"},
			{nil, "{bad_return_value,{{a_app,start_phase,[go,normal,7]},{'EXIT',{undef,STACK}}}}"},
		} {
			a := bare("a", nil)
			a.Phases, a.StartPhase = []application.Phase{{Name: "go", Args: 7}}, x.call
			application.Load(p, a)
			err := application.Start(p, "a", "")
			if got := term.Format(otp.ExitReason(err)); got != x.want {
				t.Errorf("%s, not %s", got, x.want)
			}
			application.Unload(p, "a")
			top, _ := p.Whereis("a") // it was left alone
			p.Exit(top, sim.Kill)
			p.Alive(top)
		}
	})
}

// Reports print as in OTP's log.
func TestReport(t *testing.T) {
	for _, x := range []struct {
		r    application.Report
		want string
	}{
		{application.Report{Application: "kv", Node: "a"}, "    application: kv\n    started_at: a\n"},
		{application.Report{Application: "kv", Reason: term.Tuple{sim.Shutdown, 1}, Type: application.Permanent},
			"    application: kv\n    exited: {shutdown,1}\n    type: permanent\n"},
	} {
		if got := x.r.String(); got != x.want {
			t.Errorf("%q", got)
		}
	}
}

// The same seed gives the same run, in a fresh world and in a used one.
func TestDeterminism(t *testing.T) {
	r := application.Release{Apps: []application.Item{{App: bare("a", nil)}, {App: bare("b", nil), Type: application.Transient}}, Run: func(p *sim.Proc) {
		p.Sleep(time.Second)
		top, _ := application.Supervisor(p, "a")
		p.Exit(top, sim.Kill)
	}}
	used := sim.New(sim.Config{})
	defer used.Close()
	for seed := range uint64(10) {
		cfg := sim.Config{Seed: seed, Boot: r.Boot}
		fresh := sim.New(cfg)
		used.Reset(cfg)
		if a, b := fresh.Run(time.Minute), used.Run(time.Minute); a.Hash != b.Hash || a.Living != 0 {
			t.Errorf("seed %d: %+v %+v", seed, a, b)
		}
		fresh.Close()
	}
}

// APP5: a master that is killed while its application starts has failed to start it: whoever waits is told so, and a
// permanent application takes the node along, as in OTP 25.3.
func TestStart_APP5_masterKilled(t *testing.T) {
	for _, compat := range []sim.Compat{sim.OTP25, sim.OTP27} {
		var heard []string
		app := application.App{Name: "x", Start: func(p *sim.Proc, _ application.StartType, _ any) (otp.Started, error) {
			p.Exit(p.GroupLeader(), sim.Kill)
			p.Sleep(time.Second)
			return otp.Started{PID: p.SpawnLink("top", func(p *sim.Proc) { p.Sleep(sim.Forever) })}, nil
		}}
		w := on(t, application.Release{}, sim.Config{Compat: compat}, func(p *sim.Proc) {
			application.Load(p, app)
			p.Spawn("second", func(p *sim.Proc) {
				heard = append(heard, fmt.Sprint(application.Start(p, "x", application.Temporary)))
			})
			heard = append(heard, fmt.Sprint(application.Start(p, "x", application.Temporary)))
			p.Sleep(time.Second)
			running, _ := application.WhichApplications(p)
			heard = append(heard, fmt.Sprint(len(running)))
			p.Spawn("last", func(p *sim.Proc) { application.Start(p, "x", application.Permanent) })
		})
		if want := "[application: killed application: killed 2]"; fmt.Sprint(heard) != want {
			t.Errorf("%v: heard %v, and should have %s", compat, heard, want)
		}
		if w.View().NodeUp("local") {
			t.Errorf("%v: the node lives on", compat)
		}
	}
}
