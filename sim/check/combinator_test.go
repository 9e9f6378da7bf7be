package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
	"pgregory.net/rapid"
)

// step is a fact of a tale: at which second, what, who and about what. The conditions of the tests are p and q: the
// fact is of that name, and says yes or no.
type step struct {
	at   int
	name string
	yes  bool
	key  string
	who  int
}

var people = func() (all []sim.PID) {
	home := &term.Home{Node: "n"}
	first, role := "boot", "p"
	root := &term.Identity{Serial: 1, Role: &first, Ordinal: 1, Home: home}
	for i := range 3 {
		id := &term.Identity{Serial: uint64(i + 2), Role: &role, Ordinal: uint32(i + 1), Parent: root, Home: home}
		all = append(all, term.NewPID(id))
	}
	return all
}()

func (s step) fact() sim.Fact {
	f := sim.Fact{At: time.Duration(s.at) * time.Second, Kind: trace.User, Subject: people[s.who], Text: s.name, Detail: s}
	if s.name == "exit" {
		f.Kind, f.Detail = trace.Exit, sim.Normal
	}
	return f
}

func cond(name string) Cond {
	return User(name, func(s step) bool { return s.yes }).By(func(v any) string { return v.(step).key })
}

// tale reads steps such as "1 p", "2 !p", "3 q:key/1".
func tale(t *testing.T, text string) (all []step) {
	t.Helper()
	for _, word := range strings.Split(text, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		s := step{yes: true}
		var what string
		if _, err := fmt.Sscanf(word, "%d %s", &s.at, &what); err != nil {
			t.Fatalf("%q: %v", word, err)
		}
		what, who, _ := strings.Cut(what, "/")
		fmt.Sscan(who, &s.who)
		what, s.key, _ = strings.Cut(what, ":")
		s.name = strings.TrimPrefix(what, "!")
		s.yes = s.name == what
		all = append(all, s)
	}
	return all
}

// play tells a rule the tale of a run and asks for the verdict.
func play(r Rule, steps []step, end int, stop sim.Stop) Verdict {
	for _, s := range steps {
		r.Observe(s.fact())
	}
	r.Finish(sim.View{}, sim.Result{Now: time.Duration(end) * time.Second, Stop: stop})
	return r.Verdict()
}

func TestCombinators(t *testing.T) {
	const s = time.Second
	p, q := cond("p"), cond("q")
	rules := map[string]func() Rule{
		"always":     func() Rule { return Always("r", p) },
		"never":      func() Rule { return Never("r", p) },
		"sometimes":  func() Rule { return Sometimes("r", p) },
		"at_end":     func() Rule { return AtEnd("r", p) },
		"count 1-2":  func() Rule { return Count("r", p, 1, 2) },
		"count 0-0":  func() Rule { return Count("r", p, 0, 0) },
		"count 1-":   func() Rule { return Count("r", p, 1, -1) },
		"eventually": func() Rule { return Eventually("r", p, 0) },
		"within 5":   func() Rule { return Eventually("r", p, 5*s) },
		"stable 5":   func() Rule { return Stable("r", p, 5*s) },
		"after q 5":  func() Rule { return StableAfter("r", q, p, 5*s) },
		"leads_to 5": func() Rule { return LeadsTo("r", p, q, 5*s) },
		"leads_to":   func() Rule { return LeadsTo("r", p, q, 0) },
		"unique":     func() Rule { return Unique("r", p) },
		"overlap 1":  func() Rule { return MaxOverlap("r", 1, p, q) },
		"overlap 2":  func() Rule { return MaxOverlap("r", 2, p, q) },
	}
	for _, c := range []struct {
		rule, tale string
		end        int
		stop       sim.Stop
		want       string // state[@second][/key][ margin]
	}{
		{"always", "", 9, sim.StopTime, "undecided"},
		{"always", "1 p, 2 p", 9, sim.StopTime, "holds"},
		{"always", "1 p, 2 !p:k, 3 p", 9, sim.StopTime, "broken@2/k"},
		{"always", "1 p", 9, sim.StopHalted, "undecided"},
		{"always", "1 !p", 9, sim.StopHalted, "broken@1"},
		{"always", "1 q", 9, sim.StopTime, "undecided"},
		{"never", "1 !p", 9, sim.StopTime, "holds"},
		{"never", "1 !p, 2 p", 9, sim.StopTime, "broken@2"},
		{"never", "", 9, sim.StopIdle, "undecided"},
		{"sometimes", "1 !p", 9, sim.StopTime, "undecided"},
		{"sometimes", "1 !p, 2 p, 3 !p", 9, sim.StopTime, "holds"},
		{"sometimes", "2 p", 9, sim.StopHalted, "holds"},
		{"at_end", "1 !p, 2 p", 9, sim.StopTime, "holds"},
		{"at_end", "1 p, 2 !p", 9, sim.StopTime, "broken@9"},
		{"at_end", "1 p, 2 !p", 9, sim.StopEvents, "undecided"},
		{"at_end", "", 9, sim.StopTime, "undecided"},
		{"count 1-2", "", 9, sim.StopTime, "broken@9/too few"},
		{"count 1-2", "", 9, sim.StopHalted, "undecided"},
		{"count 1-2", "1 p, 2 !p, 2 p", 9, sim.StopTime, "holds 2 of 2"},
		{"count 1-2", "1 p, 2 p, 3 p", 9, sim.StopHalted, "broken@3/too many"},
		{"count 0-0", "", 9, sim.StopTime, "holds"},
		{"count 1-", "1 p, 1 p, 1 p", 9, sim.StopTime, "holds"},
		{"eventually", "1 !p, 8 p", 9, sim.StopTime, "holds"},
		{"eventually", "1 !p", 9, sim.StopTime, "broken@9"},
		{"eventually", "", 9, sim.StopTime, "broken@9"},
		{"eventually", "1 !p", 9, sim.StopLivelock, "undecided"},
		{"within 5", "5 p", 9, sim.StopTime, "holds 5s of 5s"},
		{"within 5", "6 p", 9, sim.StopTime, "broken@5"},
		{"within 5", "", 5, sim.StopTime, "broken@5"},
		{"within 5", "", 4, sim.StopTime, "undecided"},
		{"within 5", "", 4, sim.StopIdle, "broken@4"},
		{"within 5", "", 6, sim.StopHalted, "broken@5"},
		{"within 5", "", 4, sim.StopHalted, "undecided"},
		{"stable 5", "1 !p, 3 p", 9, sim.StopTime, "holds 3s of 5s"},
		{"stable 5", "3 p, 4 !p, 6 p", 9, sim.StopTime, "broken@5"},
		{"stable 5", "3 p, 4 !p, 5 p", 9, sim.StopTime, "holds 5s of 5s"},
		{"stable 5", "3 p, 5 !p, 5 p", 9, sim.StopTime, "holds 5s of 5s"},
		{"stable 5", "3 p, 4 p", 9, sim.StopTime, "holds 3s of 5s"},
		{"stable 5", "3 p, 7 !p", 9, sim.StopTime, "broken@7"},
		{"stable 5", "3 p", 4, sim.StopTime, "undecided"},
		{"stable 5", "3 p", 4, sim.StopIdle, "holds"},
		{"stable 5", "3 !p", 4, sim.StopIdle, "broken@4"},
		{"stable 5", "3 !p", 4, sim.StopTime, "undecided"},
		{"stable 5", "3 p", 9, sim.StopHalted, "undecided"},
		{"stable 5", "", 9, sim.StopTime, "undecided"},
		{"stable 5", "7 p", 9, sim.StopTime, "holds"},
		{"after q 5", "1 !p, 2 p", 9, sim.StopTime, "undecided"},
		{"after q 5", "1 !p, 2 q, 5 p", 9, sim.StopTime, "holds 3s of 5s"},
		{"after q 5", "1 p, 2 q, 3 !p, 8 p", 9, sim.StopTime, "broken@7"},
		{"after q 5", "1 p, 2 q, 3 !p, 6 q, 8 p", 20, sim.StopTime, "holds 2s of 5s"},
		{"after q 5", "1 p, 2 q, 8 !p, 9 q, 10 p", 20, sim.StopTime, "broken@8"},
		{"leads_to 5", "", 9, sim.StopTime, "undecided"},
		{"leads_to 5", "1 q", 9, sim.StopTime, "undecided"},
		{"leads_to 5", "1 p, 6 q", 9, sim.StopTime, "holds 5s of 5s"},
		{"leads_to 5", "1 p, 7 q", 9, sim.StopTime, "broken@6"},
		{"leads_to 5", "1 q, 2 p", 9, sim.StopTime, "broken@7"},
		{"leads_to 5", "1 p, 3 p, 6 q", 9, sim.StopTime, "holds 5s of 5s"},
		{"leads_to 5", "1 p, 3 p, 7 q", 9, sim.StopTime, "broken@6"},
		{"leads_to 5", "1 p:a, 2 p:b, 3 q:b", 9, sim.StopTime, "broken@6/a"},
		{"leads_to 5", "1 p:a, 2 p:b, 3 q:b, 4 q:a", 9, sim.StopTime, "holds 3s of 5s"},
		{"leads_to 5", "1 p, 2 !q", 5, sim.StopTime, "undecided"},
		{"leads_to 5", "1 p", 5, sim.StopIdle, "broken@5"},
		{"leads_to 5", "1 p, 2 q", 5, sim.StopHalted, "undecided"},
		{"leads_to 5", "1 p, 2 q, 2 p, 3 q", 9, sim.StopTime, "holds 1s of 5s"},
		{"leads_to", "1 p, 900 q", 999, sim.StopTime, "holds"},
		{"leads_to", "1 p:a, 2 q:b", 9, sim.StopTime, "broken@9/a"},
		{"leads_to", "1 p", 9, sim.StopEvents, "undecided"},
		{"unique", "1 p:a, 2 p:b", 9, sim.StopTime, "holds"},
		{"unique", "1 p:a, 2 p:b, 3 !p:a, 4 p:a", 9, sim.StopTime, "broken@4/a"},
		{"unique", "1 p:a", 9, sim.StopHalted, "undecided"},
		{"overlap 1", "1 p/0, 2 q/0, 3 p/1", 9, sim.StopTime, "holds 1 of 1"},
		{"overlap 1", "1 p/0, 3 p/1", 9, sim.StopTime, "broken@3"},
		{"overlap 1", "1 p:a/0, 3 p:b/1", 9, sim.StopTime, "holds 1 of 1"},
		{"overlap 1", "1 p/0, 2 exit/0, 3 p/1", 9, sim.StopTime, "holds 1 of 1"},
		{"overlap 1", "1 p/0, 2 p/0, 3 q/0, 4 p/1", 9, sim.StopTime, "broken@4"},
		{"overlap 1", "1 p/0, 2 q/1, 3 p/1", 9, sim.StopTime, "broken@3"},
		{"overlap 2", "1 p/0, 2 p/1, 3 q/0, 4 p/2", 9, sim.StopTime, "holds 2 of 2"},
		{"overlap 2", "1 p/0, 2 p/1, 4 p/2", 9, sim.StopTime, "broken@4"},
	} {
		v := play(rules[c.rule](), tale(t, c.tale), c.end, c.stop)
		got := v.State.String()
		if v.State == Broken {
			got += fmt.Sprintf("@%d", v.At/s)
			if v.Key != "" {
				got += "/" + v.Key
			}
		} else if v.State == Holds && v.Margin.String() != "" {
			got += " " + v.Margin.String()
		}
		if got != c.want && (got != c.want+" "+v.Margin.String() || strings.Contains(c.want, "of")) {
			t.Errorf("%s of %q until %d (%v): %s, and should be %s: %v", c.rule, c.tale, c.end, c.stop, got, c.want, v)
		}
	}
}

// dumb are the same rules as sentences about the whole list of facts at the end. They give the moment of breaking, or
// whether all is well so far; they know of runs that were not cut off.
type facts struct {
	steps []step
	end   int
	idle  bool
}

func (f facts) of(name string) (those []step) {
	for _, s := range f.steps {
		if s.name == name {
			those = append(those, s)
		}
	}
	return those
}

func (f facts) first(test func(s step) bool) (at int, ok bool) {
	i := slices.IndexFunc(f.steps, test)
	if i < 0 {
		return 0, false
	}
	return f.steps[i].at, true
}

// word is a State and, if broken, when.
func word(s State, at int) string {
	if s == Broken {
		return fmt.Sprint("broken at ", at)
	}
	return s.String()
}

var dumb = map[string]struct {
	rule func() Rule
	want func(f facts) string
}{
	"always": {func() Rule { return Always("r", cond("p")) }, func(f facts) string {
		if at, bad := f.first(func(s step) bool { return s.name == "p" && !s.yes }); bad {
			return word(Broken, at)
		}
		if len(f.of("p")) == 0 {
			return "undecided"
		}
		return "holds"
	}},
	"within": {func() Rule { return Eventually("r", cond("p"), 10*time.Second) }, func(f facts) string {
		if _, met := f.first(func(s step) bool { return s.name == "p" && s.yes && s.at <= 10 }); met {
			return "holds"
		}
		switch {
		case f.end >= 10:
			return word(Broken, 10)
		case f.idle:
			return word(Broken, f.end)
		}
		return "undecided"
	}},
	"stable": {func() Rule { return Stable("r", cond("p"), 10*time.Second) }, func(f facts) string {
		ps := f.of("p")
		before := slices.DeleteFunc(slices.Clone(ps), func(s step) bool { return s.at > 10 })
		wellAt10 := len(before) == 0 || before[len(before)-1].yes
		later, bad := f.first(func(s step) bool { return s.name == "p" && !s.yes && s.at > 10 })
		switch {
		case len(ps) == 0:
			return "undecided"
		case !wellAt10 && f.end >= 10:
			return word(Broken, 10)
		case bad:
			return word(Broken, later)
		case f.end >= 10:
			return "holds"
		case f.idle && wellAt10:
			return "holds"
		case f.idle:
			return word(Broken, f.end)
		}
		return "undecided"
	}},
	"leads_to": {func() Rule { return LeadsTo("r", cond("p"), cond("q"), 10*time.Second) }, func(f facts) string {
		broken, open, any := 1<<30, false, false
		for i, p := range f.steps {
			if p.name != "p" || !p.yes {
				continue
			}
			any = true
			if slices.ContainsFunc(f.steps[i:], func(q step) bool { return q.name == "q" && q.yes && q.key == p.key && q.at <= p.at+10 }) {
				continue
			}
			switch {
			case p.at+10 <= f.end:
				broken = min(broken, p.at+10)
			case f.idle:
				broken = min(broken, f.end)
			default:
				open = true
			}
		}
		switch {
		case broken < 1<<30:
			return word(Broken, broken)
		case open || !any:
			return "undecided"
		}
		return "holds"
	}},
	"unique": {func() Rule { return Unique("r", cond("p")) }, func(f facts) string {
		seen := map[string]bool{}
		for _, s := range f.of("p") {
			if s.yes && seen[s.key] {
				return word(Broken, s.at)
			}
			seen[s.key] = seen[s.key] || s.yes
		}
		if len(f.of("p")) == 0 {
			return "undecided"
		}
		return "holds"
	}},
	"overlap": {func() Rule { return MaxOverlap("r", 1, cond("p"), cond("q")) }, func(f facts) string {
		any := false
		for i, s := range f.steps {
			if s.name != "p" || !s.yes {
				continue
			}
			any = true
			inside := map[int]bool{}
			for who := range people {
				n := 0 // of those that it has entered and not left
				for _, e := range f.steps[:i+1] {
					switch {
					case e.who != who:
					case e.name == "exit":
						n = 0
					case e.yes && e.key == s.key && e.name == "p":
						n++
					case e.yes && e.key == s.key && e.name == "q":
						n = max(0, n-1)
					}
				}
				if n > 0 {
					inside[who] = true
				}
			}
			if len(inside) > 1 {
				return word(Broken, s.at)
			}
		}
		if !any {
			return "undecided"
		}
		return "holds"
	}},
	"count": {func() Rule { return Count("r", cond("p"), 1, 2) }, func(f facts) string {
		n := 0
		for _, s := range f.of("p") {
			if s.yes {
				n++
			}
			if n > 2 {
				return word(Broken, s.at)
			}
		}
		if n < 1 {
			return word(Broken, f.end)
		}
		return "holds"
	}},
}

// What a rule makes of facts as they come is what it says of all of them together.
func TestCombinators_twins(t *testing.T) {
	for _, name := range []string{"always", "within", "stable", "leads_to", "unique", "overlap", "count"} {
		t.Run(name, func(t *testing.T) {
			seen := map[string]int{}
			rapid.Check(t, func(t *rapid.T) {
				f := facts{idle: rapid.Bool().Draw(t, "idle")}
				for range rapid.IntRange(0, 8).Draw(t, "facts") {
					f.end += rapid.IntRange(0, 7).Draw(t, "pause")
					f.steps = append(f.steps, step{
						f.end, rapid.SampledFrom([]string{"p", "p", "q", "exit"}).Draw(t, "what"), rapid.IntRange(0, 3).Draw(t, "yes") > 0,
						rapid.SampledFrom([]string{"a", "b"}).Draw(t, "key"), rapid.IntRange(0, 2).Draw(t, "who"),
					})
				}
				f.end += rapid.IntRange(0, 12).Draw(t, "rest")
				stop := sim.StopTime
				if f.idle {
					stop = sim.StopIdle
				}
				v := play(dumb[name].rule(), f.steps, f.end, stop)
				got := word(v.State, int(v.At/time.Second))
				if want := dumb[name].want(f); got != want {
					t.Fatalf("%s, and should be %s: %v\n%v until %d", got, want, v, f.steps, f.end)
				}
				seen[v.State.String()]++
			})
			if len(seen) < 2 {
				t.Errorf("all verdicts are %v: this proves nothing", seen)
			}
		})
	}
}

func TestSignature(t *testing.T) {
	for _, c := range []struct {
		v    Verdict
		want string
	}{
		{Verdict{Rule: "r", State: Holds, Key: "k"}, ""},
		{Verdict{Rule: "r", State: Broken}, "r"},
		{Verdict{Rule: "r2", State: Broken, Key: "order 17 of 3x"}, "r2/order # of #x"},
	} {
		if got := c.v.Signature(); got != c.want {
			t.Errorf("%+v: %q, and should be %q", c.v, got, c.want)
		}
	}
}
