package scenarios_test

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

var (
	twinSeeds = flag.Uint64("seeds", 0, "with how many seeds the repaired twins of the classic mistakes are run, instead of 200")
	twinsFrom = flag.Uint64("from", 1, "the first of them")
)

// mistakes are the classic mistakes of C1 to C8, part by part: what was written in textbooks, and does not hold.
var mistakes = []string{
	"C1 the logger's size crashes the store too",
	"C1 what the store knew is lost",
	"C1 the sixth restart within the period kills the tree",
	"C2 a global name on each of two nodes: the second does not start",
	"C3 both sides of a split count: after the heal the loser's increments are lost",
	"C3 the loser is started again into already_started, until its tree and its node are gone",
	"C4 nodeup with options is {nodeup, Node, []}: joins are never seen",
	"C4 the third part of nodedown is a list, not the reason",
	"C5 a cast to the local name of who has a global one is dropped",
	"C5 dead PIDs are never pruned",
	"C5 [Room | Rest] crashes at an empty line",
	"C6 a counter cast across a partition is lost silently",
	"C6 value() exits with noproc meanwhile",
	"C7 a child that returns and does not send: always timeout",
	"C7 the noise stays in the mailbox",
	"C7 the head of the ring has no next: start waits for ever",
	"C7 the fifth crash is survived, the sixth kills",
	"C8 the limiter's counters are never reset",
	"C8 the limiter's counters die with it",
	"C8 the parent's EXIT is taken for a worker's",
	"C8 a stranger's {'EXIT', _, normal} is taken for a worker's",
}

// classics say where each is found: which rule of which file breaks, and what its story says, so that who reads it sees the
// cause. The twin is the same with the mistake mended.
var classics = []struct {
	mistake    string
	file, rule string
	story      []string
	twin       string
}{
	{mistakes[0], "kv-size", "the store is untouched", []string{"/kv_sup/kv_store ends: {function_clause,", "its last message was {size} from /kv_sup/kv_logger"}, "kv-size-repaired"},
	{mistakes[1], "kv-size", "what was put is there", []string{"/kv_sup/kv_store ends: {function_clause,", "/audit_sup/auditor ends: state_lost"}, "kv-size-repaired"},
	{mistakes[2], "kv-size", "the tree lives on", []string{"its last message was {size}", "/kv_sup gives up: more than 5 restarts in 10s", "/kv_sup ends: shutdown"}, "kv-size-repaired"},
	{mistakes[3], "global-twice", "", []string{"/counter_sup/counter@", "does not start: {already_started,", "{failed_to_start_child,counter,"}, "global-twice-repaired"},
	{mistakes[4], "split-counter-heals", "no increment is lost", []string{"the global name counter has two holders: /counter_sup/counter@b is killed", "/audit_sup/auditor@c says the counter has", "ends: state_lost"}, "split-counter-heals-repaired"},
	{mistakes[5], "split-counter-heals", "nobody goes down", []string{"the global name counter has two holders", "/counter_sup/counter@b does not start: {already_started,", "/counter_sup@b gives up", "application counter@b, permanent, has ended: shutdown", "node b goes down"}, "split-counter-heals-repaired"},
	{mistakes[6], "cluster-watcher-blind", "no shard is done twice", []string{"says unexpected: {nodeup,n", ",[]}", "ends: double_work"}, "cluster-watcher"},
	{mistakes[7], "cluster-watcher-raw", "no watcher crashes", []string{"ends: {badarg,", "its last message was #NodeDown{Node=n", "Info=[{nodedown_reason,"}, "cluster-watcher"},
	{mistakes[8], "chat-cluster-deaf", "nobody speaks into the void", []string{"casts #chatJoin{", " to rooms,", "lost, nobody has the name", "timed out"}, "chat-cluster"},
	{mistakes[9], "chat-cluster-ghosts", "the dead are gone", []string{"ends: killed", "/census_sup/census@c says the room holds 16, where only 15 can be", "ends: ghosts"}, "chat-cluster"},
	{mistakes[10], "chat-empty-line", "no line ends a session", []string{"ends: {badmatch,", `#chatTyped{Line=""}`}, "chat-empty-line-repaired"},
	{mistakes[11], "cast-across-split", "what was told is counted", []string{`fault "split"`, "says it told the counter to count", "times, but it has counted", "ends: increments_lost"}, "cast-across-split-repaired"},
	{mistakes[12], "cast-across-split", "nobody crashes because he asks", []string{`fault "split"`, "/users_sup/reader@b ends: {noproc,{gen_server,call,[{global,counter},"}, "cast-across-split-repaired"},
	{mistakes[13], "child-returns", "the result comes", []string{"says there is no result: the child has ended with normal, and has sent nothing", "ends: timeout"}, "child-repaired"},
	{mistakes[14], "child-noise", "the mailbox does not fill", []string{"says its mailbox holds ", " messages that no receive has taken", "ends: mailbox_full"}, "child-repaired"},
	{mistakes[15], "ring-open", "nobody waits for ever", []string{"/lesson/master waits for a message, in programs.(*ringMaster).HandleCall", "/lesson/master/head> waits for a message", "with 1 in its mailbox: #ringLap{"}, "ring-open-repaired"},
	{mistakes[16], "fifth-crash", "the fifth crash is answered with no restart", []string{"/lesson/echo is started again (restart 1)", "its last message was {'$gen_cast',#echoCrash{", "/lesson/echo is started again (restart 5)"}, "fifth-crash-repaired"},
	{mistakes[17], "rate-limiter-stuck", "who does not ask too much is served", []string{"denied 5 times in a row; the limiter says: it counts 10 of 10, the oldest", "ends: turned_away"}, "rate-limiter-stuck-repaired"},
	{mistakes[18], "rate-limiter-crash", "the service is never overloaded", []string{"/rate_sup/limiter ends: killed", "/rate_sup/limiter is started again", "/rate_sup/service ends: overloaded"}, "rate-limiter-crash-repaired"},
	{mistakes[19], "tolerant-deaf", "it ends when it is told to", []string{"says replaces a worker: {'EXIT',<local/lesson>,shutdown}", "/lesson/server ends: killed"}, "tolerant-repaired"},
	{mistakes[20], "tolerant-stranger", "there are as many workers as there should be", []string{"exit signal normal to /lesson/server", "says replaces a worker: {'EXIT',<none>,normal}", "says the server has 4 workers, and should have 3", "ends: too_many_workers"}, "tolerant-repaired"},
}

// TestClassicMistakes: each is found, by a short file, and the story names the cause (C1 to C8).
func TestClassicMistakes(t *testing.T) {
	for _, c := range classics {
		t.Run(c.mistake, func(t *testing.T) {
			name := c.file + ".sim.yaml"
			src, err := fs.ReadFile(scenarios.Library(), name)
			if err != nil {
				t.Fatal(err)
			}
			if lines := bytes.Count(src, []byte("\n")); lines >= 40 {
				t.Errorf("%s has %d lines", name, lines)
			}
			sc := fromLibrary(t, name)
			if !canary(sc) {
				t.Errorf("%s is not tagged as a canary", name)
			}
			if i := slices.IndexFunc(sc.Expect, func(x *scenarios.Rule) bool { return x.Name == c.rule }); i >= 0 {
				sc.Expect = sc.Expect[i : i+1] // the story of a run is that of what broke first
			}
			most := 5
			if n := within[name]; n > 0 {
				most = n
			}
			run := found(sc, most)
			if run == nil {
				t.Fatalf("not found within %d seeds", most)
			}
			if !slices.ContainsFunc(run.With(reports.Broken), func(v reports.Verdict) bool { return v.Rule == c.rule || c.rule == "" && v.Kind == "start" }) {
				t.Errorf("what broke is %v", run.With(reports.Broken))
			}
			tells(t, run, c.story)
			small := shrunk(t, sc, run.Seed)
			if small.Signature() != run.Signature() {
				t.Errorf("small, it fails with %q and not with %q", small.Signature(), run.Signature())
			}
			tells(t, small, c.story)
		})
	}
}

// tells checks that the story of a run says all that.
func tells(t *testing.T, run *reports.Run, story []string) {
	t.Helper()
	text := storyOf(run)
	for _, words := range story {
		if !strings.Contains(text, words) {
			t.Errorf("seed %d, %d events: the story does not say %q:\n%s", run.Seed, run.Events, words, text)
		}
	}
}

// shrunk is a run made small, as simrun makes it.
func shrunk(t *testing.T, sc *scenarios.Scenario, seed uint64) *reports.Run {
	t.Helper()
	r := scenarios.NewRunner(sc, programs.All())
	defer r.Close()
	small := plan.Shrink(r.Planned(scenarios.RunOptions{}), plan.Plan{Seed: seed}, plan.Options{Elements: sc.Elements()})
	if small.Err != nil {
		t.Fatal(small.Err)
	}
	return r.Play(small.Plan, scenarios.RunOptions{})
}

// storyOf is what a report tells of how it came.
func storyOf(run *reports.Run) string {
	var b strings.Builder
	for _, l := range run.Story {
		fmt.Fprintf(&b, "%v %s\n", l.At, l.Text)
	}
	for _, w := range run.Waiting {
		fmt.Fprintln(&b, w)
	}
	return b.String()
}

// TestClassicMistakesAreAllThere: no part of C1 to C8 is without a scenario, and none is there twice.
func TestClassicMistakesAreAllThere(t *testing.T) {
	seen := map[string]int{}
	for _, c := range classics {
		seen[c.mistake]++
	}
	for _, m := range mistakes {
		if seen[m] != 1 {
			t.Errorf("%s: %d scenarios", m, seen[m])
		}
	}
	for n := 1; n <= 8; n++ {
		if !slices.ContainsFunc(mistakes, func(m string) bool { return strings.HasPrefix(m, "C"+string(rune('0'+n))+" ") }) {
			t.Errorf("nothing of C%d", n)
		}
	}
}

// TestRepairedTwinsAreSilent: whatever fails here is a failure that is not there, or was not repaired.
func TestRepairedTwinsAreSilent(t *testing.T) {
	many := seeds(200, 20)
	if *twinSeeds > 0 {
		many = *twinSeeds
	}
	done := map[string]bool{}
	for _, c := range classics {
		if done[c.twin] {
			continue
		}
		done[c.twin] = true
		t.Run(c.twin, func(t *testing.T) {
			sc := fromLibrary(t, c.twin+".sim.yaml")
			if canary(sc) {
				t.Fatal("it is a canary")
			}
			r := scenarios.NewRunner(sc, programs.All())
			defer r.Close()
			for seed := *twinsFrom; seed < *twinsFrom+many; seed++ {
				if run := r.Run(seed, scenarios.RunOptions{}); run.Word() != reports.Holds || run.Stop.CutOff() {
					t.Fatalf("seed %d: %v, stop %s\n%s", run.Seed, run, run.Stop, told(run))
				}
			}
		})
	}
}
