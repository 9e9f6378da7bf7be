package genstatem_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
)

const tick = 10 * time.Millisecond

// a scene is a script, what is done to the machine, and what happens.
type scene struct {
	name   string
	enters bool
	do     script
	play   func(p *sim.Proc, m sim.PID)
	want   string
}

func (c scene) run(t *testing.T, opts ...genstatem.Option) {
	t.Run(c.name, func(t *testing.T) {
		s := tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
			m := s.startAs(p, &puppet{s: s, do: c.do}, c.enters, opts...)
			c.play(p, m)
		})
		s.want(c.want)
	})
}

func casts(whats ...sim.Atom) func(p *sim.Proc, m sim.PID) {
	return func(p *sim.Proc, m sim.PID) { cast(p, m, whats...) }
}

// SM1: inserted events, then postponed ones, then zero time-outs, then messages; SM2: what a change of state is.
func TestOrder(t *testing.T) {
	for _, c := range []scene{
		{
			name: "SM1_all_kinds",
			do: script{
				"a cast p1": put, "a cast p2": put,
				"a cast go": func(u *puppet, _ event) step {
					return u.Next("b").Timer(sim.Atom("t"), 0, sim.Atom("z1")).StateTimeout(0, sim.Atom("z2")).
						Internal(sim.Atom("i1")).NextEvent(event{Type: genstatem.CastEvent, Content: sim.Atom("c1")})
				},
			},
			play: casts("p1", "p2", "go", "m1"),
			want: `a cast p1; a cast p2; a cast go
				b internal i1; b cast c1; b cast p1; b cast p2; b timer t z1; b state_timeout z2; b cast m1`,
		},
		{
			name: "SM1_inserted_before_the_rest_of_those_taken",
			do: script{
				"a cast p1": put, "a cast p2": put, "a cast go": to("b"),
				"b cast p1": func(u *puppet, _ event) step { return u.Keep().Internal(sim.Atom("i")) },
			},
			play: casts("p1", "p2", "go"),
			want: "a cast p1; a cast p2; a cast go; b cast p1; b internal i; b cast p2",
		},
		{
			name: "SM1_postponed_again",
			do: script{
				"a cast p1": put, "a cast p2": put, "a cast go": to("b"), "b cast p1": put, "b cast p2": to("c"),
			},
			play: casts("p1", "p2", "go"),
			want: "a cast p1; a cast p2; a cast go; b cast p1; b cast p2; c cast p1",
		},
		{
			name: "SM2_the_same_state_is_no_change",
			do: script{
				"a cast p": put, "a cast same": to("a"), "a cast repeat": func(u *puppet, _ event) step { return u.Repeat() },
				"a cast go": to("b"),
			},
			play: casts("p", "same", "repeat", "go"),
			want: "a cast p; a cast same; a cast repeat; a cast go; b cast p",
		},
		{
			name: "SM8_a_step_that_goes_may_postpone",
			do:   script{"a cast p": func(u *puppet, _ event) step { return u.Next("b").Postpone() }},
			play: casts("p", "x"),
			want: "a cast p; b cast p; b cast x",
		},
		{
			name: "SM8_a_call_keeps_its_caller",
			do: script{
				"a call q": put, "a cast go": to("b"),
				"b call q": func(u *puppet, e event) step { return u.Keep().Reply(e.From, sim.Atom("r")) },
			},
			play: func(p *sim.Proc, m sim.PID) {
				p.Spawn("caller", func(p *sim.Proc) {
					v, err := genstatem.CallAny(p, m, sim.Atom("q"))
					otp.Cast(p, m, sim.Tuple{v, show(err)})
				})
				p.Sleep(time.Minute)
				cast(p, m, "go")
			},
			want: `a call q; a cast go; b call q; b cast {r,"ok"}`,
		},
	} {
		c.run(t)
	}
}

// SM3: enter calls.
func TestEnter_SM3(t *testing.T) {
	for _, c := range []scene{
		{
			name: "before_all_else", enters: true,
			do: script{
				"a cast p": put, "a cast go": func(u *puppet, _ event) step { return u.Next("b").Internal(sim.Atom("i")) },
				"b enter": func(u *puppet, _ event) step { return u.Keep().StateTimeout(0, sim.Atom("z")) },
			},
			play: casts("p", "go"),
			want: "a enter from a; a cast p; a cast go; b enter from a; b internal i; b cast p; b state_timeout z",
		},
		{
			name: "again_after_repeat", enters: true,
			do:   script{"a cast r": func(u *puppet, _ event) step { return u.Repeat() }, "a cast s": to("a")},
			play: casts("r", "s"),
			want: "a enter from a; a cast r; a enter from a; a cast s",
		},
		{
			name: "may_answer", enters: true,
			do: script{
				"a call q": to("b"),
				"b enter":  func(u *puppet, _ event) step { return u.Next("b").Reply(u.from, sim.Atom("here")) },
			},
			play: func(p *sim.Proc, m sim.PID) {
				v, _ := genstatem.CallAny(p, m, sim.Atom("q"))
				cast(p, m, v.(sim.Atom))
			},
			want: "a enter from a; a call q; b enter from a; b cast here",
		},
		{
			name: "may_not_go", enters: true,
			do:   script{"a cast go": to("b"), "b enter": to("c")},
			play: casts("go"),
			want: `a enter from a; a cast go; b enter from a
				b terminate {bad_state_enter_return_from_state_function,{next_state,c,[]}}`,
		},
		{
			name: "may_not_postpone", enters: true,
			do:   script{"a cast go": to("b"), "b enter": put},
			play: casts("go"),
			want: `a enter from a; a cast go; b enter from a
				b terminate {bad_state_enter_action_from_state_function,postpone}`,
		},
		{
			name: "may_not_insert", enters: true,
			do: script{
				"a cast go": to("b"), "b enter": func(u *puppet, _ event) step { return u.Keep().Internal(sim.Atom("i")) },
			},
			play: casts("go"),
			want: `a enter from a; a cast go; b enter from a
				b terminate {bad_state_enter_action_from_state_function,{next_event,internal,i}}`,
		},
		{
			name: "a_crash_leaves_it_in_the_old_state", enters: true,
			do: script{
				"a cast go": to("b"), "b enter": func(*puppet, event) step { panic(sim.Atom("boom")) },
			},
			play: casts("go"),
			want: "a enter from a; a cast go; b enter from a; a terminate boom",
		},
		{
			name: "may_stop", enters: true,
			do: script{
				"a cast go": to("b"), "b enter": func(u *puppet, _ event) step { return u.Stop(sim.Atom("enough")) },
			},
			play: casts("go"),
			want: "a enter from a; a cast go; b enter from a; b terminate enough",
		},
	} {
		c.run(t)
	}
}
