package scenarios_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
)

// roundTrip checks that a value prints as it parses.
func roundTrip[V any](t *testing.T, v V, print func(V) string, parse func(string) (V, error)) {
	t.Helper()
	text := print(v)
	got, err := parse(text)
	if err != nil {
		t.Fatalf("%#v prints as %q, which does not parse: %v", v, text, err)
	}
	if !reflect.DeepEqual(got, v) {
		t.Fatalf("%#v prints as %q, which parses as %#v", v, text, got)
	}
}

// draw is a source of values of all sorts.
type draw struct{ *rand.Rand }

func (d draw) duration() time.Duration {
	n := d.Int64N(1 << d.IntN(61))
	unit := []time.Duration{1, 1000, 1e6, 1e8, 1e9, 60e9, 3600e9, 86400e9}[d.IntN(8)]
	return time.Duration(n) % (36_500 * 24 * time.Hour / unit) * unit
}

func (d draw) drawn() scenarios.Drawn {
	if d.IntN(3) == 0 {
		return scenarios.Drawn{Mean: 1 + d.duration()/2}
	}
	s := d.span()
	return scenarios.Drawn{Min: s.From, Max: s.To}
}

func (d draw) span() scenarios.Span {
	a, b := d.duration(), d.duration()
	return scenarios.Span{From: min(a, b), To: max(a, b)}
}

func (d draw) pick() scenarios.Pick {
	switch d.IntN(3) {
	case 0:
		return scenarios.Pick{All: true}
	case 1:
		return scenarios.Pick{Count: 1 + d.IntN(1<<d.IntN(30))}
	}
	return scenarios.Pick{Share: scenarios.Percent(1 + d.IntN(1_000_000))}
}

func (d draw) word() string {
	return []string{"a", "kv_sup", "Room-7", "_x", "in", "and"}[d.IntN(6)]
}

func (d draw) selector() scenarios.Selector {
	if d.IntN(4) == 0 {
		return scenarios.Selector{Name: d.word()}
	}
	var s scenarios.Selector
	for range 1 + d.IntN(4) {
		switch d.IntN(4) {
		case 0:
			s.Steps = append(s.Steps, scenarios.Step{ID: []string{"*", "**"}[d.IntN(2)]})
		case 1:
			s.Steps = append(s.Steps, scenarios.Step{ID: d.word(), Index: 1 + d.IntN(100)})
		default:
			s.Steps = append(s.Steps, scenarios.Step{ID: d.word()})
		}
	}
	return s
}

func (d draw) term(depth int) scenarios.Term {
	texts := []string{"boom", "Odd", "it's", `back\slash "quote"`, "", "ä 漢", "a b"}
	switch k := d.IntN(5); {
	case k == 0:
		return scenarios.Term{Kind: scenarios.Number, Text: fmt.Sprint(d.IntN(2000) - 1000)}
	case k == 1:
		return scenarios.Term{Kind: scenarios.Text, Text: texts[d.IntN(len(texts))]}
	case k < 4 && depth > 0:
		t := scenarios.Term{Kind: []scenarios.TermKind{scenarios.Tuple, scenarios.List}[d.IntN(2)]}
		for range d.IntN(4) {
			t.Items = append(t.Items, d.term(depth-1))
		}
		return t
	}
	return scenarios.Term{Kind: scenarios.Atom, Text: texts[d.IntN(len(texts))]}
}

func (d draw) fact(kind scenarios.FactType) scenarios.Fact {
	for {
		spec := scenarios.Facts[d.IntN(len(scenarios.Facts))]
		if spec.Type != kind {
			continue
		}
		f := scenarios.Fact{Name: spec.Name}
		switch spec.Of {
		case "workload":
			f.Workload = []string{"w", "two words", `"quoted\"`, "in"}[d.IntN(4)]
		case "fault":
			f.Fault = []string{"f", "kill the store", "it's"}[d.IntN(3)]
		case "tree":
			f.Select = scenarios.Selector{Steps: []scenarios.Step{{ID: d.word()}}}
		case "application":
			f.App = []string{"kv", "web-2", "in"}[d.IntN(3)]
		case "":
		case "node", "two nodes", "global name":
			f = d.clusterFact(f, spec.Of)
		default:
			f.Select = d.selector()
		}
		if f.Name == "exits" && d.IntN(2) == 0 {
			reason := d.term(2)
			f.Reason = &reason
		}
		return f
	}
}

// clusterFact completes a fact about nodes.
func (d draw) clusterFact(f scenarios.Fact, of string) scenarios.Fact {
	n := map[string]int{"node": d.IntN(2), "two nodes": 2, "global name": d.IntN(2)}[of]
	for range n {
		f.Nodes = append(f.Nodes, d.word())
	}
	if of == "global name" {
		f.Global = []string{"leader", "room-1"}[d.IntN(2)]
	}
	return f
}

func (d draw) operand(kind scenarios.FactType, constant bool) scenarios.Operand {
	o := scenarios.Operand{Type: kind}
	switch {
	case !constant || d.IntN(2) == 0:
		f := d.fact(kind)
		o.Fact = &f
	case kind == scenarios.TimeFact:
		o.T = d.duration()
	default:
		o.N = d.Int64N(1 << d.IntN(40))
	}
	return o
}

func (d draw) cond(depth int) scenarios.Cond {
	if depth > 0 {
		switch d.IntN(4) {
		case 0:
			return scenarios.And{L: d.cond(depth - 1), R: d.cond(depth - 1)}
		case 1:
			return scenarios.Or{L: d.cond(depth - 1), R: d.cond(depth - 1)}
		case 2:
			return scenarios.Not{X: d.cond(depth - 1)}
		}
	}
	switch d.IntN(4) {
	case 0:
		return scenarios.Is{Fact: d.fact(scenarios.TruthFact)}
	case 1:
		return scenarios.In{Fact: d.fact(scenarios.TimeFact), Span: d.span()}
	}
	kind := []scenarios.FactType{scenarios.CountFact, scenarios.TimeFact}[d.IntN(2)]
	l, r := d.operand(kind, false), d.operand(kind, true)
	if d.IntN(2) == 0 {
		l, r = r, l
	}
	return scenarios.Compare{L: l, Op: scenarios.Ops[d.IntN(len(scenarios.Ops))], R: r}
}

// shape prints a condition with all its structure and without its positions.
func shape(c scenarios.Cond) string {
	switch c := c.(type) {
	case scenarios.And:
		return "and(" + shape(c.L) + ", " + shape(c.R) + ")"
	case scenarios.Or:
		return "or(" + shape(c.L) + ", " + shape(c.R) + ")"
	case scenarios.Not:
		return "not(" + shape(c.X) + ")"
	}
	return fmt.Sprintf("%T %v", c, c)
}

func TestValuesPrintAsTheyParse(t *testing.T) {
	for i := range 5000 {
		d := draw{rand.New(rand.NewPCG(uint64(i), 3))}
		roundTrip(t, d.duration(), scenarios.FormatDuration, scenarios.ParseDuration)
		roundTrip(t, d.drawn(), scenarios.Drawn.String, scenarios.ParseDrawn)
		roundTrip(t, d.span(), scenarios.Span.String, scenarios.ParseSpan)
		roundTrip(t, d.Int64N(1<<d.IntN(49)), scenarios.FormatCount, scenarios.ParseCount)
		roundTrip(t, scenarios.Percent(d.IntN(1_000_001)), scenarios.Percent.String, scenarios.ParsePercent)
		roundTrip(t, d.pick(), scenarios.Pick.String, scenarios.ParsePick)
		roundTrip(t, d.selector(), scenarios.Selector.String, scenarios.ParseSelector)
		roundTrip(t, d.term(3), scenarios.Term.String, scenarios.ParseTerm)
		roundTrip(t, scenarios.After{Time: d.duration()}, scenarios.After.String, scenarios.ParseAfter)
		roundTrip(t, scenarios.After{Fault: "kill it"}, scenarios.After.String, scenarios.ParseAfter)
		var seeds scenarios.Seeds
		for range 1 + d.IntN(3) {
			first := d.Uint64N(1 << 60)
			seeds.Ranges = append(seeds.Ranges, scenarios.SeedRange{First: first, Last: first + d.Uint64N(2)*d.Uint64N(1000)})
		}
		roundTrip(t, seeds, scenarios.Seeds.String, scenarios.ParseSeeds)
		c := d.cond(4)
		again, err := scenarios.ParseCond(c.String())
		if err != nil {
			t.Fatalf("%v does not parse: %v", c, err)
		}
		if shape(again) != shape(c) {
			t.Fatalf("%v parses as something else:\n%s\n%s", c, shape(c), shape(again))
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0s", "0s": "0s", "250ms": "250ms", "90s": "1m30s", "1m30s": "1m30s", "1.5s": "1.5s", "1.50s": "1.5s", "0.1d": "2h24m", "2d": "2d",
		"1µs": "1us", "1μs": "1us", "1500us": "1.5ms", "36500d": "36500d", "1h1s": "1h1s", "0.000000001s": "1ns", "00005s": "5s",
	} {
		d, err := scenarios.ParseDuration(text)
		if got := scenarios.FormatDuration(d); err != nil || got != want {
			t.Errorf("%q: %s, %v; want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"5": "did you mean 5s?", "5 s": "did you mean 5s?", "5sec": "did you mean 5s?", "5min": "did you mean 5m?", "5S": "did you mean 5s?", "1s1m": "larger unit first",
		"1s1s": "larger unit first", "-5s": "negative", "": "not a duration", "s": "not a duration", "1..5s": "not a duration", "1.s": "not a duration", ".5s": "not a duration",
		"36501d": "longer than", "99999999999999999999s": "longer than", "1.5ns": "finer than", "0.0000000001s": "finer than", "5s ": "not a duration", "1e3s": "not a unit", "5\u00a0s": "did you mean 5s?", "5 %": "durations look like", "5%": "is not a duration (durations look like", "1..5": "durations look like", "1m30": "did you mean 1m30s?", "١s": "not a duration",
	} {
		if d, err := scenarios.ParseDuration(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want %q", text, d, err, want)
		}
	}
}

func TestSelectorMatches(t *testing.T) {
	for _, c := range []struct {
		selector, path, name string
		want                 bool
	}{
		{"/a", "/a", "", true}, {"/a", "/a/b", "", false}, {"/a/*", "/a/b", "", true}, {"/a/*", "/a", "", false}, {"/a/*", "/a/b/c", "", false},
		{"/a/**", "/a", "", false}, {"/a/**", "/a/b", "", true}, {"/a/**", "/a/b/c", "", true}, {"/a/**/c", "/a/c", "", true}, {"/a/**/c", "/a/b/b/c", "", true},
		{"/a/**/c", "/a/b", "", false}, {"/**", "/a", "", true}, {"/r/room[3]", "/r/room[3]", "", true}, {"/r/room[3]", "/r/room[30]", "", false},
		{"/r/room", "/r/room[3]", "", true}, {"/r/room[3]/x", "/r/room[3]/x", "", true}, {"kv", "/a", "kv", true}, {"kv", "/kv", "", false}, {"/kv", "/a", "kv", false},
	} {
		s, err := scenarios.ParseSelector(c.selector)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Matches(c.path, c.name); got != c.want {
			t.Errorf("%s selects %s (%s): %t", c.selector, c.path, c.name, got)
		}
	}
}

// TestSelectAgreesWithMatches: what a selector selects in the declared trees is what it matches by path.
func TestSelectAgreesWithMatches(t *testing.T) {
	src, _ := files(t, "testdata/good/two_levels.yaml")["testdata/good/two_levels.yaml"], 0
	s, ds := scenarios.Parse("x", src, stubs)
	if s == nil {
		t.Fatal(ds)
	}
	for _, text := range []string{"/app", "/app/*", "/app/**", "/**", "/*/*", "/app/**/primary", "/other/**", "primary", "/app/conns/conn"} {
		sel, _ := scenarios.ParseSelector(text)
		var got, want []string
		for _, c := range s.Select(sel) {
			got = append(got, c.Path)
		}
		for _, top := range s.Trees {
			top.Each(func(c *scenarios.Child) {
				if sel.Matches(c.Path, c.Name) {
					want = append(want, c.Path)
				}
			})
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, but matches %v", text, got, want)
		}
	}
}

// TestExponential: the mean is the mean, no draw is 0, answer 0 is the mean itself.
func TestExponential(t *testing.T) {
	d := scenarios.Drawn{Mean: 3 * time.Second}
	if got := d.Draw(func(int) int { return 0 }); got != 3*time.Second {
		t.Errorf("the dull draw is %v", got)
	}
	var sum time.Duration
	last := time.Duration(1 << 62)
	n := 0
	d.Draw(func(all int) int { n = all; return 0 })
	for k := 1; k < n; k++ {
		x := d.Draw(func(int) int { return k })
		if x <= 0 || x > last {
			t.Fatalf("quantile %d is %v after %v", k, x, last)
		}
		sum, last = sum+x, x
	}
	if mean := sum / time.Duration(n-1); mean < 2990*time.Millisecond || mean > 3010*time.Millisecond {
		t.Errorf("the mean is %v", mean)
	}
	// -3s × ln(1/2), to the nanosecond
	if got := d.Draw(func(n int) int { return n / 2 }); got < 2079441541 || got > 2079441542 {
		t.Errorf("the median is %d", got)
	}
}

func TestDraws(t *testing.T) {
	last := func(n int) int { return n - 1 }
	if got := (scenarios.Drawn{Min: time.Second, Max: 5 * time.Second}).Draw(last); got != 5*time.Second {
		t.Errorf("the largest of 1s..5s is %v", got)
	}
	args := scenarios.Args{{Name: "a", Value: scenarios.Choice{int64(1), scenarios.IntRange{Min: 5, Max: 9}}}, {Name: "b", Value: "x"}}
	got := args.Draw(last)
	if a, _ := scenarios.Value[int64](got, "a"); a != 9 {
		t.Errorf("a is %v", got[0].Value)
	}
	if _, ok := scenarios.Value[string](got, "c"); ok {
		t.Error("there is a c")
	}
	for text, want := range map[string]int{"all": 7, "one": 1, "3": 3, "100": 7, "30%": 3, "0.1%": 1} {
		p, err := scenarios.ParsePick(text)
		if err != nil || p.Of(7) != want {
			t.Errorf("%s of 7 is %d, %v", text, p.Of(7), err)
		}
	}
}

// facts is a View of fixed answers.
type facts map[string]int64

func (f facts) Truth(x scenarios.Fact) bool  { return f[x.String()] != 0 }
func (f facts) Count(x scenarios.Fact) int64 { return f[x.String()] }
func (f facts) Time(x scenarios.Fact) (time.Duration, bool) {
	n, ok := f[x.String()]
	return time.Duration(n), ok
}

func TestHolds(t *testing.T) {
	view := facts{"alive(/a)": 1, "restarts(/a)": 5, "died(/a)": int64(15 * time.Second)}
	for text, want := range map[string]bool{
		"alive(/a)": true, "!alive(/a)": false, "alive(/b)": false, "alive(/b) || alive(/a)": true, "alive(/a) && alive(/b)": false,
		"alive(/b) && alive(/b) || alive(/a)": true, "alive(/b) && (alive(/b) || alive(/a))": false, "!restarts(/a) > 4": false,
		"restarts(/a) <= 5": true, "5 < restarts(/a)": false, "restarts(/a) == restarts(/b)": false, "restarts(/a) != 6": true,
		"died(/a) in 15s..15.1s": true, "died(/a) in 15.1s..16s": false, "died(/b) in 0s..1d": false, "died(/b) < 1d": false, "died(/b) != 0": false, "!(died(/b) < 1d)": true,
	} {
		c, err := scenarios.ParseCond(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := scenarios.Holds(c, view); got != want {
			t.Errorf("%s is %t", text, got)
		}
	}
}
