package supervisor

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// starts is a start function that checks do not call.
func starts(*sim.Proc, ...any) (otp.Started, error) { panic("never called") }

// SUP3, SUP5: each mistake has its own name.
func TestCheck_children(t *testing.T) {
	ok := Child{ID: "a", Start: starts}
	with := func(change func(c *Child)) Child { c := ok; change(&c); return c }
	for _, c := range []struct {
		child Child
		auto  AutoShutdown
		want  string
	}{
		{ok, Never, "nil"},
		{NotAChild(term.Tuple{term.Atom("x"), 1}), Never, "{invalid_child_spec,{x,1}}"},
		{Child{Start: starts}, Never, "missing_id"},
		{Child{ID: "a"}, Never, "missing_start"},
		{with(func(c *Child) { c.Restart = "nope" }), Never, "{invalid_restart_type,nope}"},
		{with(func(c *Child) { c.Type = "nope" }), Never, "{invalid_child_type,nope}"},
		{with(func(c *Child) { c.Shutdown = After(-ms) }), Never, "{invalid_shutdown,-1}"},
		{with(func(c *Child) { c.Shutdown = After(0) }), Never, "nil"},
		{with(func(c *Child) { c.Shutdown = BrutalKill }), Never, "nil"},
		{with(func(c *Child) { c.Shutdown = Infinity }), Never, "nil"},
		{with(func(c *Child) { c.Significant, c.Restart = true, Transient }), Never,
			"{bad_combination,[{auto_shutdown,never},{significant,true}]}"},
		{with(func(c *Child) { c.Significant = true }), AnySignificant,
			"{bad_combination,[{restart,permanent},{significant,true}]}"},
		{with(func(c *Child) { c.Significant, c.Restart = true, Temporary }), AllSignificant, "nil"},
		{with(func(c *Child) { c.Significant, c.Restart = true, Temporary }), "", "nil"},
	} {
		if got := term.Format(c.child.check(c.auto)); got != c.want {
			t.Errorf("%v under %v: %s, want %s", c.child, c.auto, got, c.want)
		}
	}
}

func TestCheckChildSpecs(t *testing.T) {
	a, b := Child{ID: "a", Start: starts}, Child{ID: "b", Start: starts}
	significant := Child{ID: "a", Start: starts, Significant: true, Restart: Transient}
	for _, c := range []struct {
		got  error
		want string
	}{
		{CheckChildSpecs(nil), "nil"},
		{CheckChildSpecs([]Child{a, b}), "nil"},
		{CheckChildSpecs([]Child{a, b, a}), "{duplicate_child_name,a}"},
		{CheckChildSpecs([]Child{significant}), "nil"},
		{CheckChildSpecsFor([]Child{significant}, AnySignificant), "nil"},
		{CheckChildSpecsFor([]Child{significant}, ""), "{bad_combination,[{auto_shutdown,never},{significant,true}]}"},
		{CheckChildSpecsFor([]Child{a}, "nope"), "{badarg,nope}"},
	} {
		if got := text(c.got); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// text is an error's reason as OTP prints it.
func text(err error) string {
	if e, ok := err.(*Error); ok {
		return term.Format(e.Reason)
	}
	return term.Format(err)
}

func TestCheck_flags(t *testing.T) {
	for _, c := range []struct {
		spec Spec
		want string
		in25 string // if not the same
	}{
		{Spec{}, "nil", ""},
		{Spec{Strategy: "nope"}, "{invalid_strategy,nope}", ""},
		{Spec{Intensity: Restarts(-1, s)}, "{invalid_intensity,-1}", ""},
		{Spec{Intensity: Restarts(1, 0)}, "{invalid_period,0}", ""},
		{Spec{Intensity: Restarts(0, 0)}, "{invalid_period,0}", ""},
		{Spec{Intensity: Restarts(1, 1500*ms)}, "{invalid_period,1.5s}", ""},
		{Spec{Intensity: Restarts(0, time.Second)}, "nil", ""},
		{Spec{AutoShutdown: "nope"}, "{invalid_auto_shutdown,nope}", ""},
		{Spec{Strategy: SimpleOneForOne}, "nil", ""},
		{Spec{Strategy: SimpleOneForOne, AutoShutdown: AllSignificant},
			"{bad_combination,[{auto_shutdown,all_significant},{strategy,simple_one_for_one}]}", "nil"},
	} {
		if got := term.Format(c.spec.checkFlags(sim.OTP27)); got != c.want {
			t.Errorf("%v: %s, want %s", c.spec, got, c.want)
		}
		if c.in25 == "" {
			c.in25 = c.want
		}
		if got := term.Format(c.spec.checkFlags(sim.OTP25)); got != c.in25 {
			t.Errorf("%v in OTP 25: %s, want %s", c.spec, got, c.in25)
		}
	}
}

func TestSpec_prints(t *testing.T) {
	for _, c := range []struct {
		spec Spec
		want string
	}{
		{Spec{}, "one_for_one, 1 in 5s: []"},
		{Spec{Strategy: RestForOne, Intensity: Restarts(5, 10*s), AutoShutdown: AnySignificant, Children: []Child{
			{ID: "a"},
			{ID: "b", Restart: Transient, Shutdown: After(0), Significant: true},
			{ID: "c", Type: Supervisor, Shutdown: Infinity},
			{ID: "d", Shutdown: BrutalKill},
		}}, "rest_for_one, 5 in 10s, any_significant: [a, b(transient, 0s, significant), c(supervisor), d(brutal_kill)]"},
	} {
		if got := c.spec.String(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}
