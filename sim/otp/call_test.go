package otp_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// GC2: what a call says, and what a caller exits with that cannot do without.
func TestCall_GC2_outcomes(t *testing.T) {
	at := func(name string) term.NameAt { return term.NameAt{Name: sim.Name(name), Node: "local"} }
	for _, c := range []struct {
		name string
		to   func(p *sim.Proc, s sim.PID) sim.Addr
		req  any
		opts []otp.CallOpt
		exit string
		is   error
	}{
		{name: "timeout", req: after(time.Minute, 1), exit: "{timeout,{gen_server,call,[<s>,FUN]}}", is: otp.ErrTimeout},
		{name: "timeout given", req: after(time.Minute, 1), opts: []otp.CallOpt{otp.Within(50 * time.Millisecond)},
			exit: "{timeout,{gen_server,call,[<s>,FUN,50]}}", is: otp.ErrTimeout},
		{name: "dead", to: func(p *sim.Proc, s sim.PID) sim.Addr { p.Exit(s, sim.Kill); return s },
			req: 1, exit: "{noproc,{gen_server,call,[<s>,1]}}", is: otp.ErrNoProc},
		{name: "long dead", to: func(p *sim.Proc, s sim.PID) sim.Addr { p.Exit(s, sim.Kill); p.Alive(s); return s },
			req: 1, opts: []otp.CallOpt{otp.Within(sim.Forever)},
			exit: "{noproc,{gen_server,call,[<s>,1,infinity]}}", is: otp.ErrNoProc},
		{name: "nobody", to: func(*sim.Proc, sim.PID) sim.Addr { return sim.Local("nobody") },
			req: 1, exit: "{noproc,{gen_server,call,[nobody,1]}}", is: otp.ErrNoProc},
		{name: "nobody at", to: func(*sim.Proc, sim.PID) sim.Addr { return at("nobody") },
			req: 1, exit: "{noproc,{gen_server,call,[{nobody,local},1]}}", is: otp.ErrNoProc},
		{name: "self", to: func(p *sim.Proc, _ sim.PID) sim.Addr { return p.Self() },
			req: 1, exit: "{calling_self,{gen_server,call,[<main>,1]}}", is: otp.ErrCallingSelf},
		{name: "own name", to: func(p *sim.Proc, _ sim.PID) sim.Addr { p.Register("me", p.Self()); return at("me") },
			req: 1, exit: "{calling_self,{gen_server,call,[{me,local},1]}}", is: otp.ErrCallingSelf},
		{name: "ends normally", req: stop(sim.Normal), exit: "{normal,{gen_server,call,[<s>,FUN]}}"},
		{name: "ends for another reason", req: stop(sim.Tuple{sim.Shutdown, 1}), exit: "{{shutdown,1},{gen_server,call,[<s>,FUN]}}"},
		{name: "crashes", req: ask(nil), exit: "{{STACK},{gen_server,call,[<s>,FUN]}}"},
		{name: "bad return", req: ask(func(*sim.Proc, otp.From) genserver.Result { return genserver.Result{} }),
			exit: "{{bad_return_value,undefined},{gen_server,call,[<s>,FUN]}}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
				var to sim.Addr = start(p)
				if c.to != nil {
					to = c.to(p, to.(sim.PID))
				}
				_, err := otp.CallAny(p, to, c.req, c.opts...)
				got := show(otp.ExitReason(err))
				var crash *term.Crash
				if errors.As(err, &crash) {
					got = show(sim.Tuple{sim.Tuple{crash.Stack}, otp.ExitReason(err).(sim.Tuple)[1]})
				}
				if got != c.exit {
					t.Errorf("got %s, want %s", got, c.exit)
				}
				for _, e := range []error{otp.ErrTimeout, otp.ErrNoProc, otp.ErrCallingSelf, otp.ErrNodeDown} {
					if errors.Is(err, e) != (e == c.is) {
						t.Errorf("is %v: %v", e, errors.Is(err, e))
					}
				}
				s.hear(p)
				s.want()
			})
		})
	}
}

// A typed request has a typed answer; one of another type is an error, no crash.
func TestCall_typed(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		start(p)
		n, err := otp.Call(p, sim.Local("s"), double{N: 21})
		s.say("%d %v", n, err)
		_, err = otp.Call(p, sim.Local("s"), wrong{})
		s.say("%v", err)
		s.say("%d", otp.MustCall(p, sim.Local("s"), double{N: 1}))
		_, ref := p.SpawnMonitor("caller", func(p *sim.Proc) { otp.MustCall(p, sim.Local("nobody"), double{N: 1}) })
		d, _ := sim.Recv[sim.Down](p)
		s.say("%v %s", d.Ref == ref, show(d.Reason))
	}).want(
		"42 <nil>",
		"call s #wrong{}: {bad_reply,#wrong{}}",
		"2",
		"true {noproc,{gen_server,call,[nobody,#double{N=1}]}}",
	)
}

// wrong asks for a string, and is given itself.
type wrong struct{ otp.Returns[string] }

// GC3, I5: a call has one outcome, and after a time-out nothing of it ever comes: whether the answer beats
// the time-out is a matter of the schedule when both are due at once.
func TestCall_GC3_oneOutcome(t *testing.T) {
	var answered, timedOut int
	for seed := range uint64(300) {
		tell(t, sim.Config{Seed: seed, Policy: scheduler.Random{}}, func(p *sim.Proc, s *story) {
			pid := start(p)
			d := time.Duration(p.Rand(3)) * time.Microsecond
			v, err := otp.CallAny(p, pid, after(2*time.Microsecond, 7), otp.Within(time.Microsecond+d))
			switch {
			case v == 7 && err == nil:
				answered++
			case v == nil && errors.Is(err, otp.ErrTimeout):
				timedOut++
			default:
				t.Errorf("seed %d: %v, %v", seed, v, err)
			}
			p.Sleep(time.Second)
			s.hear(p)
			s.want()
		})
	}
	if answered == 0 || timedOut == 0 {
		t.Errorf("answered %d, timed out %d of 300: want both", answered, timedOut)
	}
}

// GC3: an answer that is in the mailbox when the time is over counts, even if the caller had no time at all.
func TestCall_GC3_whatIsThereCounts(t *testing.T) {
	tell(t, sim.Config{Policy: scheduler.FIFO{}}, func(p *sim.Proc, s *story) {
		pid := start(p)
		p.Reductions(3990) // sending the request ends the slice, and the server answers before the caller goes on
		v, err := otp.CallAny(p, pid, 7, otp.Within(0))
		s.say("%v %v", v, err)
	}).want("7 <nil>")
}

// GC3: a late answer is dropped.
func TestCall_GC3_late(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		_, err := otp.CallAny(p, start(p), after(time.Second, 7), otp.Within(time.Millisecond))
		s.say("%v", errors.Is(err, otp.ErrTimeout))
		p.Sleep(2 * time.Second)
		s.hear(p)
	}).want("true")
}

// twice answers twice.
func twice(p *sim.Proc, from otp.From) genserver.Result {
	otp.Reply(p, from, 1)
	p.Sleep(time.Second / 2)
	return genserver.ReplyAny(2)
}

// GC4: a local call that waits for ever goes without an alias: a second answer stays in the mailbox. With an
// alias it does not.
func TestCall_GC4_secondAnswer(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		pid := start(p)
		v, _ := otp.CallAny(p, pid, ask(twice), otp.Within(sim.Forever))
		s.say("%v", v)
		s.hear(p)
		v, _ = otp.CallAny(p, pid, ask(twice))
		s.say("%v", v)
		s.hear(p)
	}).want("1", "{#ref,2}", "1")
}

// GC6: a caller that is linked to the server and traps exits is told of its end twice.
func TestCall_GC6_linkedAndTrapping(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		p.TrapExit(true)
		started, _ := genserver.StartLink(p, nil, newServer)
		_, err := otp.CallAny(p, started.PID, stop(sim.Atom("r")))
		s.say("%s", show(err.(*otp.CallError).Reason))
		s.hear(p)
	}).want("r", "EXIT r")
}

// GC1: what a process receives that is no server.
func TestCall_GC1_plainMessages(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		other := p.Spawn("other", func(p *sim.Proc) { s.hear(p) })
		otp.CallAny(p, other, "q", otp.Within(time.Second))
		p.Sleep(5 * time.Second)
		other = p.Spawn("other", func(p *sim.Proc) { s.hear(p) })
		otp.Cast(p, other, "c")
		_, err := otp.CallAny(p, other, "q", otp.Within(sim.Forever))
		s.say("%s", show(err.(*otp.CallError).Reason))
	}).want(
		`{'$gen_call',{<main>,#alias},"q"}`,
		`{'$gen_cast',"c"}`,
		`{'$gen_call',{<main>,#ref},"q"}`,
		`normal`,
	)
}

// GS9: a cast never fails.
func TestCast_GS9_neverFails(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		dead := p.Spawn("dead", func(*sim.Proc) {})
		p.Sleep(time.Second)
		for _, to := range []sim.Addr{dead, sim.Local("nobody"), term.NameAt{Name: "n", Node: "local"}, term.NameAt{Name: "n", Node: "far"}} {
			otp.Cast(p, to, 1)
		}
		pid := start(p)
		for _, to := range []sim.Addr{pid, sim.Local("s"), term.NameAt{Name: "s", Node: "local"}} {
			otp.Cast(p, to, ask(func(*sim.Proc, otp.From) genserver.Result {
				s.say("cast")
				return genserver.NoReply()
			}))
		}
	}).want("cast", "cast", "cast")
}

// The steady state of calls and casts allocates nothing but what the program boxes.
func TestCall_allocatesNothing(t *testing.T) {
	tell(t, sim.Config{Policy: scheduler.FIFO{}}, func(p *sim.Proc, s *story) {
		var to sim.Addr = start(p)
		idle := ask(func(*sim.Proc, otp.From) genserver.Result { return genserver.NoReply() })
		for name, f := range map[string]func(){
			"call":         func() { otp.Call(p, to, double{N: 21}) },
			"call forever": func() { otp.Call(p, to, double{N: 21}, otp.Within(sim.Forever)) },
			"request":      func() { otp.ReceiveResponse(p, otp.SendRequest(p, to, double{N: 21}), time.Second) },
			"cast":         func() { otp.Cast(p, to, idle) },
		} {
			p.Sleep(time.Second)
			if n := testing.AllocsPerRun(1000, f); n >= 1 {
				t.Errorf("%s: %v allocations", name, n)
			}
		}
	})
}
