package simtest

import (
	"flag"
	"fmt"
	"math/bits"
	"strconv"
	"testing"

	"github.com/leanovate/gopter"

	"github.com/bedlam-sim/bedlam/sim/plan"
)

// Gopter looks for a plan whose run breaks a rule as Check does, with -rapid.checks plans that gopter draws. Whole
// plans, since gopter's generators cannot be asked in the middle of a run.
func Gopter(t testing.TB, spec Spec, opts ...Option) {
	t.Helper()
	c := newChecking(t, spec, opts)
	defer c.close()
	if c.settled() {
		return
	}
	prop := gopter.Prop(func(params *gopter.GenParameters) *gopter.PropResult {
		if c.clear() {
			v, _ := GopterPlans(*c.spec)(params).Retrieve()
			c.guarded(v.(plan.Plan))
		}
		return &gopter.PropResult{Status: gopter.PropTrue} // failures are noted: gopter's shrinking knows no signatures
	})
	if r := prop.Check(parameters()); !r.Passed() {
		t.Errorf("gopter: %s", text(r))
	}
	if c.clear() {
		c.more()
	}
	c.conclude()
}

// parameters are gopter's own, but for where the search begins and how long it is: -sim.seed or -rapid.seed, and
// -rapid.checks, say that.
func parameters() *gopter.TestParameters {
	p := gopter.DefaultTestParameters()
	if seed := rapidFlag("rapid.seed"); seed != 0 {
		p = gopter.DefaultTestParametersWithSeed(int64(seed))
	}
	p.MinSuccessfulTests = int(rapidFlag("rapid.checks"))
	if testing.Short() {
		p.MinSuccessfulTests /= 5
	}
	return p
}

// rapidFlag is what one of rapid's flags says: they hold for both.
func rapidFlag(name string) uint64 {
	n, _ := strconv.ParseUint(flag.Lookup(name).Value.String(), 10, 63)
	return n
}

// guarded is try, which ends the search if the Spec's own functions panic.
func (c *checking) guarded(p plan.Plan) {
	defer c.guard()
	c.try(p)
}

// GopterPlans generates plans of a Spec for gopter: what Plans is for rapid. A plan shrinks by what it leaves out, then by
// what it draws.
func GopterPlans(spec Spec) gopter.Gen {
	return func(params *gopter.GenParameters) *gopter.GenResult {
		p := plan.Plan{Deviations: spec.structure(func(_ string, of uint64) uint64 {
			a := params.NextUint64() % of
			if params.NextBool() { // half of the answers are small, of every magnitude: what is drawn collides then
				a >>= params.NextUint64() % uint64(1+bits.Len64(of-1))
			}
			return a
		})}
		p.Seed = params.NextUint64()
		return gopter.NewGenResult(p, shrinker(&spec))
	}
}

// shrinker proposes smaller plans.
func shrinker(s *Spec) gopter.Shrinker {
	return func(v any) gopter.Shrink {
		p := v.(plan.Plan)
		place, deviation := 0, 0
		return func() (any, bool) {
			for place < s.Elements() {
				place++
				if !p.Leaves(place - 1) {
					q := p
					q.Without = append(p.Without[:len(p.Without):len(p.Without)], place-1)
					return q, true
				}
			}
			for deviation < len(p.Deviations) {
				i := deviation
				deviation++
				if p.Deviations[i].Answer > 0 {
					q := p
					q.Deviations = append(p.Deviations[:0:0], p.Deviations...)
					q.Deviations[i].Answer = 0
					return q, true
				}
			}
			return p, false
		}
	}
}

// GopterReporter reports gopter's results by a test. What labels say stays on its line: gopter's own reporter breaks
// lines at 75 columns, and a REPLAY line with them.
func GopterReporter(t testing.TB) gopter.Reporter { return reporter{t} }

type reporter struct{ t testing.TB }

// ReportTestResult fails the test if the property does not hold.
func (r reporter) ReportTestResult(name string, result *gopter.TestResult) {
	r.t.Helper()
	if result.Passed() {
		r.t.Logf("%s: passed %d tests", name, result.Succeeded)
		return
	}
	r.t.Errorf("%s: %s", name, text(result))
}

// text is a result without how long it took and where the code was.
func text(r *gopter.TestResult) string {
	s := fmt.Sprintf("failed after %d tests", r.Succeeded)
	if r.Error != nil {
		s += fmt.Sprintf(": %v", r.Error)
	}
	for _, a := range r.Args {
		s += fmt.Sprintf("\n%v", a)
	}
	for _, l := range r.Labels {
		s += "\n" + l
	}
	return s
}
