package simtest_test

import (
	"strings"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/commands"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/simtest"
)

// gopter finds the bug that rapid finds, and it is told in the same way.
func TestGopterFindsThePlantedBug(t *testing.T) {
	f, _ := try(t, "TestShop", func(t testing.TB) { simtest.Gopter(t, shop(), simtest.Dir(t.ArtifactDir()+"/plans")) })
	text := f.text.String()
	if !strings.HasPrefix(text, simtest.Breaks+"\nthe stock grows broken at ") || strings.Count(text, "op at ") != 2 {
		t.Errorf("%s", text)
	}
	again := search(t, shop(), t.TempDir(), simtest.Settings(token(t, text), 0, false))
	if lastLine(again.text.String()) != lastLine(text) {
		t.Errorf("found\n%s\nreplayed\n%s", text, again.text.String())
	}
	spec := shop()
	spec.Ops.Clients = 1
	if f, _ := try(t, "TestShop", func(t testing.TB) { simtest.Gopter(t, spec, simtest.Dir(t.ArtifactDir())) }); f.failed {
		t.Errorf("without the bug: %s", f.text.String())
	}
}

// Trap: gopter's reporter breaks lines at 75 columns, a replay line in a label with them. Ours does not.
func TestGopterLabelsStayOnTheirLine(t *testing.T) {
	line := "REPLAY: go test -run '^TestSomethingWithALongName$' -sim.replay=" + strings.Repeat("7J", 40)
	p := gopter.NewProperties(gopter.DefaultTestParametersWithSeed(1))
	p.Property("a plan", prop.ForAll(func(pl plan.Plan) *gopter.PropResult { return gopter.NewPropResult(false, line) },
		simtest.GopterPlans(shop())))

	var theirs strings.Builder
	p.Run(gopter.NewFormatedReporter(true, 75, &theirs))
	if strings.Contains(theirs.String(), line) {
		t.Error("gopter does not break lines any more: GopterReporter can go")
	}
	f, _ := try(t, "TestX", func(t testing.TB) { p.Run(simtest.GopterReporter(t)) })
	if !strings.Contains(f.text.String(), "\n"+line+"\n") {
		t.Errorf("%s", f.text.String())
	}
}

// gopter's own shrinking makes plans smaller too, for those who use the generator in properties of their own. Its way
// is slow and knows no signatures.
func TestGopterPlansShrink(t *testing.T) {
	spec := shop()
	result := prop.ForAll(func(p plan.Plan) bool { return simtest.Run(spec, p).Signature == "" },
		simtest.GopterPlans(spec)).Check(gopter.DefaultTestParametersWithSeed(1))
	if result.Passed() {
		t.Fatal("not found")
	}
	p, orig := result.Args[0].Arg.(plan.Plan), result.Args[0].OrigArg.(plan.Plan)
	if simtest.Run(spec, p).Signature == "" || len(p.Without) <= len(orig.Without) {
		t.Errorf("%v, of %v", p, orig)
	}
}

// kept looks at what the store has, from outside, by the last fact it told.
type kept struct{ n int }

func (k *kept) Observe(f sim.Fact) {
	if n, is := f.Detail.(int); is && f.Text == "stock" {
		k.n = n
	}
}

// shopCommands add to the shop, and the model knows how much there must be. adds of both at a time are the bug.
func shopCommands(both bool) commands.Commands {
	spec := shop()
	var k *kept
	spec.Config = func() sim.Config { k = &kept{}; return sim.Config{Observer: k} }
	command := func(n int) simtest.Command[int] {
		return simtest.Command[int]{
			Op: add{n}, Next: func(s int) int { return s + n }, When: func(s int) bool { return s < 20 },
			Expect: func(l *simtest.Live, s int) bool { return k.n == s },
		}
	}
	return simtest.Commands(spec, plan.Plan{Seed: 1}, 0, func(s int) gopter.Gen {
		return gen.OneGenOf(gen.Const(command(1)), gen.IntRange(2, 4).Map(func(n int) commands.Command {
			c := command(n)
			if both {
				c.Op = twice{n / 2, n - n/2}
			}
			return c
		}))
	})
}

// twice adds two numbers, at the same time.
type twice struct{ A, B int }

func (o twice) String() string { return "twice" }

func (o twice) Do(p *sim.Proc) {
	p.Spawn("a", add{o.A}.Do)
	p.Spawn("b", add{o.B}.Do)
}

// With gopter's commands the world stands still between two of them, and a model says how it must look then.
func TestCommands(t *testing.T) {
	params := gopter.DefaultTestParametersWithSeed(1)
	params.MinSuccessfulTests, params.MaxSize = 20, 8
	if r := commands.Prop(shopCommands(false)).Check(params); !r.Passed() {
		t.Errorf("one at a time: %v %v", r.Labels, r.Error)
	}
	r := commands.Prop(shopCommands(true)).Check(params)
	if r.Passed() || r.Error != nil || !strings.Contains(strings.Join(r.Labels, " "), "the stock grows broken") &&
		!strings.Contains(strings.Join(r.Labels, " "), "the model is") {
		t.Errorf("two at a time: passed %v, labels %v, error %v", r.Passed(), r.Labels, r.Error)
	}
}

// A command that is broken stops its world: gopter runs the rest of the commands all the same.
func TestCommandsAfterAFailure(t *testing.T) {
	l := simtest.Boot(shop(), plan.Plan{})
	defer l.Close()
	l.Break("x", "y", "z")
	now := l.Now()
	c := simtest.Command[int]{Op: look{}}
	if r := c.PostCondition(0, c.Run(l)); r.Success() || l.Now() != now {
		t.Errorf("success %v at %v", r.Success(), l.Now())
	}
}
