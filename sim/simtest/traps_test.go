package simtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/simtest"
)

// traps are what property tests of simulated systems fall into, and the tests that hold us out of them.
var traps = []struct{ trap, tests string }{
	{"a generator that draws every decision of the scheduler shrinks for minutes: plans, at most 300 words",
		"TestPlansTakeFewWords"},
	{"what a plan is made of is drawn first, and its seed last", "TestPlansDrawStructureThenSeed TestSeedsDiffer"},
	{"shrinking that looks at tracebacks turns one bug into another: the first signature wins, others are listed",
		"TestFirstSignatureWins"},
	{"a generator's seed survives neither -short nor another number of checks: tokens and files do",
		"TestReplayInAnotherProcess TestStepsReplayInAnotherProcess TestLongTokensAreFiles"},
	{"nor an edit of the program", "TestPlansSurviveAnEdit TestFaultsAreAnchored"},
	{"a generator in a process ends the run and passes for no crash",
		"TestRapidInAProcessEndsTheRun TestHarness TestFailNowInAProcessEndsTheTest TestHarnessPanicsGoThroughTheSearch"},
	{"gopter's generators cannot answer in the middle of a run: whole plans, and commands",
		"TestGopterFindsThePlantedBug TestCommands TestStepsArePlans"},
	{"gopter's labels break a replay line", "TestGopterLabelsStayOnTheirLine"},
	{"the text of cmp.Diff is not stable", "TestNoTextIsMadeByCmp TestCmpOptions"},
	{"a failure's text follows from the plan", "TestFailureTextIsTheSame TestScenario"},
	{"what was found is saved where it belongs, and comes first",
		"TestLifeOfASavedPlan TestFolder TestStepsArePlans TestScenarioIsMadeSmallAndSaved"},
	{"a saved plan that cannot be read, or means nothing any more, fails",
		"TestStalePlansFail TestLifeOfASavedPlan TestScenarioIsMadeSmallAndSaved"},
	{"a program that is not deterministic is an alarm of its own", "TestWaveringIsReported"},
	{"a run that comes to no end is no good run", "TestRunsThatDoNotEnd"},
	{"a search that finds nothing finds what is there", "TestEachSearchFindsThePlantedBug TestNoSearchFindsWhatIsNotThere"},
	{"machines read what failed", "TestAttributesAndArtefacts"},
}

// Each trap has a test, and the tests are there.
func TestTraps(t *testing.T) {
	var all strings.Builder
	files, _ := filepath.Glob("*_test.go")
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(src)
	}
	for _, trap := range traps {
		for _, name := range strings.Fields(trap.tests) {
			if !strings.Contains(all.String(), "\nfunc "+name+"(") {
				t.Errorf("%s: there is no %s", trap.trap, name)
			}
		}
	}
}

// Trap: seeds and positions do not survive an edit. A saved plan does: the same shop with things in it that have
// nothing to do with the bug, before and behind it, breaks by the same plan, which asks no other questions.
func TestPlansSurviveAnEdit(t *testing.T) {
	dir := t.TempDir()
	spec := shop()
	spec.Ops.Draw = func(d *simtest.Dice) simtest.Op { // a bug that takes a schedule of its own
		if a, is := drawOp(d).(add); is {
			return hasty{a}
		}
		return look{}
	}
	found := search(t, spec, dir)
	if !found.failed {
		t.Fatal("not found")
	}
	for name, edit := range map[string]func(p *sim.Proc){
		"processes": func(p *sim.Proc) {
			for range 10 {
				p.Spawn("stranger", func(p *sim.Proc) {
					for {
						p.Sleep(time.Duration(1+p.Rand(5)) * time.Millisecond)
						p.Reductions(10)
					}
				})
			}
		},
		"a timer":      func(p *sim.Proc) { p.SendAfter(time.Hour, p.Self(), "late") },
		"a site":       func(p *sim.Proc) { p.Buggify("new") },
		"random draws": func(p *sim.Proc) { p.Rand(10) },
	} {
		edited := spec
		edited.Boot = func(p *sim.Proc) {
			edit(p)
			bootShop(p)
		}
		f := search(t, edited, dir)
		if rule(f) != rule(found) || strings.Contains(f.text.String(), simtest.Stale) {
			t.Errorf("%s: %s%s", name, f.text.String(), f.logs.String())
		}
	}
}

// Saved plans lie in a folder of the test's own.
func TestFolder(t *testing.T) {
	for test, want := range map[string]string{"TestA": "testdata/sim/TestA", "TestA/b c": "testdata/sim/TestA/b-c",
		"FuzzX": "testdata/sim/FuzzX", "TestA/../../etc": "testdata/sim/TestA/-/-/etc"} {
		if got := filepath.ToSlash(simtest.Folder(test)); got != want && !strings.Contains(test, "..") || strings.Contains(got, "..") {
			t.Errorf("%s: %s", test, got)
		}
	}
}

// go test -json tells attributes and artefacts: the rule, the command that replays, and the folder with plan and story.
func TestAttributesAndArtefacts(t *testing.T) {
	dir := t.TempDir()
	out, failed := elsewhere(t, t.TempDir(), nil, "-test.v=test2json", "-test.artifacts", "-test.outputdir="+dir)
	if !failed {
		t.Fatal("not found")
	}
	for _, want := range []string{
		"=== ATTR  TestShopElsewhere sim.rule the stock grows/store\n",
		"=== ATTR  TestShopElsewhere sim.replay go test -run '^TestShopElsewhere$' -sim.replay=",
		"=== ARTIFACTS TestShopElsewhere " + dir,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("nobody says %q in\n%s", want, out)
		}
	}
	var plans []string
	filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(path, ".plan") {
			plans = append(plans, path)
		}
		return err
	})
	if len(plans) != 1 || !strings.Contains(read(t, plans[0]), "# REPLAY: ") {
		t.Errorf("artefacts: %v", plans)
	}
}
