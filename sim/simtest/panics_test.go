package simtest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/simtest"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// ending is an operation that ends in one way or another.
type ending struct {
	how string
	do  func(p *sim.Proc)
}

func (o ending) String() string { return o.how }

// Do ends.
func (o ending) Do(p *sim.Proc) { o.do(p) }

// endings does one operation, once.
func endings(o simtest.Op, bare bool) simtest.Spec {
	return simtest.Spec{
		Name: "endings", For: 20 * time.Second, Bare: bare, Boot: bootShop,
		Ops:   simtest.Ops{Least: 1, Most: 1, Draw: func(*simtest.Dice) simtest.Op { return o }},
		Rules: func() []check.Rule { return []check.Rule{&growing{Base: check.NewBase("the stock grows", "always")}} },
	}
}

// An operation that ends by a panic of Go's breaks a rule: nothing of what it was to do is tested. To exit is free.
func TestOperationsMustNotPanic(t *testing.T) {
	const broken = "no_operation_panics/simtest_test.ending"
	var none map[string]int
	crash := func(p *sim.Proc) { p.Spawn("victim", func(p *sim.Proc) {}); none["x"]++ }
	for _, c := range []struct {
		how  string
		do   func(p *sim.Proc)
		want string
	}{
		{"nil map", func(p *sim.Proc) { none["x"]++ }, broken},
		{"index", func(p *sim.Proc) { _ = []int{}[p.Rand(1)] }, broken},
		{"nil", func(p *sim.Proc) { panic(nil) }, broken},
		{"text", func(p *sim.Proc) { panic("no such account") }, broken},
		{"error", func(p *sim.Proc) { panic(errors.New("no such account")) }, broken},
		{"later", func(p *sim.Proc) { p.Sleep(time.Second); none["x"]++ }, broken},
		{"handler", func(p *sim.Proc) { p.Become(panicking{}); p.Send(p.Self(), 1) }, broken},

		{"exit", func(p *sim.Proc) { p.ExitSelf(sim.Atom("boom")) }, ""},
		{"exit with text", func(p *sim.Proc) { p.ExitSelf("boom") }, ""},
		{"kill", func(p *sim.Proc) { p.Exit(p.Self(), sim.Kill) }, ""},
		{"MustCall", func(p *sim.Proc) { otp.MustCall[int](p, sim.Name("nobody"), ask{}) }, ""},
		{"timeout", func(p *sim.Proc) {
			if _, err := sim.Recv[int](p, sim.After(time.Second)); err != nil {
				panic(fmt.Errorf("asked: %w", err))
			}
		}, ""},
		{"an error of a call", func(p *sim.Proc) {
			if _, err := otp.Call(p, sim.Name("nobody"), ask{}); err != nil {
				panic(fmt.Errorf("asked: %w", err))
			}
		}, ""},
		{"an Erlang error", func(p *sim.Proc) { p.Exit(sim.PID{}, sim.Kill) }, ""},
		{"error(Term)", func(p *sim.Proc) { panic(term.Tuple{term.Atom("badmatch"), 3}) }, ""},
		{"somebody else's", func(p *sim.Proc) { p.SpawnLink("below", crash); p.Sleep(time.Hour) }, ""},
		{"caught", func(p *sim.Proc) { defer func() { recover() }(); none["x"]++ }, ""},
	} {
		o := simtest.Run(endings(ending{c.how, c.do}, false), plan.Plan{})
		if got := o.Signature; got != c.want {
			t.Errorf("%s: %q", c.how, got)
		}
		if o := simtest.Run(endings(ending{c.how, c.do}, true), plan.Plan{}); o.Fails() {
			t.Errorf("%s, bare: %q", c.how, o.Signature)
		}
	}
}

// panicking is a handler that panics.
type panicking struct{}

func (panicking) Handle(*sim.Proc, *sim.Msg) { panic("a handler") }

// ask asks for a number.
type ask struct{ otp.Returns[int] }

// What is told is the operation, what the panic says, and where.
func TestAPanicIsTold(t *testing.T) {
	var none map[string]int
	f := search(t, endings(ending{"write x", func(p *sim.Proc) { none["x"]++ }}, false), t.TempDir())
	text := f.text.String()
	if !strings.HasPrefix(text, simtest.Breaks+"\nno_operation_panics broken at 1") ||
		!strings.Contains(text, `<local/client 0/op 0> panicked in "write x": assignment to entry in nil map, at simtest_test.TestAPanicIsTold.func1 (panics_test.go:`) {
		t.Errorf("%s", text)
	}
}

// The operations of Repeat, and those that Drive does, are operations too.
func TestStepsMustNotPanic(t *testing.T) {
	bad := ending{"bad", func(p *sim.Proc) { panic("bad") }}
	spec := endings(look{}, false)
	f, _ := try(t, "TestShop", func(t testing.TB) {
		simtest.Repeat(t, spec, simtest.Steps{Wait: time.Second, Ops: map[string]func(*simtest.Dice) simtest.Op{
			"bad": func(*simtest.Dice) simtest.Op { return bad },
		}}, simtest.Dir(t.ArtifactDir()))
	})
	if !strings.HasPrefix(f.text.String(), simtest.Breaks+"\nno_operation_panics broken at ") {
		t.Errorf("%s", f.text.String())
	}
	spec.Drive = func(l *simtest.Live) { l.Run(time.Second); l.Do(bad); l.Run(time.Second) }
	if o := simtest.Run(spec, plan.Plan{}); o.Signature != "no_operation_panics/simtest_test.ending" {
		t.Errorf("%q", o.Signature)
	}
}
