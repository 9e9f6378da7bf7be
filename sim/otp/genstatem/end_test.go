package genstatem_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
)

// watch starts a puppet under a monitor, does something to it, and says what it ended with.
func (s *tale) watch(p *sim.Proc, u *puppet, enters bool, play func(p *sim.Proc, m sim.PID)) {
	u.s = s
	m := s.startAs(p, u, enters)
	p.Monitor(m)
	play(p, m)
	if d, err := sim.Recv[sim.Down](p, sim.After(time.Minute)); err == nil {
		s.say("%s", show(d))
	}
}

func calls(whats ...sim.Atom) func(p *sim.Proc, m sim.PID) {
	return func(p *sim.Proc, m sim.PID) {
		for _, what := range whats {
			v, err := genstatem.CallAny(p, m, what, otp.Within(time.Second))
			if err != nil {
				v = show(err)
			}
			otp.Cast(p, m, sim.Tuple{sim.Atom("heard"), v})
		}
		p.Sleep(time.Millisecond)
	}
}

// SM9, GS6, GS7: how machines end, what Terminate is told, what they exit with.
func TestEnds(t *testing.T) {
	bye := sim.Atom("bye")
	for _, c := range []struct {
		name  string
		u     *puppet
		play  func(p *sim.Proc, m sim.PID)
		want  string
		enter bool
	}{
		{
			name: "stop", play: casts("x"), want: "a cast x; a terminate bye; DOWN bye",
			u: &puppet{do: script{"a cast x": func(u *puppet, _ event) step { return u.Stop(bye) }}},
		},
		{
			name: "stop_and_reply",
			u: &puppet{do: script{"a call q": func(u *puppet, e event) step {
				return u.Stop(sim.Normal).Reply(e.From, sim.Atom("r"))
			}}},
			play: calls("q"), want: "a call q; a terminate normal; DOWN normal",
		},
		{
			name: "stop_takes_nothing_but_replies",
			u:    &puppet{do: script{"a cast x": func(u *puppet, _ event) step { return u.Stop(bye).Postpone() }}},
			play: casts("x"), want: `a cast x; a terminate {bad_reply_action_from_state_function,postpone}
				DOWN {{bad_reply_action_from_state_function,postpone},STACK}`,
		},
		{
			name: "stop_refuses_a_timeout",
			u: &puppet{do: script{"a cast x": func(u *puppet, _ event) step {
				return u.Stop(bye).StateTimeout(0, u1)
			}}},
			play: casts("x"), want: `a cast x; a terminate {bad_reply_action_from_state_function,{state_timeout,0,u1}}
				DOWN {{bad_reply_action_from_state_function,{state_timeout,0,u1}},STACK}`,
		},
		{
			name: "panic", play: casts("x"), want: "a cast x; a terminate boom; DOWN {boom,STACK}",
			u: &puppet{do: script{"a cast x": func(*puppet, event) step { panic(sim.Atom("boom")) }}},
		},
		{
			name: "exit", play: casts("x"), want: "a cast x; a terminate boom; DOWN boom",
			u: &puppet{do: script{"a cast x": func(u *puppet, _ event) step {
				u.p.ExitSelf(sim.Atom("boom"))
				return u.Keep()
			}}},
		},
		{
			name: "a_crash_of_Terminate_replaces_the_reason", play: casts("x"), want: "a cast x; a terminate bye; DOWN {worse,STACK}",
			u: &puppet{
				do:    script{"a cast x": func(u *puppet, _ event) step { return u.Stop(bye) }},
				leave: func(*sim.Proc) { panic(sim.Atom("worse")) },
			},
		},
		{
			name: "no_answer", play: casts("x"), want: `a cast x; a terminate {bad_return_from_state_function,undefined}
				DOWN {{bad_return_from_state_function,undefined},STACK}`,
			u: &puppet{do: script{"a cast x": func(*puppet, event) step { return step{} }}},
		},
		{
			name: "bad_answer", play: casts("x"), want: `a cast x; a terminate {bad_return_from_state_function,junk}
				DOWN {{bad_return_from_state_function,junk},STACK}`,
			u: &puppet{do: script{"a cast x": func(u *puppet, _ event) step { return u.Bad(sim.Atom("junk")) }}},
		},
		{
			name: "ignore_is_for_Init", play: casts("x"), want: `a cast x; a terminate {bad_return_from_state_function,ignore}
				DOWN {{bad_return_from_state_function,ignore},STACK}`,
			u: &puppet{do: script{"a cast x": func(u *puppet, _ event) step { return u.Ignore() }}},
		},
		{
			name: "bad_actions_end_it_in_the_new_state", play: casts("x"),
			want: `a cast x; b terminate {bad_action_from_state_function,{reply,undefined,r}}
				DOWN {{bad_action_from_state_function,{reply,undefined,r}},STACK}`,
			u: &puppet{do: script{"a cast x": func(u *puppet, _ event) step {
				return u.Next("b").Reply(otp.From{}, sim.Atom("r"))
			}}},
		},
		{
			name: "a_call_without_a_caller_is_no_event", play: casts("x"),
			want: `a cast x; a terminate {bad_action_from_state_function,{next_event,{call,undefined},q}}
				DOWN {{bad_action_from_state_function,{next_event,{call,undefined},q}},STACK}`,
			u: &puppet{do: script{"a cast x": func(u *puppet, _ event) step {
				return u.Keep().NextEvent(event{Type: genstatem.CallEvent, Content: sim.Atom("q")})
			}}},
		},
		{
			name: "replies_before_a_bad_action_are_sent",
			u: &puppet{do: script{"a call q": func(u *puppet, e event) step {
				return u.Keep().Reply(e.From, sim.Atom("r")).BadAction(sim.Atom("junk")).Reply(e.From, sim.Atom("s"))
			}}},
			play: func(p *sim.Proc, m sim.PID) {
				if v, err := genstatem.CallAny(p, m, sim.Atom("q")); err != nil || v != any(sim.Atom("r")) {
					panic(show(v) + show(err))
				}
			},
			want: `a call q; a terminate {bad_action_from_state_function,junk}
				DOWN {{bad_action_from_state_function,junk},STACK}`,
		},
		{
			name: "otp.Stop", u: &puppet{}, want: "a terminate bye; DOWN bye",
			play: func(p *sim.Proc, m sim.PID) { otp.Stop(p, m, bye, sim.Forever) },
		},
		{
			name: "a_kill_calls_nobody", u: &puppet{}, want: "DOWN killed",
			play: func(p *sim.Proc, m sim.PID) { p.Exit(m, sim.Kill) },
		},
		{
			name: "nor_does_an_exit_signal", u: &puppet{}, want: "DOWN bye",
			play: func(p *sim.Proc, m sim.PID) { p.Exit(m, bye) },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			tell(t, sim.Config{}, func(p *sim.Proc, s *tale) { s.watch(p, c.u, c.enter, c.play) }).want(c.want)
		})
	}
}

// SM9: answers are sent in the order of the step. One given twice may be dropped or stay in the mailbox (GC4).
func TestReplies_SM9(t *testing.T) {
	tell(t, dull(), func(p *sim.Proc, s *tale) {
		var kept []otp.From
		keep := func(u *puppet, e event) step { kept = append(kept, e.From); return u.Keep() }
		m := s.start(p, script{
			"a call q1": keep, "a call q2": keep,
			"a cast go": func(u *puppet, _ event) step {
				return u.Next("b").Reply(kept[1], sim.Atom("r2")).Reply(kept[0], sim.Atom("r1")).Reply(kept[0], sim.Atom("again"))
			},
		})
		for _, q := range []sim.Atom{"q1", "q2"} {
			p.Spawn("caller", func(p *sim.Proc) {
				v, _ := genstatem.CallAny(p, m, q, otp.Within(time.Hour))
				s.say("%v hears %v", q, v)
				if m, err := sim.Any(p, sim.After(tick)); err == nil {
					s.say("%v hears %v", q, show(m))
				}
			})
		}
		p.Sleep(time.Second)
		cast(p, m, "go")
	}).want("a call q1; a call q2; a cast go; q2 hears r2; q1 hears r1; q1 hears {TAG,again}")
}

// SM10: Call waits for ever if not told otherwise, and its failure is a call of gen_statem.
func TestCall_SM10(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		s.start(p, script{
			"a call poke": func(u *puppet, e event) step { return u.Keep().Timer(tt, 20*time.Second, u1) },
			"a timer t u1": func(u *puppet, _ event) step {
				return u.Keep().Reply(u.from, genstatem.Answer(poke{}, 7))
			},
		})
		m := sim.Local("m")
		type named struct {
			otp.Returns[int]
			sim.Atom
		}
		v, err := genstatem.CallAny(p, m, sim.Atom("poke"))
		s.say("%v %v after %v", v, err, p.Now())
		_, err = genstatem.CallAny(p, m, sim.Atom("no"), otp.Within(time.Second))
		s.say("%s", show(err))
		_, err = genstatem.CallAny(p, sim.Local("nobody"), sim.Atom("no"))
		s.say("%s", show(err))
	}).want(`a call poke; a timer t u1; 7 <nil> after 20s
		a call no; {error,{timeout,{gen_statem,call,[m,no,1000]}}}
		{error,{noproc,{gen_statem,call,[nobody,no,infinity]}}}`)
}

// typed answers pokes with a number, and anything else with a string where a number is due.
type typed struct{ genstatem.Base[state] }

func (m *typed) Init(*sim.Proc) step { return m.Next("a") }

func (m *typed) HandleEvent(_ *sim.Proc, _ state, e event) step {
	if req, ok := e.Content.(poke); ok {
		return m.Keep().Reply(e.From, genstatem.Answer(req, 7))
	}
	return m.Keep().Reply(e.From, "wrong")
}

type lie struct{ otp.Returns[int] }

func TestCall_typed(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		m, _ := genstatem.StartLink(p, nil, func() *typed { return &typed{} })
		n, err := genstatem.Call(p, m.PID, poke{})
		s.say("%d %v", n, err)
		s.say("%d", genstatem.MustCall(p, m.PID, poke{}))
		_, err = genstatem.Call(p, m.PID, lie{})
		s.say("%s", show(err))
		why, _ := otp.Try(p, func() { genstatem.MustCall(p, sim.Local("nobody"), poke{}) })
		s.say("%s", show(why))
	}).want(`7 <nil>; 7; {error,{bad_reply,"wrong"}}; {noproc,{gen_statem,call,[nobody,#poke{},infinity]}}`)
}

// SM11: the end of the parent is the machine's, any other exit message an event.
func TestParent_SM11(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		p.Spawn("parent", func(p *sim.Proc) {
			started, _ := genstatem.StartLink(p, nil, func() *puppet {
				return &puppet{s: s, init: func(u *puppet, p *sim.Proc) step { p.TrapExit(true); return u.Next("a") }}
			})
			p.Spawn("stranger", func(p *sim.Proc) { p.Exit(started.PID, sim.Atom("strange")) })
			p.Sleep(time.Second)
			p.ExitSelf(sim.Atom("done"))
		})
	}).want("a info EXIT strange; a terminate done")
}
