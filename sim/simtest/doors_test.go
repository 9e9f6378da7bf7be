package simtest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/simtest"
)

// searches are the three ways to look for a plan that breaks a declaration. Each fails its test if it finds one.
var searches = []struct {
	name   string
	search func(t testing.TB, spec simtest.Spec)
}{
	{"rapid", func(t testing.TB, spec simtest.Spec) { simtest.Check(t, spec, simtest.Unsaved()) }},
	{"gopter", func(t testing.TB, spec simtest.Spec) { simtest.Gopter(t, spec, simtest.Unsaved()) }},
	{"fuzz", func(t testing.TB, spec simtest.Spec) {
		for seed := uint64(0); seed < 500 && !t.Failed(); seed++ {
			simtest.FuzzOne(t, spec, input(seed), simtest.Unsaved())
		}
	}},
}

// rule is the signature that a failing test said.
func rule(f *fake) string {
	for _, a := range f.attrs {
		if rest, ok := strings.CutPrefix(a, "sim.rule="); ok {
			return rest
		}
	}
	return ""
}

// rapid, gopter and the fuzzer each find the planted bug from one and the same declaration, bring it down to as little,
// and each one's replay line is good for all of them.
func TestEachSearchFindsThePlantedBug(t *testing.T) {
	for want, spec := range map[string]simtest.Spec{"the stock grows/store": shop(), "one leader": election(),
		"nothing is lost/store": forgetful()} {
		for _, s := range searches {
			f, _ := try(t, "TestShop", func(t testing.TB) { s.search(t, spec) })
			if got := rule(f); got != want {
				t.Errorf("%s finds %q, and not %q\n%s%s", s.name, got, want, f.text.String(), f.logs.String())
				continue
			}
			if text := f.text.String(); strings.Count(text, "(without it: passes)") == 0 ||
				strings.Contains(text, "(without it: the same)") {
				t.Errorf("%s: not minimal:\n%s", s.name, text)
			}
			again := search(t, spec, t.TempDir(), simtest.Settings(token(t, f.text.String()), 0, false))
			if lastLine(again.text.String()) != lastLine(f.text.String()) {
				t.Errorf("%s found\n%s\nreplayed\n%s", s.name, f.text.String(), again.text.String())
			}
		}
	}
}

// What is well passes, whoever looks.
func TestNoSearchFindsWhatIsNotThere(t *testing.T) {
	spec := shop()
	spec.Ops.Clients = 1
	for _, s := range searches {
		if f, _ := try(t, "TestShop", func(t testing.TB) { s.search(t, spec) }); f.failed {
			t.Errorf("%s: %s", s.name, f.text.String())
		}
	}
}

// forgetful is a store that writes to its disk now and then, and says at a site of Buggify that a write may be late.
// Its bug is to confirm before it has written: whoever crashes it in between loses what was confirmed.
func forgetful() simtest.Spec {
	return simtest.Spec{
		Name: "forgetful", For: 20 * time.Second, Bare: true,
		Boot: func(p *sim.Proc) {
			p.Spawn("store", func(p *sim.Proc) {
				p.Register("store", p.Self())
				for {
					m, _ := sim.Recv[set](p)
					p.Trace("confirmed", m.N)
					if p.Buggify("the disk is slow") {
						continue // it writes with the next, or never
					}
					p.Trace("written", m.N)
				}
			})
		},
		Ops: simtest.Ops{Most: 5, Draw: func(d *simtest.Dice) simtest.Op { return put{1 + d.N("n", 9)} }},
		Rules: func() []check.Rule {
			return []check.Rule{&lossless{Base: check.NewBase("nothing is lost", "always")}}
		},
	}
}

// put stores a number.
type put struct{ N int }

func (o put) String() string { return fmt.Sprint("put ", o.N) }
func (o put) Do(p *sim.Proc) { p.Send(sim.Local("store"), set{o.N}) }

// lossless: what is confirmed is written.
type lossless struct {
	check.Base
	open int
}

func (l *lossless) Observe(f sim.Fact) {
	switch f.Text {
	case "confirmed":
		l.Evaluate()
		l.open++
	case "written":
		l.open--
	}
}

func (l *lossless) Finish(v sim.View, r sim.Result) {
	if l.open > 0 {
		l.Break(v.Now(), "store", fmt.Sprint(l.open, " confirmed and not written"))
	}
	l.Base.Finish(v, r)
}

// A site of Buggify takes part in the search like any draw, and the story says in words that it is on and when it fires.
func TestBuggifyIsSearchedShrunkAndTold(t *testing.T) {
	f := search(t, forgetful(), t.TempDir())
	text := f.text.String()
	for _, want := range []string{
		"nothing is lost broken at ",
		": put 1 (without it: passes)\n",
		"\n  site the disk is slow is on in this run (without it: passes)\n",
		"\n  site the disk is slow in <local/store> fires when it is asked for the 1st time (without it: passes)\n",
		"user <local/store> buggify site the disk is slow fires for the 1st time\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("nobody says %q in\n%s", want, text)
		}
	}
	if strings.Count(text, "\n  op at ") != 1 || strings.Count(text, "(without it: ") != 3 {
		t.Errorf("not minimal:\n%s", text)
	}
	off := forgetful()
	off.Config = func() sim.Config { return sim.Config{Buggify: sim.NoBuggify} }
	if f := search(t, off, t.TempDir()); f.failed {
		t.Errorf("switched off: %s", f.text.String())
	}
	if o := simtest.Run(forgetful(), plan.Plan{Dull: true}); o.Fails() {
		t.Errorf("the dull run: %q", o.Signature)
	}
}
