package genstatem_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
)

const (
	u1 sim.Atom = "u1"
	u2 sim.Atom = "u2"
	tt sim.Atom = "t" // a timer
)

// sets answers with a step that sets what there is to set.
func sets(f func(s step, u *puppet) step) func(*puppet, event) step {
	return func(u *puppet, _ event) step { return f(u.Keep(), u) }
}

// at casts at times after the start.
func at(times ...any) func(p *sim.Proc, m sim.PID) {
	return func(p *sim.Proc, m sim.PID) {
		began := p.Now()
		for i := 0; i < len(times); i += 2 {
			p.Sleep(times[i].(time.Duration)*time.Millisecond - (p.Now() - began))
			otp.Cast(p, m, times[i+1])
		}
	}
}

const ms0 = time.Duration(0)

// SM4: what ends which time-out.
func TestTimeouts(t *testing.T) {
	all := sets(func(s step, u *puppet) step {
		return s.Timeout(tick, u1).StateTimeout(2*tick, u1).Timer(tt, 3*tick, u1)
	})
	for _, c := range []scene{
		{
			name: "SM4_all_go_off", do: script{"a cast set": all},
			play: at(ms0, sim.Atom("set")),
			want: "a cast set; a timeout u1; a state_timeout u1; a timer t u1",
		},
		{
			name: "SM4_any_event_ends_an_event_timeout", do: script{"a cast set": all},
			play: at(ms0, sim.Atom("set"), time.Duration(5), sim.Atom("x")),
			want: "a cast set; a cast x; a state_timeout u1; a timer t u1",
		},
		{
			name: "SM4_so_does_an_inserted_one",
			do: script{"a cast set": sets(func(s step, u *puppet) step {
				return s.Timeout(tick, u1).Internal(sim.Atom("i"))
			})},
			play: at(ms0, sim.Atom("set")),
			want: "a cast set; a internal i",
		},
		{
			name: "SM4_a_change_of_state_ends_a_state_timeout", do: script{"a cast set": all, "a cast go": to("b")},
			play: at(ms0, sim.Atom("set"), time.Duration(15), sim.Atom("go")),
			want: "a cast set; a timeout u1; a cast go; b timer t u1",
		},
		{
			name: "SM2_the_same_state_does_not", do: script{"a cast set": all, "a cast go": to("a")},
			play: at(ms0, sim.Atom("set"), time.Duration(15), sim.Atom("go")),
			want: "a cast set; a timeout u1; a cast go; a state_timeout u1; a timer t u1",
		},
		{
			name: "SM4_setting_again_replaces",
			do: script{
				"a cast set":   sets(func(s step, u *puppet) step { return s.Timer(tt, tick, u1).Timer(u2, tick, u1) }),
				"a cast again": sets(func(s step, u *puppet) step { return s.Timer(tt, 2*tick, u2) }),
			},
			play: at(ms0, sim.Atom("set"), time.Duration(5), sim.Atom("again")),
			want: "a cast set; a cast again; a timer u2 u1; a timer t u2",
		},
		{
			name: "SM4_the_last_of_a_step_counts",
			do: script{"a cast set": sets(func(s step, u *puppet) step {
				return s.StateTimeout(tick, u1).Timer(tt, tick, u1).StateTimeout(2*tick, u2).CancelTimer(tt)
			})},
			play: at(ms0, sim.Atom("set")),
			want: "a cast set; a state_timeout u2",
		},
		{
			name: "SM5_cancel",
			do: script{"a cast set": all, "a cast c": sets(func(s step, u *puppet) step {
				return s.CancelTimeout().CancelStateTimeout().CancelTimer(tt).CancelTimer(u2)
			})},
			play: at(ms0, sim.Atom("set"), time.Duration(5), sim.Atom("c")),
			want: "a cast set; a cast c",
		},
		{
			name: "SM5_forever_cancels",
			do: script{"a cast set": all, "a cast c": sets(func(s step, u *puppet) step {
				return s.StateTimeout(sim.Forever, u2).TimerAt(tt, sim.Forever, u2)
			})},
			play: at(ms0, sim.Atom("set"), time.Duration(5), sim.Atom("c")),
			want: "a cast set; a cast c",
		},
		{
			name: "SM5_update_changes_what_not_when",
			do: script{"a cast set": all, "a cast c": sets(func(s step, u *puppet) step {
				return s.UpdateStateTimeout(u2).UpdateTimer(tt, u2)
			})},
			play: at(ms0, sim.Atom("set"), time.Duration(19), sim.Atom("c"), time.Duration(25), sim.Atom("x")),
			want: "a cast set; a timeout u1; a cast c; a state_timeout u2; a cast x; a timer t u2",
		},
		{
			name: "SM5_update_of_what_is_not_set_is_at_once",
			do: script{"a cast c": sets(func(s step, u *puppet) step {
				return s.UpdateTimer(tt, u2).UpdateStateTimeout(u2).UpdateTimeout(u2)
			})},
			play: casts("c", "x"),
			want: "a cast c; a timer t u2; a state_timeout u2; a cast x", // the event timeout: SM4
		},
		{
			name: "SM5_absolute",
			do: script{"a cast set": sets(func(s step, u *puppet) step {
				return s.StateTimeoutAt(u.p.Now()+tick, u1).TimerAt(tt, u.p.Now()-1, u1).TimeoutAt(u.p.Now()+tick/2, u1)
			})},
			play: at(time.Duration(7), sim.Atom("set"), time.Duration(16), sim.Atom("x"), time.Duration(18), sim.Atom("y")),
			want: "a cast set; a timer t u1; a cast x; a state_timeout u1; a cast y",
		},
		{
			name: "SM6_zero_is_cancelled_by_a_change_of_state",
			do: script{
				"a cast set":    sets(func(s step, u *puppet) step { return s.StateTimeout(0, u1).Timer(tt, 0, u1).Internal(u1) }),
				"a internal u1": to("b"),
			},
			play: casts("set"),
			want: "a cast set; a internal u1; b timer t u1",
		},
		{
			name: "SM6_zero_event_timeout",
			do: script{
				"a cast set": sets(func(s step, u *puppet) step { return s.Timeout(0, u1) }),
				"a cast two": sets(func(s step, u *puppet) step { return s.Timeout(0, u1).Internal(u1) }),
			},
			play: casts("set", "two", "x"),
			want: "a cast set; a timeout u1; a cast two; a internal u1; a cast x",
		},
		{
			name: "SM6_set_again_goes_to_the_end",
			do: script{
				"a cast set":    sets(func(s step, u *puppet) step { return s.StateTimeout(0, u1).Timer(tt, 0, u1).Internal(u1) }),
				"a internal u1": sets(func(s step, u *puppet) step { return s.StateTimeout(0, u2) }),
			},
			play: casts("set"),
			want: "a cast set; a internal u1; a timer t u1; a state_timeout u2",
		},
		{
			name: "SM4_a_timeout_that_is_in_the_mailbox_can_be_cancelled",
			do: script{
				"a cast set":    sets(func(s step, u *puppet) step { return s.Timer(tt, tick, u1).Timer(u2, tick, u1) }),
				"a timer u2 u1": sets(func(s step, u *puppet) step { return s.CancelTimer(tt) }),
				"a timer t u1":  sets(func(s step, u *puppet) step { return s.CancelTimer(u2) }),
			},
			play: func(p *sim.Proc, m sim.PID) {
				cast(p, m, "set")
				p.Sleep(tick)
				cast(p, m, "x")
			},
			want: "a cast set; a timer u2 u1; a cast x", // u2 was started first: see alarms.do
		},
		{
			name: "SM10_a_stranger's_timeout_is_info",
			do:   script{"a cast set": sets(func(s step, u *puppet) step { u.p.StartTimer(0, u.p.Self(), u1); return s })},
			play: casts("set"),
			want: "a cast set; a info {timeout,REF,u1}",
		},
		{
			name: "less_than_zero_is_bad",
			do:   script{"a cast set": sets(func(s step, u *puppet) step { return s.StateTimeout(-time.Millisecond, u1) })},
			play: casts("set"),
			want: "a cast set; a terminate {bad_action_from_state_function,{state_timeout,-1,u1}}",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(t, dull(), func(p *sim.Proc, s *tale) { c.play(p, s.start(p, c.do)) })
			s.want(c.want)
		})
	}
}

// SM7: "Setting a time-out while it is running restarts it with the new time": so says OTP's manual, and so
// it is here. OTP itself forgets a time-out of 0 that is set anew with a time.
func TestZeroTimeoutSetAnew_SM7(t *testing.T) {
	c := scene{
		do: script{
			"a cast set":    sets(func(s step, u *puppet) step { return s.StateTimeout(0, u1).Internal(u1) }),
			"a internal u1": sets(func(s step, u *puppet) step { return s.StateTimeout(tick, u2) }),
		},
		play: casts("set"),
	}
	c.name, c.want = "as_documented", "a cast set; a internal u1; a state_timeout u2"
	c.run(t)
	c.name, c.want = "as_OTP", "a cast set; a internal u1; a info {timeout,REF,state_timeout}"
	c.run(t, genstatem.AsOTP())

	// What OTP has lost stays lost until the time-out is cancelled, or set to 0.
	c.do["a info {timeout,REF,state_timeout}"] = sets(func(s step, u *puppet) step { return s.UpdateStateTimeout(u1) })
	c.do["a cast zero"] = sets(func(s step, u *puppet) step { return s.StateTimeout(0, u1) })
	c.do["a cast more"] = sets(func(s step, u *puppet) step { return s.StateTimeout(tick, u1) })
	c.play = func(p *sim.Proc, m sim.PID) {
		cast(p, m, "set")
		p.Sleep(2 * tick)
		cast(p, m, "more")
		p.Sleep(2 * tick)
		cast(p, m, "zero")
		cast(p, m, "more")
	}
	c.name, c.want = "as_OTP_for_long", `a cast set; a internal u1; a info {timeout,REF,state_timeout}
		a cast more; a info {timeout,REF,state_timeout}; a cast zero; a state_timeout u1; a cast more; a state_timeout u1`
	c.run(t, genstatem.AsOTP())
}

// What a timer carries is never changed: who looks for changed messages finds none (sim.Config.CheckMutation).
func TestTimersCarryNothingThatChanges(t *testing.T) {
	c := scene{
		do: script{
			"a cast set": sets(func(s step, u *puppet) step { return s.Timer(tt, tick, u1).Timer(u2, tick, u1) }),
			"a timer u2 u1": sets(func(s step, u *puppet) step {
				return s.UpdateTimer(tt, u2).Timer(u2, tick, u2)
			}),
		},
	}
	cfg := dull()
	cfg.CheckMutation = true
	tell(t, cfg, func(p *sim.Proc, s *tale) { cast(p, s.start(p, c.do), "set") }).
		want("a cast set; a timer u2 u1; a timer t u2; a timer u2 u2")
}
