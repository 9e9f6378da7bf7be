package simtest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/simtest"
)

// idle is a Spec that passes, most of which is never tested.
func idle() simtest.Spec {
	return simtest.Spec{
		Name: "idle", For: 10 * time.Second, Nodes: ab,
		Ops: simtest.Ops{Least: 1, Nodes: []sim.Atom{"b"}, From: 3 * time.Second,
			Draw: func(d *simtest.Dice) simtest.Op { return tell{"a", 1} }},
		Faults: []fault.Fault{
			{At: time.Second, Harm: fault.Halt{Node: "b"}},
			{At: 2 * time.Second, Harm: fault.Kill{Who: "nobody_has_this_name"}},
		},
		Mix: &fault.Mix{Kinds: []string{"kill"}, Anchored: 100, Events: []fault.Event{{What: fault.Fact, Kind: "unheard of", Who: "any"}}},
		Rules: func() []check.Rule {
			return []check.Rule{
				check.Never("typo", check.User[tell]("tolt", nil)),
				check.Sometimes("never", check.Looked(time.Second, func(sim.View) bool { return false })),
				check.Always("judged", check.Looked(time.Second, func(sim.View) bool { return true })),
			}
		},
	}
}

const idleLines = `the rule "typo" was never evaluated
the rule "never" was undecided in every run
the fault "at 2s: kill nobody_has_this_name" never befell anybody
no fault of the Mix ever befell anybody
no operation was ever done
`

// What no run has tested is in the log of a test that passes, whoever runs it, and with Strict the test fails of it.
func TestWhatWasNeverTestedIsTold(t *testing.T) {
	for name, door := range map[string]func(testing.TB, simtest.Spec, ...simtest.Option){
		"Check": simtest.Check, "Gopter": simtest.Gopter,
	} {
		for _, strict := range []bool{false, true} {
			f, _ := try(t, "TestIdle", func(t testing.TB) {
				opts := []simtest.Option{simtest.Dir(t.ArtifactDir()), simtest.Settings("", 40, false)}
				if strict {
					opts = append(opts, simtest.Strict())
				}
				door(t, idle(), opts...)
			})
			want := "simtest: never tested: " + strings.ReplaceAll(strings.TrimSpace(idleLines), "\n", "\nsimtest: never tested: ") + "\n"
			if !strict && (f.failed || !strings.HasSuffix(f.logs.String(), " runs, and no rule broke\n"+want)) {
				t.Errorf("%s: failed %v %s\n%s", name, f.failed, f.text.String(), f.logs.String())
			}
			if strict && f.text.String() != simtest.Untested+"\n"+idleLines {
				t.Errorf("%s, strict: %s", name, f.text.String())
			}
		}
	}
}

// One run in which it was is enough, whichever it is; and rules of check.Default, which many systems have nothing for,
// are none of the Spec's own.
func TestWhatWasTestedOnceIsTested(t *testing.T) {
	spec := idle()
	spec.Ops.Nodes, spec.Faults, spec.Mix.Events = nil, spec.Faults[:1], nil
	spec.Ops.Least, spec.Ops.Most = 0, 3
	spec.Rules = func() []check.Rule {
		return []check.Rule{
			check.Never("told", check.User("told", func(tell) bool { return false })),
			check.Sometimes("told too", check.User[tell]("told", nil)),
		}
	}
	if f := search(t, spec, t.TempDir(), simtest.Strict()); f.failed || strings.Contains(f.logs.String(), "never tested") {
		t.Errorf("%s%s", f.text.String(), f.logs.String())
	}
}

// Steps are runs too, and so are the commands of a model.
func TestStepsShowWhatIsTested(t *testing.T) {
	spec := idle()
	spec.Faults, spec.Mix = nil, nil
	f, _ := try(t, "TestIdle", func(t testing.TB) {
		simtest.Repeat(t, spec, simtest.Steps{}, simtest.Dir(t.ArtifactDir()), simtest.Strict())
	})
	want := strings.Join(strings.SplitAfter(idleLines, "\n")[:2], "")
	if f.text.String() != simtest.Untested+"\n"+want {
		t.Errorf("%s", f.text.String())
	}
}

// A scenario's rules and faults count in simrun's words.
func TestScenarioTellsWhatWasNeverTested(t *testing.T) {
	quiet := strings.Replace(split, "at: 10s..40s, for: 2s..4s,", "at: the 9000th exit of counter, for: 2s..4s,", 1)
	const want = `the fault "crash"`
	f := staged(t, []byte(quiet), simtest.Settings("", 0, false))
	if _, what, _ := strings.Cut(f.logs.String(), "simtest: never tested: "); f.failed || !strings.HasPrefix(what, want) {
		t.Errorf("%s%s", f.text.String(), f.logs.String())
	}
	f = staged(t, []byte(quiet), simtest.Settings("", 0, false), simtest.Strict())
	if !strings.HasPrefix(f.text.String(), simtest.Untested+"\n"+want) {
		t.Errorf("strict: %s%s", f.text.String(), f.logs.String())
	}
}
