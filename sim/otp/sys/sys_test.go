package sys_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// plain is its own state.
type plain struct {
	genserver.Base
	N int
}

func (s *plain) CodeChange(_ *sim.Proc, _, extra any) error {
	switch extra {
	case "fail":
		return &otp.StartError{Reason: sim.Atom("no")}
	case "crash":
		panic(sim.Atom("no"))
	}
	s.N = extra.(int)
	return nil
}

// holder shows a part of itself.
type holder struct {
	genserver.Base
	n int
}

func (s *holder) State() any         { return s.n }
func (s *holder) SetState(state any) { s.n = state.(int) }

// inside runs body as an ordinary process that is given a server called s.
func inside[S genserver.Server](t *testing.T, new func() S, body func(p *sim.Proc, s sim.Addr)) {
	t.Helper()
	done := false
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		p.Spawn("main", func(p *sim.Proc) {
			if _, err := genserver.StartAlone(p, sim.Local("s"), new); err != nil {
				t.Error(err)
			}
			body(p, sim.Local("s"))
			done = true
		})
	}})
	defer w.Close()
	if w.Run(time.Minute); !done {
		t.Error("main has not come to its end")
	}
}

// SYS1: the state is the server, or what it says it is.
func TestGetState(t *testing.T) {
	inside(t, func() *plain { return &plain{N: 1} }, func(p *sim.Proc, s sim.Addr) {
		if v, err := sys.GetState(p, s); err != nil || v.(*plain).N != 1 {
			t.Errorf("%v, %v", v, err)
		}
	})
	inside(t, func() *holder { return &holder{n: 1} }, func(p *sim.Proc, s sim.Addr) {
		if v, err := sys.GetState(p, s); err != nil || v != 1 {
			t.Errorf("%v, %v", v, err)
		}
	})
}

// SYS2: a function that crashes, or makes what cannot be a state, leaves the state as it is.
func TestReplaceState(t *testing.T) {
	inside(t, func() *holder { return &holder{n: 1} }, func(p *sim.Proc, s sim.Addr) {
		v, err := sys.ReplaceState(p, s, func(n any) any { return n.(int) + 1 })
		if v != 2 || err != nil {
			t.Errorf("%v, %v", v, err)
		}
		_, err = sys.ReplaceState(p, s, func(any) any { panic(sim.Atom("x")) })
		if got := fmt.Sprint(err); got != "sys: {error,{callback_failed,{gen_server,system_replace_state},{error,x}}}" {
			t.Error(got)
		}
		if _, err = sys.ReplaceState(p, s, func(any) any { return "two" }); err == nil {
			t.Error("a state that it cannot be")
		}
		if v, _ := sys.GetState(p, s); v != 2 {
			t.Errorf("after failures: %v", v)
		}
	})
	inside(t, func() *plain { return &plain{N: 1} }, func(p *sim.Proc, s sim.Addr) {
		sys.ReplaceState(p, s, func(any) any { return &plain{N: 7} })
		if v, _ := sys.GetState(p, s); v.(*plain).N != 7 {
			t.Errorf("%v", v)
		}
	})
}

// SYS3, SYS4: code changes only while suspended; after a failure the server goes on as it was.
func TestChangeCode(t *testing.T) {
	inside(t, func() *plain { return &plain{N: 1} }, func(p *sim.Proc, s sim.Addr) {
		change := func(extra any) string { return fmt.Sprint(sys.ChangeCode(p, s, sim.Atom("m"), 1, extra)) }
		say := func(got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
		say(change(2), "sys: {error,{unknown_system_msg,{change_code,m,1,2}}}")
		sys.Suspend(p, s)
		say(change(2), "<nil>")
		say(change("fail"), "sys: {error,{error,no}}")
		say(change("crash"), "sys: {error,{'EXIT',{no,STACK}}}")
		sys.Resume(p, s)
		if v, _ := sys.GetState(p, s); v.(*plain).N != 2 {
			t.Errorf("%v", v)
		}
	})
}

// SYS1: what is told about a process.
func TestGetStatus(t *testing.T) {
	inside(t, func() *holder { return &holder{n: 1} }, func(p *sim.Proc, s sim.Addr) {
		pid, _ := p.Whereis("s")
		want := sys.Status{
			PID: pid, Behaviour: "gen_server", Module: "*sys_test.holder", Sys: sys.Running,
			Parent: pid, Name: s, State: 1,
		}
		if got, err := sys.GetStatus(p, s); !term.Equal(got, want) || err != nil {
			t.Errorf("%+v, %v", got, err)
		}
		sys.Suspend(p, s)
		if got, _ := sys.GetStatus(p, s); got.Sys != sys.Suspended {
			t.Error(got.Sys)
		}
	})
}

// SYS1, SYS5: a request that gets no answer fails as a call does, and names itself.
func TestFailures(t *testing.T) {
	inside(t, func() *plain { return &plain{} }, func(p *sim.Proc, s sim.Addr) {
		nobody := sim.Local("nobody")
		within := otp.Within(time.Second)
		for _, c := range []struct {
			err  error
			want string
		}{
			{sys.Suspend(p, nobody), "{noproc,{sys,suspend,[nobody]}}"},
			{sys.Suspend(p, nobody, within), "{noproc,{sys,suspend,[nobody,1000]}}"},
			{sys.Terminate(p, nobody, sim.Atom("r")), "{noproc,{sys,terminate,[nobody,r]}}"},
			{sys.ChangeCode(p, nobody, 1, 2, 3), "{noproc,{sys,change_code,[nobody,1,2,3]}}"},
			{sys.Resume(p, p.Self()), "{calling_self,{sys,resume,[<local/main>]}}"},
		} {
			if got := term.Format(otp.ExitReason(c.err)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		}
		_, err := sys.GetState(p, nobody)
		if !errors.Is(err, otp.ErrNoProc) {
			t.Error(err)
		}
		_, err = sys.ReplaceState(p, nobody, func(s any) any { return s })
		if got := term.Format(otp.ExitReason(err)); got != "{noproc,{sys,{replace_state,FUN},[nobody]}}" {
			t.Error(got)
		}
	})
}

// A request that nobody knows is answered so.
func TestUnknownRequest(t *testing.T) {
	inside(t, func() *plain { return &plain{} }, func(p *sim.Proc, s sim.Addr) {
		for _, req := range []any{sim.Atom("dance"), sim.Tuple{sim.Atom("dance"), 1}, 7, sim.Tuple{}} {
			v, _, ok := otp.Ask(p, s, otp.SystemTag, req, time.Second)
			want := sim.Tuple{sys.Error, sim.Tuple{sim.Atom("unknown_system_msg"), req}}
			if !ok || !term.Equal(v, want) {
				t.Errorf("%v", v)
			}
		}
	})
}

// odd has a state that looks like a failure.
type odd struct {
	genserver.Base
	state any
}

func (s *odd) State() any         { return s.state }
func (s *odd) SetState(state any) { s.state = state }

// SYS2: in OTP 25 a state {error, R} is taken for a failure, even where it has been put in place; later it is a state.
func TestGetState_SYS2_errorState(t *testing.T) {
	state := sim.Tuple{sys.Error, sim.Atom("r")}
	for compat, fails := range map[sim.Compat]bool{sim.OTP25: true, sim.OTP27: false} {
		w := sim.New(sim.Config{Compat: compat, Boot: func(p *sim.Proc) {
			server, err := genserver.StartAlone(p, nil, func() *odd { return new(odd) })
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				var failure *sys.Failure
				v, err := sys.ReplaceState(p, server.PID, func(any) any { return state })
				if errors.As(err, &failure) != fails || !fails && !term.Equal(v, state) {
					t.Errorf("OTP %v: replace_state gives %v, %v", compat, v, err)
				}
				v, err = sys.GetState(p, server.PID)
				if errors.As(err, &failure) != fails || !fails && !term.Equal(v, state) {
					t.Errorf("OTP %v: get_state gives %v, %v", compat, v, err)
				}
			}
		}})
		w.Run(time.Minute)
		w.Close()
	}
}
