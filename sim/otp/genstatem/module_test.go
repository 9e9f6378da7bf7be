package genstatem_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
)

// SM11: another machine goes on, and comes back; whether there are enter calls is its affair.
func TestModules_SM11(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		pop := func(u *puppet, _ event) step { return u.Next("a").Pop() }
		third := &puppet{s: s, name: "third:", do: script{"c cast pop": pop}}
		second := &puppet{s: s, name: "second:", do: script{
			"b cast push": func(u *puppet, _ event) step { return u.Next("c").Push(third) },
			"a cast pop":  pop,
			"a cast stop": func(u *puppet, _ event) step { return u.Stop(sim.Normal) },
		}}
		m := s.start(p, script{
			"a cast push": func(u *puppet, _ event) step { return u.Next("b").Push(enterPuppet{second}) },
			"a cast become": func(u *puppet, _ event) step {
				return u.Keep().Become(enterPuppet{second})
			},
		})
		cast(p, m, "push", "push", "pop", "pop", "x", "become", "stop")
	}).want(`a cast push; second:b enter from a; second:b cast push; third:c cast pop; second:a enter from c
		second:a cast pop; a cast x; a cast become; second:a cast stop; second:a terminate normal`)

	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		m := s.start(p, script{"a cast pop": func(u *puppet, _ event) step { return u.Keep().Pop() }})
		cast(p, m, "pop")
	}).want("a cast pop; a terminate {bad_action_from_state_function,pop_callback_module}")

	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		m := s.startEntering(p, script{"a enter": func(u *puppet, _ event) step { return u.Keep().Push(u) }})
		cast(p, m, "x")
	}).want(`a enter from a
		a terminate {bad_state_enter_action_from_state_function,{push_callback_module,'*genstatem_test.puppet'}}`)
}

// held is a puppet whose data are a number.
type held struct {
	*puppet
	n any
}

func (h *held) Data() any        { return h.n }
func (h *held) SetData(data any) { h.n = data }

// SM12, SYS1–3: package sys sees {State, Data}, and changes them without a change of state.
func TestSys_SM12(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		u := &puppet{s: s, do: script{"a cast p": func(u *puppet, _ event) step {
			return u.Keep().Postpone().StateTimeout(time.Minute, u1)
		}}, change: func(at state, extra any) (state, error) {
			if extra == any(sim.Atom("no")) {
				return "nowhere", errors.New("no")
			}
			return extra.(state), nil
		}}
		h := &held{puppet: u, n: 1}
		started, _ := genstatem.StartAlone(p, nil, func() genstatem.Machine[state] { return h })
		m := started.PID
		tell := func(v any, err error) {
			if err != nil {
				v = err
			}
			s.say("%s", show(v))
		}
		cast(p, m, "p")
		tell(sys.GetState(p, m))
		tell(sys.ReplaceState(p, m, func(any) any { return sim.Tuple{sim.Atom("b"), 2} }))
		if _, err := sys.ReplaceState(p, m, func(any) any { return sim.Tuple{"no state", 3} }); err != nil {
			s.say("failed")
		}
		tell(sys.GetState(p, m))
		sys.Suspend(p, m)
		cast(p, m, "x")
		tell(nil, sys.ChangeCode(p, m, nil, nil, sim.Atom("no")))
		tell(nil, sys.ChangeCode(p, m, nil, nil, sim.Atom("c")))
		tell(sys.GetState(p, m))
		status, _ := sys.GetStatus(p, m)
		s.say("%v %v %s", status.Behaviour, status.Sys, show(status.State))
		s.say("%v", status.Details)
		sys.Resume(p, m)
		p.Sleep(time.Hour)
	}).want(`a cast p; {a,1}; {b,2}; failed; {b,2}; {error,{error,no}}; ok; {c,2}
		gen_statem suspended {c,2}; {[{cast,p}] [{state_timeout,u1}]}; c cast x; c state_timeout u1`)
}
