package code_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/code"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
)

// family is a supervisor's module: one child, then so many and another strategy, then what OTP refuses.
func family(more int) *code.Module {
	kid := func(id string, r supervisor.Restart) supervisor.Child {
		return supervisor.Child{ID: id, Restart: r, Start: genserver.Start(sim.Local(id), func() *counter1 { return &counter1{} })}
	}
	init := func(n int, r supervisor.Restart, s supervisor.Strategy) supervisor.Init {
		return func(*sim.Proc) (supervisor.Spec, error) {
			spec := supervisor.Spec{Strategy: s, Intensity: supervisor.Restarts(10, time.Second)}
			for i := range n {
				spec.Children = append(spec.Children, kid(fmt.Sprintf("k%d", i+1), r))
			}
			return spec, nil
		}
	}
	return &code.Module{Name: "family", Versions: []code.Version{
		code.Supervisor("1", init(more, supervisor.Permanent, supervisor.OneForOne)),
		code.Supervisor("2", init(more+1, supervisor.Temporary, supervisor.OneForAll)),
		code.Supervisor("bad", init(more, "now and then", supervisor.OneForOne)),
		code.Supervisor("dynamic", init(1, supervisor.Permanent, supervisor.SimpleOneForOne)),
	}}
}

// "code_change: re-runs Mod:init; existing children keep pid, new spec attributes apply" (SUP19). When the upgrade
// fails, in another module here, the supervisor has its old specification again, and no child of the new one.
func TestSupervisor(t *testing.T) {
	m := family(2)
	tell(t, counterModule(), func(p *sim.Proc, s *story) {
		sup, err := supervisor.StartLinkInit(p, sim.Local("sup"), m.Supervise)
		if err != nil {
			t.Error(err)
		}
		kids := func() {
			list, _ := supervisor.WhichChildren(p, sup.PID)
			spec, _ := supervisor.GetChildSpec(p, sup.PID, "k1")
			s.say("%s %s", show(list), spec.Restart)
		}
		kids()
		s.starts("a")
		u := code.Upgrade{Steps: []code.Step{{Module: m, To: "2"}, {Module: s.m, To: "2"}}}
		u.Extra = trouble{"a", func(p *sim.Proc) error { return errors.New("not a") }}
		s.upgrade(u)
		kids()
		k2, _ := p.Whereis("k2")
		p.Exit(k2, sim.Kill) // one_for_one, not one_for_all
		p.Sleep(time.Second)
		kids()
		u.Extra = nil
		s.upgrade(u)
		kids()
		s.upgrade(code.Upgrade{Steps: []code.Step{{Module: m, To: "bad"}}})
		s.upgrade(code.Upgrade{Steps: []code.Step{{Module: m, To: "dynamic"}}})
		supervisor.RestartChild(p, sup.PID, "k3")
		kids()
		s.upgrade(code.Upgrade{Steps: []code.Step{{Module: m, To: "1"}}})
		kids()
	}).want(`
		[{k2,<local/main/sup/k2>,worker,[]},{k1,<local/main/sup/k1>,worker,[]}] permanent
		upgrade: {code_change,<local/main/a>,counter,{error,not a}}
		[{k2,<local/main/sup/k2>,worker,[]},{k1,<local/main/sup/k1>,worker,[]}] permanent
		[{k2,<local/main/sup/k2.2>,worker,[]},{k1,<local/main/sup/k1>,worker,[]}] permanent
		upgraded
		[{k3,undefined,worker,[]},{k2,<local/main/sup/k2.2>,worker,[]},{k1,<local/main/sup/k1>,worker,[]}] temporary
		upgrade: {code_change,<local/main/sup>,family,{error,{invalid_restart_type,'now and then'}}}
		upgrade: {code_change,<local/main/sup>,family,{error,{invalid_strategy,simple_one_for_one}}}
		[{k3,<local/main/sup/k3>,worker,[]},{k2,<local/main/sup/k2.2>,worker,[]},{k1,<local/main/sup/k1>,worker,[]}] temporary
		upgraded
		[{k3,<local/main/sup/k3>,worker,[]},{k2,<local/main/sup/k2.2>,worker,[]},{k1,<local/main/sup/k1>,worker,[]}] permanent
	`)
}

// A supervisor of many children knows each of them by its process after a change, and after the way back (SUP19).
func TestLargeSupervisor(t *testing.T) {
	m := family(40)
	tell(t, counterModule(), func(p *sim.Proc, s *story) {
		sup, _ := supervisor.StartLinkInit(p, sim.Local("sup"), m.Supervise)
		s.starts("a")
		u := code.Upgrade{Steps: []code.Step{{Module: m, To: "2"}, {Module: s.m, To: "fails"}}}
		s.upgrade(u)
		restarts := 0
		for i := range 40 {
			name := sim.Name(fmt.Sprintf("k%d", i+1))
			pid, _ := p.Whereis(name)
			p.Exit(pid, sim.Kill)
			p.Sleep(time.Second)
			if again, ok := p.Whereis(name); ok && again != pid {
				restarts++
			}
		}
		n, _ := supervisor.CountChildren(p, sup.PID)
		s.say("%d restarts, %v", restarts, n)
		u.Steps = u.Steps[:1]
		s.upgrade(u)
		pid, _ := p.Whereis("k40")
		p.Exit(pid, sim.Kill)
		p.Sleep(time.Second)
		n, _ = supervisor.CountChildren(p, sup.PID)
		s.say("%v", n) // it is temporary now
	}).want(`
		upgrade: {code_change,<local/main/a>,counter,{error,bad state}}
		40 restarts, [{specs,40},{active,40},{supervisors,0},{workers,40}]
		upgraded
		[{specs,40},{active,39},{supervisors,0},{workers,40}]
	`)
}

// The door: locked until a code comes; the second version counts, and has enter calls.
type state string

type (
	open  struct{ otp.Returns[string] }
	count struct{ otp.Returns[int] }
)

type door1 struct {
	genstatem.Base[state]
	opened int
}

func (d *door1) Init(*sim.Proc) genstatem.Step[state] { return d.Next("locked") }

func (d *door1) HandleEvent(p *sim.Proc, st state, e genstatem.Event) genstatem.Step[state] {
	switch {
	case e.Content == any("unlock"):
		return d.Next("open")
	case e.Content == any("shut"):
		return d.Next("locked")
	}
	switch r := e.Content.(type) {
	case open:
		if st == "locked" {
			return d.Keep().Postpone()
		}
		d.opened++
		otp.Reply(p, e.From, fmt.Sprintf("1: opened %d", d.opened))
	case count:
		otp.Reply(p, e.From, any(d.opened))
		_ = r
	}
	return d.Keep()
}

type door2 struct {
	door1
	entered []state
}

func (d *door2) Enter(_ *sim.Proc, _, st state) genstatem.Step[state] {
	d.entered = append(d.entered, st)
	return d.Keep()
}

func (d *door2) HandleEvent(p *sim.Proc, st state, e genstatem.Event) genstatem.Step[state] {
	if _, ok := e.Content.(open); ok && st == "open" {
		d.opened++
		otp.Reply(p, e.From, fmt.Sprintf("2: opened %d %v", d.opened, d.entered))
		return d.Keep()
	}
	return d.door1.HandleEvent(p, st, e)
}

func (d *door2) CodeChange(_ *sim.Proc, oldVsn any, st state, extra any) (state, error) {
	switch v := oldVsn.(type) {
	case code.Up:
		d.opened = v.From().(*door1).opened
	case code.Down:
		v.To().(*door1).opened = d.opened
	}
	if extra == any("fail") {
		return "nowhere", errors.New("no")
	}
	if extra == any("open") {
		return "open", nil
	}
	return st, nil
}

// "code_change/4 → {ok,S,D}" (SM12), "state_enter flag of the new module applies" (SM11): what was postponed stays so,
// since a change of code is no change of state.
func TestMachine(t *testing.T) {
	m := &code.Module{Name: "door", Versions: []code.Version{
		code.Machine[state]("1", func() *door1 { return &door1{} }),
		code.Machine[state]("2", func() *door2 { return &door2{} }),
	}}
	tell(t, m, func(p *sim.Proc, s *story) {
		if _, err := genstatem.StartLink(p, sim.Local("door"), code.MachineOf[state](m)); err != nil {
			t.Error(err)
		}
		visit := func() {
			main := p.Self()
			p.Spawn("visitor", func(q *sim.Proc) {
				v, err := genstatem.Call(q, sim.Local("door"), open{})
				s.say("visitor: %v %v", v, err)
				q.Send(main, "done")
			})
			p.Sleep(time.Second)
		}
		visit()
		u := s.to("2")
		u.Extra = "fail"
		s.upgrade(u)
		u.Extra = nil
		s.upgrade(u)
		p.Sleep(time.Second)
		s.say("after the upgrade")
		otp.Cast(p, sim.Local("door"), "unlock")
		sim.Any(p)
		u.Steps[0].To = "1"
		s.upgrade(u)
		visit()
		otp.Cast(p, sim.Local("door"), "shut")
		u.Steps[0].To, u.Extra = "2", "open"
		both := u
		both.Steps = append(both.Steps, code.Step{Module: counterModule(), To: "fails"})
		genserver.StartLink(p, sim.Local("a"), both.Steps[1].Module.Server())
		s.upgrade(both)
		st, _ := sys.GetState(p, sim.Local("door"))
		s.say("%s %d", show(st.(sim.Tuple)[0]), st.(sim.Tuple)[1].(*door1).opened)
		s.upgrade(u)
		visit()
	}).want(`
		upgrade: {code_change,<local/main/door>,door,{error,no}}
		upgraded
		after the upgrade
		visitor: 2: opened 1 [open] <nil>
		upgraded
		visitor: 1: opened 2 <nil>
		upgrade: {code_change,<local/main/a>,counter,{error,bad state}}
		"locked" 2
		upgraded
		visitor: 2: opened 3 [] <nil>
	`)
}

// Two handlers of a module in one manager, and one of another.
type tally1 struct {
	genevent.Base
	n int
}

func (h *tally1) HandleEvent(*sim.Proc, any) genevent.Result { h.n++; return genevent.Ok() }
func (h *tally1) HandleCall(*sim.Proc, any) genevent.Result {
	return genevent.ReplyAny(fmt.Sprint("1: ", h.n))
}

type tally2 struct {
	genevent.Base
	n, old int
}

func (h *tally2) HandleEvent(*sim.Proc, any) genevent.Result { h.n++; return genevent.Ok() }
func (h *tally2) HandleCall(*sim.Proc, any) genevent.Result {
	return genevent.ReplyAny(fmt.Sprint("2: ", h.old, "+", h.n))
}

func (h *tally2) CodeChange(_ *sim.Proc, oldVsn, extra any) error {
	switch v := oldVsn.(type) {
	case code.Up:
		h.old = v.From().(*tally1).n
	case code.Down:
		v.To().(*tally1).n = h.n + h.old
	}
	if extra == any(h.old) {
		return errors.New("unlucky number")
	}
	return nil
}

// All handlers of the module change, newest first; if one of them fails, none has. Handlers of other modules
// notice nothing, and events wait.
func TestHandlers(t *testing.T) {
	m := &code.Module{Name: "tally", Versions: []code.Version{
		code.Handler("1", func() *tally1 { return &tally1{} }),
		code.Handler("2", func() *tally2 { return &tally2{} }),
	}}
	tell(t, m, func(p *sim.Proc, s *story) {
		bus, _ := genevent.StartLink(p, sim.Local("bus"))
		id := genevent.Module("tally")
		ask := func() {
			x, _ := genevent.CallAny(p, bus.PID, id.With(1), "n")
			y, _ := genevent.CallAny(p, bus.PID, id.With(2), "n")
			z, _ := genevent.CallAny(p, bus.PID, genevent.Module("other"), "n")
			s.say("%v, %v, %v", x, y, z)
		}
		genevent.AddHandler(p, bus.PID, id.With(1), m.Handler)
		genevent.SyncNotify(p, bus.PID, "e")
		genevent.AddHandler(p, bus.PID, id.With(2), m.Handler)
		genevent.AddHandler(p, bus.PID, genevent.Module("other"), func() *tally1 { return &tally1{} })
		genevent.SyncNotify(p, bus.PID, "e")
		ask()
		u := s.to("2")
		u.Extra = 2
		s.upgrade(u)
		ask()
		u.Extra = nil
		s.upgrade(u)
		genevent.SyncNotify(p, bus.PID, "e")
		ask()
		genevent.AddHandler(p, bus.PID, genevent.Module("hidden"), m.Handler)
		u.Steps[0].To = "1"
		s.upgrade(u) // the manager does not know whose this one is
		ask()
		genevent.DeleteHandler(p, bus.PID, genevent.Module("hidden"), nil)
		s.upgrade(u)
		ask()
		s.users()
		genevent.DeleteHandler(p, bus.PID, id.With(1), nil)
		genevent.DeleteHandler(p, bus.PID, id.With(2), nil)
		if len(code.Users(p, m)) == 0 {
			s.say("nobody")
		}
	}).want(`
		1: 2, 1: 1, 1: 1
		upgrade: {code_change,<local/main/bus>,tally,{error,unlucky number}}
		1: 2, 1: 1, 1: 1
		upgraded
		2: 2+1, 2: 1+1, 1: 2
		upgrade: {code_change,<local/main/bus>,tally,undef}
		2: 2+1, 2: 1+1, 1: 2
		upgraded
		1: 3, 1: 2, 1: 2
		<local/main/bus> 1, <local/main/bus> 1
		nobody
	`)
}
