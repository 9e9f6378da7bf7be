package main

import (
	"bytes"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

func seeds(t *testing.T, text string) scenarios.Seeds {
	t.Helper()
	s, err := scenarios.ParseSeeds(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPickSeeds(t *testing.T) {
	flag := func(name, text string) setting { return setting{text, "--" + name, true} }
	variable := func(name, text string) setting { return setting{text, name, false} }
	for _, c := range []struct {
		one, many setting
		want      string // "" is those of the file, "!…" an error that holds …
	}{
		{setting{}, setting{}, ""},
		{flag("seed", "7"), setting{}, "[7]"},
		{flag("seed", "0x10"), setting{}, "[16]"},
		{flag("seed", "ffffffffffffffffffffffffffffffffffffffff"), setting{}, "[18446744073709551615]"},
		{setting{}, flag("seeds", "20k"), "1..20000"},
		{setting{}, flag("seeds", "3..5"), "3..5"},
		{setting{}, variable("SIM_SEEDS", "[1,7]"), "[1, 7]"},
		{flag("seed", "100"), flag("seeds", "50"), "100..149"},
		{variable("SIM_SEED", "100"), flag("seeds", "50"), "100..149"},
		{variable("SIM_SEED", "100"), flag("seeds", "3..5"), "3..5"},
		{flag("seed", "7"), variable("SIM_SEEDS", "1..200"), "[7]"},
		{flag("seed", "0xffffffffffffffff"), flag("seeds", "2"), "18446744073709551614..18446744073709551615"},
		{flag("seed", "7"), flag("seeds", "1..3"), "!names one seed"},
		{flag("seed", "seven"), setting{}, "!--seed:"},
		{variable("SIM_SEED", "seven"), setting{}, "!SIM_SEED:"},
		{setting{}, variable("SIM_SEEDS", "5..1"), "!SIM_SEEDS:"},
	} {
		got, err := pickSeeds(c.one, c.many)
		switch wrong, isError := strings.CutPrefix(c.want, "!"); {
		case isError && (err == nil || !strings.Contains(err.Error(), wrong)):
			t.Errorf("%v %v: error %v, want one with %q", c.one, c.many, err, wrong)
		case isError:
		case err != nil:
			t.Errorf("%v %v: %v", c.one, c.many, err)
		case got == nil && c.want != "" || got != nil && got.String() != c.want:
			t.Errorf("%v %v: %v, want %q", c.one, c.many, got, c.want)
		}
	}
}

func TestSeedAt(t *testing.T) {
	s := seeds(t, "[1, 7, 20..30, 3]")
	i := 0
	for want := range s.All() {
		if got := seedAt(s, i); got != want {
			t.Errorf("seed %d is %d, want %d", i, got, want)
		}
		rest := seedsFrom(s, i)
		if got := seedAt(rest, 0); got != want {
			t.Errorf("the seeds from %d on are %s", i, rest)
		}
		i++
	}
	if rest := seedsFrom(s, i); rest.Len() != 0 {
		t.Errorf("after the last one there are %s", rest)
	}
}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		text string
		want int // of 1000 runs
	}{{"always", 1000}, {"off", 0}, {"", 0}, {"100%", 1000}, {"2%", 20}, {"0.5 %", 5}, {"0.01%", 1}, {"0%", 0}, {"33%", 330}} {
		s, err := pickShare(c.text)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for i := range 1000 {
			if s.takes(i) {
				n++
			}
		}
		if n < c.want || n > c.want+1 {
			t.Errorf("%q takes %d of 1000", c.text, n)
		}
	}
	for _, text := range []string{"2", "x%", "101%", "-1%", "NaN%", "sometimes"} {
		if _, err := pickShare(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestColour(t *testing.T) {
	for _, c := range []struct {
		env      string
		flag     string
		terminal bool
		want     bool
	}{
		{"", "auto", true, true}, {"", "auto", false, false}, {"", "always", false, true}, {"", "never", true, false},
		{"NO_COLOR=1", "auto", true, false}, {"NO_COLOR=1", "always", true, true}, {"FORCE_COLOR=1", "auto", false, true},
		{"FORCE_COLOR=0", "auto", true, false}, {"TERM=dumb", "auto", true, false}, {"TERM=xterm", "auto", true, true},
	} {
		name, value, _ := strings.Cut(c.env, "=")
		e := environment{getenv: func(n string) string {
			if n == name {
				return value
			}
			return ""
		}}
		if got := e.colour(c.flag, c.terminal); got != c.want {
			t.Errorf("%q --color %s, terminal %v: %v", c.env, c.flag, c.terminal, got)
		}
	}
}

func TestRound(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 0.3: "0.3", 7.25: "7.2", 412: "412", 999.4: "999", 1840: "1.8k", 50911: "50.9k", 412345: "412k", 3.1e6: "3.1M", 2e9: "2G", math.Inf(1): "+InfT"} {
		if got := round(x); got != want {
			t.Errorf("%v is %s, want %s", x, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	for _, c := range []struct{ typo, want string }{{"rnu", "run"}, {"chekc", "check"}, {"replya", "replay"}, {"banana", ""}, {"", ""}} {
		if got := nearest(c.typo, []string{"run", "check", "replay", "trace"}); got != c.want {
			t.Errorf("%q: %q", c.typo, got)
		}
	}
}

// Of all codes that can apply at once the graver one wins, whichever came first.
func TestGraver(t *testing.T) {
	for i, a := range gravity {
		for _, b := range gravity[i:] {
			if graver(a, b) != a || graver(b, a) != a {
				t.Errorf("%d and %d give %d and %d", a, b, graver(a, b), graver(b, a))
			}
		}
	}
}

// Each code is explained once.
func TestExplainExit(t *testing.T) {
	seen := map[code]bool{}
	for _, row := range exitTable {
		if seen[row.code] || row.about == "" {
			t.Errorf("code %d is explained %q", row.code, row.about)
		}
		seen[row.code] = true
	}
	for _, c := range gravity {
		if !seen[c] {
			t.Errorf("code %d is not explained", c)
		}
	}
}

// The lines of a terminal are wiped away before anything else is printed, and each is drawn over the last one.
func TestProgress_live(t *testing.T) {
	var b bytes.Buffer
	p := &progress{app: &app{errs: &b, env: environment{errWidth: func() int { return 40 }}}, live: true, scenarios: 3}
	p.scenario(passingSummary(), 2)
	p.pulse()
	p.pulse()
	p.wipe()
	p.wipe()
	text := b.String()
	if n := strings.Count(text, "\n"); n != 4 {
		t.Errorf("two pulses draw %d lines:\n%q", n, text)
	}
	if n := strings.Count(text, "\x1b[2A\r\x1b[J"); n != 2 || !strings.HasSuffix(text, "\x1b[J") {
		t.Errorf("wiped %d times:\n%q", n, text)
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.ReplaceAll(line, "\x1b[2A\r\x1b[J", ""); len([]rune(line)) > 39 {
			t.Errorf("too wide: %q", line)
		}
	}
}

// Elsewhere there are no control codes, and nothing at all of what is over at once.
func TestProgress_plain(t *testing.T) {
	var b bytes.Buffer
	p := &progress{app: &app{errs: &b}, scenarios: 1}
	p.scenario(passingSummary(), 2)
	p.pulse()
	if b.Len() > 0 {
		t.Errorf("printed at once: %q", b.String())
	}
	p.said = p.said.Add(-2 * lineLeast)
	p.pulse()
	p.pulse()
	if text := b.String(); strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, "kv 50% 100/200 seeds") || strings.ContainsRune(text, 0x1b) {
		t.Errorf("printed %q", text)
	}
	b.Reset()
	p.quiet = true
	p.said = p.said.Add(-2 * lineEvery)
	if p.pulse(); b.Len() > 0 {
		t.Errorf("quiet, and yet %q", b.String())
	}
}

func passingSummary() *reports.Summary {
	return &reports.Summary{Scenario: "kv", Asked: 200, Runs: 100}
}

func TestPickShrink(t *testing.T) {
	flag := func(text string) setting { return setting{text, "--shrink", true} }
	for _, c := range []struct {
		s      setting
		canary bool
		want   shrinkBudget
		wrong  bool
	}{
		{setting{}, false, shrinkBudget{runs: 500}, false}, {setting{}, true, shrinkBudget{}, false}, {flag("off"), false, shrinkBudget{flag: true}, false},
		{flag("0"), false, shrinkBudget{0, true, true}, false}, {flag("70"), true, shrinkBudget{70, true, true}, false}, {flag("-1"), false, shrinkBudget{}, true}, {flag("1s"), false, shrinkBudget{}, true},
		{flag(""), false, shrinkBudget{}, true},
	} {
		if got, err := pickShrink(c.s, c.canary); got != c.want || (err != nil) != c.wrong {
			t.Errorf("%v %v: %v, %v", c.s, c.canary, got, err)
		}
	}
}

// Long runs get fewer tries, but some.
func TestTries(t *testing.T) {
	for _, c := range []struct {
		asked  int
		events uint64
		want   int
	}{{500, 0, 500}, {500, 1000, 500}, {500, 100_000, 200}, {500, 5_000_000, leastTries}, {10, 5_000_000, 10}, {10, 1, 10}} {
		if got := tries(c.asked, c.events); got != c.want {
			t.Errorf("%d of runs of %d events: %d", c.asked, c.events, got)
		}
	}
}

// Each scenario gets the same share of what is left of the time.
func TestDeadline(t *testing.T) {
	began := time.Now()
	if !(ending{}).deadline(began, 3).IsZero() {
		t.Error("a deadline though nobody wants one")
	}
	at := ending{after: time.Hour}.deadline(began, 4)
	if d := at.Sub(began); d < 14*time.Minute || d > 16*time.Minute {
		t.Errorf("a quarter of an hour is %v", d)
	}
	for from, want := range map[string]uint64{"1": 1, "7": 7, "18446744073709551615": math.MaxUint64 - manySeeds + 1} {
		first := seeds(t, "["+from+"]")
		if s := endless(&first); s.Len() != manySeeds || seedAt(*s, 0) != want || seedAt(*s, manySeeds-1) < want {
			t.Errorf("seeds from %s on are %v", from, s)
		}
	}
	if s := endless(nil); s.Len() != manySeeds || seedAt(*s, 0) != 1 {
		t.Errorf("seeds %v", s)
	}
}

func TestStemOf(t *testing.T) {
	for name, want := range map[string]string{"a.sim.yaml": "a", "a.b.sim.yml": "a.b", "a.yaml": "a", "a.yml": "a", "a": "a"} {
		if got := stemOf(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// Where nobody can look for what is kept, that is a mistake of the command line that names the file, before anything runs.
func TestGather_cannotLook(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gone", "chat.sim.yaml")
	tg, _ := builtin("echo")
	sc, _ := tg.parse()
	r := newRunning(newApp())
	err := r.gather([]target{{file, tg.src}}, []*scenarios.Scenario{sc})
	if codeOf(err) != codeUsage || !strings.Contains(err.Error(), "cannot look for what is kept beside "+file) {
		t.Errorf("the error is %v, with code %d", err, codeOf(err))
	}
}

// Making a failure small ends when its time is over, too.
func TestSmaller_deadline(t *testing.T) {
	tg, ok := builtin("rate-limiter-crash")
	if !ok {
		t.Fatal("no rate-limiter-crash")
	}
	sc, ds := tg.parse()
	if sc == nil {
		t.Fatal(ds)
	}
	r := newRunner(sc)
	defer r.Close()
	runs := 0
	m := &smaller{sc: sc, digest: scenarios.Digest(tg.src), budget: 500, until: time.Now().Add(-time.Second)}
	_, err := m.shrink(counting{r, &runs}, plan.Plan{Seed: 2})
	if err == nil || !strings.Contains(err.Error(), "--stop-after") || runs != 0 {
		t.Errorf("%d runs, %v", runs, err)
	}
	m.until = time.Now().Add(time.Hour)
	if _, err := m.shrink(counting{r, &runs}, plan.Plan{Seed: 2}); err != nil || runs < 10 {
		t.Errorf("%d runs, %v", runs, err)
	}
}

// counting counts the runs of plans.
type counting struct {
	runner
	runs *int
}

func (c counting) Planned(opts scenarios.RunOptions) plan.Runner {
	play := c.runner.Planned(opts)
	return func(p plan.Plan, rec *choice.Recording) plan.Outcome {
		*c.runs++
		return play(p, rec)
	}
}

// What became of a kept run is one word for one state, whoever asks, and its exit code is that of simrun run.
func TestBecame(t *testing.T) {
	for _, c := range []struct {
		before, now string
		drifted     bool
		word        reports.SavedWord
		code        code
	}{
		{"x", "x", false, reports.StillFails, codeBroken},
		{"x", "x", true, reports.StillFails, codeBroken},
		{"x", "y", false, reports.FailsNow, codeBroken},
		{"x", "y", true, reports.FailsNow, codeBroken},
		{"", "y", true, reports.FailsNow, codeBroken},
		{"x", "", false, reports.Fixed, codeOK},
		{"x", "", true, reports.Stale, codeDrift},
		{"", "", false, reports.Guards, codeOK},
		{"", "", true, reports.Stale, codeDrift},
	} {
		word := wordOf(c.before, c.now, c.drifted)
		if word != c.word {
			t.Errorf("%v: %s", c, word)
		}
		for _, hash := range []uint64{0, 1} {
			for _, same := range []bool{false, hash != 0} {
				for _, edited := range []bool{false, true} {
					said, _, got := became{word: word, sameRun: same}.verdict(&scenarios.Repro{Fails: c.before, Hash: hash}, edited)
					if got != c.code {
						t.Errorf("%v, hash %d, same %v, edited %v: %s, exit code %d", c, hash, same, edited, said, got)
					}
				}
			}
		}
		s := &reports.Summary{Runs: 1, Saved: []*reports.Saved{{Word: word}}}
		if got := (&running{}).judge(s); got != c.code {
			t.Errorf("%v: simrun run ends with %d", c, got)
		}
	}
}
