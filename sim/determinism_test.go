package sim_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// The promise: a run is a function of its plan. Every plan is run in many settings that must not matter,
// and gives the same chain of hashes in all of them, and the one in the golden file, which compares builds
// (with and without -race), machines and Go releases. On a failure the first fact that differs is named.

const (
	plansAll   = 1000
	plansShort = 100
	goldenFile = "testdata/determinism.golden"
	markEvery  = 64
	keepAll    = 1 << 20
)

func init() {
	if flag.Lookup("update") == nil { // other tests of this package may have it too
		flag.Bool("update", false, "write golden files anew")
	}
}

func updating() bool { return flag.Lookup("update").Value.String() == "true" }

// setting is a way to run a plan that must not matter.
type setting struct {
	name           string
	procs, gc      int // GOMAXPROCS and GOGC, 0: as it is, -1: GOGC=off
	keep           int
	log, observe   bool
	check          bool // of mutation
	reset, process bool // in a world that was used before; in a process of its own
}

var settings = []setting{
	{name: "again"},
	{name: "GOMAXPROCS=1", procs: 1},
	{name: "GOMAXPROCS=2", procs: 2},
	{name: "GOGC=off", gc: -1},
	{name: "GOGC=20", gc: 20},
	{name: "everything kept and logged", keep: keepAll, log: true, observe: true},
	{name: "a little kept", keep: 50, log: true},
	{name: "mutation check", check: true},
	{name: "world used before", reset: true},
	{name: "world used before, everything kept", reset: true, keep: keepAll, procs: 2, gc: 20},
	{name: "process of its own, GOMAXPROCS=1 GOGC=off", process: true, procs: 1, gc: -1},
	{name: "process of its own, GOMAXPROCS=2 GOGC=20", process: true, procs: 2, gc: 20, reset: true},
}

// outcome is what a run must give in every setting.
type outcome struct {
	chain  trace.Chain
	ending string
}

// same reports whether two runs are the same as far as their hashes tell.
func (o outcome) same(p outcome) bool {
	return o.chain.Hash == p.chain.Hash && o.chain.Count == p.chain.Count && o.ending == p.ending
}

type ignore struct{ told int }

func (i *ignore) Observe(sim.Fact) { i.told++ }

// runner runs plans in one setting.
type runner struct {
	setting
	used *sim.World
}

// run runs a plan. The record is empty unless something was kept.
func (r *runner) run(pl plan) (outcome, *trace.Record) {
	cfg := pl.config()
	cfg.Keep, cfg.CheckMutation = r.keep, r.check
	lines := 0
	if r.log {
		cfg.Log = func(sim.Line) { lines++ }
	}
	if r.observe {
		cfg.Observer = &ignore{}
	}
	w := r.world(cfg)
	w.Trace().Checkpoint(markEvery)
	res := pl.drive(w)
	o := outcome{w.Trace().Chain(), fmt.Sprintf("%v at %v, %d living, deadlock %v", res.Stop, res.Now, res.Living, res.Deadlock)}
	rec := w.Trace().Record()
	if !r.reset {
		w.Close()
	}
	return o, rec
}

func (r *runner) world(cfg sim.Config) *sim.World {
	if !r.reset || r.used == nil {
		w := sim.New(cfg)
		if r.reset {
			r.used = w
		}
		return w
	}
	r.used.Reset(cfg)
	return r.used
}

func (r *runner) close() {
	if r.used != nil {
		r.used.Close()
	}
}

// enter makes GOMAXPROCS and GOGC what the setting wants.
func (s setting) enter() (leave func()) {
	procs, gc := runtime.GOMAXPROCS(0), debug.SetGCPercent(100)
	debug.SetGCPercent(gc)
	if s.procs != 0 {
		runtime.GOMAXPROCS(s.procs)
	}
	if s.gc != 0 {
		debug.SetGCPercent(s.gc)
	}
	return func() { runtime.GOMAXPROCS(procs); debug.SetGCPercent(gc) }
}

// runAll runs the plans from 0 to n-1.
func (s setting) runAll(n int) []outcome {
	defer s.enter()()
	r := runner{setting: s}
	defer r.close()
	var all []outcome
	for pl := range n {
		o, _ := r.run(plan(pl))
		all = append(all, o)
	}
	return all
}

func plans() int {
	if testing.Short() && !updating() {
		return plansShort
	}
	return plansAll
}

func TestDeterminism(t *testing.T) {
	if os.Getenv(childTask) != "" {
		child(t)
		return
	}
	start := time.Now()
	want := setting{}.runAll(plans())
	t.Logf("%d plans, %d facts, %v for one setting", len(want), facts(want), time.Since(start))
	t.Run("golden", func(t *testing.T) { compareGolden(t, want) })
	if raceDetector { // ten times slower: all plans once, for the golden file, and some in every setting
		want = want[:plansShort]
	}
	for _, s := range settings {
		t.Run(s.name, func(t *testing.T) {
			var got []outcome
			if s.process {
				got = s.runElsewhere(t, len(want))
			} else {
				got = s.runAll(len(want))
			}
			for i := range want {
				if !got[i].same(want[i]) {
					t.Fatalf("plan %d is not the same in the setting %q:\n%s", i, s.name, s.explain(t, plan(i), want[i], got[i]))
				}
			}
		})
	}
}

func facts(all []outcome) (n uint64) {
	for _, o := range all {
		n += o.chain.Count
	}
	return n
}

// explain runs the plan once more both ways, keeping everything, and names the first fact that differs.
func (s setting) explain(t *testing.T, pl plan, want, got outcome) string {
	first := runner{setting: setting{keep: keepAll}}
	_, a := first.run(pl)
	if d := trace.FirstDifference(a, s.record(t, pl)); d != nil {
		return d.String()
	}
	if w, differ := trace.FirstWindow(want.chain, got.chain); differ {
		return fmt.Sprintf("seen in one run and not in the next, where everything was kept; it was among %v:\n%s", w,
			around(a, w))
	}
	return fmt.Sprintf("the facts are the same, the ends are not:\n  %s\n  %s", want.ending, got.ending)
}

// record is the plan's run in the setting with everything kept.
func (s setting) record(t *testing.T, pl plan) *trace.Record {
	s.keep = keepAll
	if s.process {
		return s.recordElsewhere(t, pl)
	}
	defer s.enter()()
	r := runner{setting: s}
	defer r.close()
	if s.reset { // the world was used for the plan before
		r.run(pl - min(pl, 1))
	}
	_, rec := r.run(pl)
	return rec
}

// around prints the facts of a window, not too many.
func around(r *trace.Record, w trace.Window) string {
	var b strings.Builder
	for i := w.From; i < min(w.To, w.From+2*markEvery, uint64(len(r.Events))); i++ {
		fmt.Fprintf(&b, "%6d %s\n", i, r.Line(int(i)))
	}
	return b.String()
}

// A line of the golden file is a plan, the hash of its run, how many facts there were, and the last 16 bits
// of the hash after every 64th, so that a run which differs can be narrowed down.
func (o outcome) golden(pl int) string {
	var marks strings.Builder
	for _, m := range o.chain.Marks {
		fmt.Fprintf(&marks, "%04x", uint16(m))
	}
	return fmt.Sprintf("%d %016x %d %s", pl, o.chain.Hash, o.chain.Count, marks.String())
}

func compareGolden(t *testing.T, all []outcome) {
	if updating() {
		writeGolden(t, all)
	}
	text, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatalf("%v (go test ./sim -run TestDeterminism -update writes it)", err)
	}
	want := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	bad := 0
	for i, o := range all {
		if i >= len(want) || o.golden(i) != want[i] {
			if bad++; bad == 1 {
				t.Errorf("plan %d is not the run in %s:\n%s", i, goldenFile, narrow(plan(i), o, want[min(i, len(want)-1)]))
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d of %d plans differ. "+
			"If the engine was changed on purpose: go test ./sim -run TestDeterminism -update", bad, len(all))
	}
}

func writeGolden(t *testing.T, all []outcome) {
	var b bytes.Buffer
	for i, o := range all {
		b.WriteString(o.golden(i) + "\n")
	}
	os.MkdirAll(filepath.Dir(goldenFile), 0o755)
	if err := os.WriteFile(goldenFile, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// narrow says among which facts a run parts from its golden line.
func narrow(pl plan, o outcome, line string) string {
	var number, hash, count, marks string
	fmt.Sscan(line, &number, &hash, &count, &marks)
	w := trace.Window{To: o.chain.Count}
	mine := o.golden(int(pl))
	mine = mine[strings.LastIndexByte(mine, ' ')+1:]
	for i := 0; i+4 <= min(len(mine), len(marks)) && mine[i:i+4] == marks[i:i+4]; i += 4 {
		w.From += markEvery
	}
	w.To = min(w.To, w.From+markEvery)
	r := runner{setting: setting{keep: keepAll}}
	_, rec := r.run(pl)
	return fmt.Sprintf("want %s\ngot  %s\nthe first fact that differs is one of these:\n%s", line, o.golden(int(pl)),
		around(rec, w))
}

// childTask tells a second process what to do: file, and a setting's number, and either how many plans or
// which one to record.
const childTask = "BEDLAM_DETERMINISM"

func (s setting) index() int {
	for i := range settings {
		if settings[i].name == s.name {
			return i
		}
	}
	return -1
}

// elsewhere runs a task in a second process and returns what it wrote.
func (s setting) elsewhere(t *testing.T, task string, n int) []byte {
	self, err := os.Executable()
	if err != nil {
		t.Fatalf("cannot find the test's own binary: %v", err) // skipped, the second process would never be compared
	}
	file := filepath.Join(t.TempDir(), "out")
	cmd := exec.Command(self, "-test.run=^TestDeterminism$", "-test.count=1")
	gc := fmt.Sprint(s.gc)
	if s.gc < 0 {
		gc = "off"
	}
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %d %s", childTask, task, s.index(), n, file),
		fmt.Sprint("GOMAXPROCS=", s.procs), "GOGC="+gc)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("the second process: %v\n%s", err, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (s setting) runElsewhere(t *testing.T, n int) []outcome {
	var all []outcome
	for line := range strings.Lines(string(s.elsewhere(t, "run", n))) {
		var o outcome
		fmt.Sscanf(line, "%x %d %q", &o.chain.Hash, &o.chain.Count, &o.ending)
		all = append(all, o)
	}
	if len(all) != n {
		t.Fatalf("the second process ran %d of %d plans", len(all), n)
	}
	return all
}

func (s setting) recordElsewhere(t *testing.T, pl plan) *trace.Record {
	rec, err := trace.Decode(bytes.NewReader(s.elsewhere(t, "record", int(pl))))
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// child is the second process. What it inherits (GOMAXPROCS, GOGC) is from its environment.
func child(t *testing.T) {
	var task, file string
	var index, n int
	if _, err := fmt.Sscan(os.Getenv(childTask), &task, &index, &n, &file); err != nil {
		t.Fatal(err)
	}
	s := settings[index]
	s.process, s.procs, s.gc = false, 0, 0
	var b bytes.Buffer
	if task == "record" {
		if err := trace.Encode(&b, s.record(t, plan(n))); err != nil {
			t.Fatal(err)
		}
	} else {
		for _, o := range s.runAll(n) {
			fmt.Fprintf(&b, "%x %d %q\n", o.chain.Hash, o.chain.Count, o.ending)
		}
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The check itself is checked: a program that asks Go's map for an order is found out, and the fact that
// differs first is its first send that goes elsewhere.
func TestDeterminism_findsImpurity(t *testing.T) {
	run := func() *trace.Record {
		w := sim.New(sim.Config{Keep: keepAll, Boot: func(p *sim.Proc) {
			p.Spawn("impure", func(p *sim.Proc) {
				others := map[sim.PID]bool{}
				for range 8 {
					others[p.Spawn("other", func(p *sim.Proc) { sim.Any(p) })] = true
				}
				for pid := range others { // the sin
					p.Send(pid, "hello")
				}
			})
		}})
		defer w.Close()
		w.Run(time.Minute)
		return w.Trace().Record()
	}
	first := run()
	for range 50 {
		d := trace.FirstDifference(first, run())
		if d == nil {
			continue
		}
		if !strings.Contains(d.A, "<local/impure>") || !strings.Contains(d.A, "send") ||
			!strings.Contains(d.B, "send") || d.What != "object" {
			t.Errorf("the wrong fact is named:\n%v", d)
		}
		t.Log(d)
		return
	}
	t.Error("50 runs of an impure program were the same")
}
