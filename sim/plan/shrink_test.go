package plan_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"pgregory.net/rapid"
)

// If what is needed is known, that is what is found: these draws and these elements, none of them more than it must be.
func TestShrink_findsWhatIsNeeded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const of = 60
		y := newToy(rapid.IntRange(1, 9).Draw(t, "processes"), rapid.IntRange(1, 40).Draw(t, "draws"), of, nil)
		draws := rapid.SliceOfNDistinct(rapid.IntRange(0, len(y.keys)-1), 0, 4, rapid.ID[int]).Draw(t, "needed")
		least := rapid.IntRange(1, 9).Draw(t, "least")
		elements := rapid.IntRange(0, 9).Draw(t, "elements")
		var places []int
		if elements > 0 {
			places = rapid.SliceOfNDistinct(rapid.IntRange(0, elements-1), 0, 3, rapid.ID[int]).Draw(t, "places")
		}
		y.judge = func(answer func(int) int, p plan.Plan) string {
			for _, i := range draws {
				if answer(i) < least {
					return ""
				}
			}
			for _, i := range places {
				if p.Leaves(i) {
					return ""
				}
			}
			return "broken"
		}
		p := plan.Plan{Seed: rapid.Uint64().Draw(t, "seed")}
		for _, i := range draws {
			p.Deviations = append(p.Deviations, y.deviation(i, of-1))
		}
		r := plan.Shrink(y.run, p, plan.Options{Elements: elements, Budget: 500})
		if r.Err != nil || !r.Minimal || r.Evaluations > 500 || len(r.Others) > 0 {
			t.Fatalf("%+v", r)
		}
		if r.Evaluations != y.runs {
			t.Errorf("it says %d runs, and took %d", r.Evaluations, y.runs)
		}
		want := plan.Plan{Dull: true}
		for _, i := range draws {
			want.Deviations = append(want.Deviations, y.deviation(i, uint64(least)))
		}
		for i := range elements {
			if !slices.Contains(places, i) {
				want.Without = append(want.Without, i)
			}
		}
		if !r.Plan.Equal(want) {
			t.Errorf("found\n%v\nwanted\n%v", r.Plan.Format(), want.Format())
		}
		if len(r.Needed) != len(draws)+len(places) {
			t.Errorf("%v", r.Needed)
		}
		for _, n := range r.Needed {
			if n.Without != "" || !strings.HasSuffix(n.String(), ": passes") {
				t.Error(n)
			}
		}
	})
}

// Whatever the program: the plan reported fails with the signature that the plan given has, if it is said to be minimal nothing can
// be left out of it, and the budget is kept.
func TestShrink_isSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		salt := rapid.Uint32().Draw(t, "salt")
		y := newToy(rapid.IntRange(1, 4).Draw(t, "processes"), rapid.IntRange(1, 8).Draw(t, "draws"), 4, nil)
		y.judge = func(answer func(int) int, p plan.Plan) string { // as wild as can be
			h, dull := uint64(salt), true
			for i := range y.keys {
				h = choice.Child(h, "", uint32(answer(i)))
				dull = dull && answer(i) == 0
			}
			h = choice.Child(h, fmt.Sprint(p.Without), 0)
			if dull || h%3 == 0 {
				return ""
			}
			return fmt.Sprint("broken ", h%3)
		}
		p := plan.Plan{Seed: rapid.Uint64().Draw(t, "seed")}
		before := y.run(p, nil)
		o := plan.Options{Budget: rapid.IntRange(5, 300).Draw(t, "budget"), Elements: rapid.IntRange(0, 4).Draw(t, "elements")}
		y.runs = 0
		r := plan.Shrink(y.run, p, o)
		if !before.Fails() {
			if r.Err == nil || y.runs != 1 {
				t.Fatalf("%+v", r)
			}
			return
		}
		after := y.run(r.Plan, nil)
		if r.Err != nil || after.Signature != before.Signature || after.Hash != r.Outcome.Hash || r.Evaluations > o.Budget {
			t.Fatalf("%+v of %+v", r, before)
		}
		if !r.Minimal {
			return
		}
		for _, n := range r.Needed {
			q := r.Plan
			if n.Deviation != nil {
				q.Deviations = slices.DeleteFunc(slices.Clone(q.Deviations), func(d choice.Deviation) bool { return d == *n.Deviation })
			} else {
				q.Without = append(slices.Clone(q.Without), n.Place)
			}
			if got := y.run(q.Canonical(), nil); got.Signature != n.Without || got.Hash != n.Hash || got.Signature == before.Signature {
				t.Errorf("%v: it comes to %+v", n, got)
			}
		}
	})
}

// What the plan given leaves out stays out, even if nobody said that there is such an element.
func TestShrink_keepsOut(t *testing.T) {
	run := func(p plan.Plan, rec *choice.Recording) plan.Outcome {
		if p.Leaves(9) && p.Leaves(1) && !p.Leaves(2) {
			return plan.Outcome{Signature: "broken"}
		}
		return plan.Outcome{Hash: 1}
	}
	r := plan.Shrink(run, plan.Plan{Without: []int{9, 1}}, plan.Options{Elements: 4})
	if r.Err != nil || !slices.Equal(r.Plan.Without, []int{0, 1, 3, 9}) || len(r.Needed) != 1 || r.Needed[0].Place != 2 {
		t.Errorf("%+v", r)
	}
}

// Other failures are kept with a plan that shows them, and never taken for the one that is shrunk.
func TestShrink_others(t *testing.T) {
	y := newToy(4, 10, 8, func(answer func(int) int, p plan.Plan) string {
		switch {
		case answer(7) > 3 && answer(9) > 3:
			return "both"
		case answer(7) > 3:
			return "only seven"
		case answer(9) > 3:
			return "only nine"
		}
		return ""
	})
	p := plan.Plan{Seed: 5, Deviations: []choice.Deviation{y.deviation(7, 7), y.deviation(9, 5)}}
	r := plan.Shrink(y.run, p, plan.Options{})
	if r.Err != nil || r.Outcome.Signature != "both" || len(r.Plan.Deviations) != 2 {
		t.Fatalf("%+v", r)
	}
	var met []string
	for _, o := range r.Others {
		met = append(met, o.Outcome.Signature)
		if got := y.run(o.Plan, nil); got.Signature != o.Outcome.Signature {
			t.Errorf("%v comes to %q, not %q", o.Plan, got.Signature, o.Outcome.Signature)
		}
	}
	slices.Sort(met)
	if !slices.Equal(met, []string{"only nine", "only seven"}) {
		t.Error(met)
	}
	for _, n := range r.Needed {
		if want := n.Deviation.String() + "; without it: only "; !strings.HasPrefix(n.String(), want) {
			t.Errorf("%v, want %s…", n, want)
		}
	}
}

// A program that wavers is reported, and what it was given is given back: whether it wavers always, or only once few draws are left.
func TestShrink_wavering(t *testing.T) {
	for _, few := range []int{1000, 3} {
		y := newToy(4, 10, 8, func(answer func(int) int, p plan.Plan) string {
			if answer(7) > 3 {
				return "broken"
			}
			return ""
		})
		run := func(p plan.Plan, rec *choice.Recording) plan.Outcome {
			o := y.run(p, rec)
			if len(p.Deviations) < few {
				o.Hash += uint64(y.runs)
			}
			return o
		}
		p := plan.Plan{Seed: 5, Deviations: []choice.Deviation{y.deviation(7, 7)}}
		for i := range uint64(8) {
			p.Deviations = append(p.Deviations, y.deviation(int(10+i), i))
		}
		r := plan.Shrink(run, p, plan.Options{})
		var parting *plan.Parting
		if !errors.As(r.Err, &parting) || !parting.Same || parting.A.Hash == parting.B.Hash || !r.Plan.Equal(p) {
			t.Errorf("%v, %v", r.Err, r.Plan)
		}
	}
}

// Shrinking draws nothing by chance: twice the same gives twice the same.
func TestShrink_isDeterministic(t *testing.T) {
	g := torn()
	b := &bed{}
	defer b.close()
	run := g.runner(b, change{})
	seed := failures(run, 1, 20_000)[0]
	var tale []plan.Progress
	first := plan.Shrink(run, plan.Plan{Seed: seed}, plan.Options{Progress: func(p plan.Progress) { tale = append(tale, p) }})
	second := plan.Shrink(run, plan.Plan{Seed: seed}, plan.Options{})
	if !reflect.DeepEqual(first, second) {
		t.Errorf("%+v\nand then\n%+v", first, second)
	}
	if len(tale) == 0 || tale[len(tale)-1].Evaluations > first.Evaluations || tale[0].Budget != plan.DefaultBudget {
		t.Errorf("%d runs told of %d", len(tale), first.Evaluations)
	}
}

// One that wavers once in a while is found out by the last of the two runs that verify.
func TestShrink_waveringRarely(t *testing.T) {
	times := map[string]int{}
	run := func(p plan.Plan, rec *choice.Recording) plan.Outcome {
		text := p.Format()
		times[text]++
		o := preempted(p, rec)
		if times[text] == 3 {
			o.Hash++
		}
		return o
	}
	seed := failures(preempted, 1, 1000)[0]
	r := plan.Shrink(run, plan.Plan{Seed: seed}, plan.Options{})
	var parting *plan.Parting
	if !errors.As(r.Err, &parting) || !parting.Same || parting.A.Hash+1 != parting.B.Hash || r.Plan.Seed != seed {
		t.Errorf("%v, %v", r.Err, r.Plan)
	}
}

// A run that goes on long after its failure is cut a while after it, and one that has nothing to lose is not.
func TestShrink_shortens(t *testing.T) {
	for _, c := range []struct {
		broke, runs, want time.Duration
		idle              bool
	}{
		{12300 * time.Millisecond, time.Hour, 16 * time.Second, false},
		{200 * time.Millisecond, time.Minute, 2 * time.Second, false},
		{12300 * time.Millisecond, time.Hour, 0, true},
		{59 * time.Second, time.Minute, 0, false},
	} {
		run := func(p plan.Plan, rec *choice.Recording) plan.Outcome {
			now := c.runs
			if p.For > 0 {
				now = min(now, p.For)
			}
			o := plan.Outcome{Events: uint64(now), Now: now, Broke: c.broke}
			if c.idle {
				o.Events = 1
			}
			if now >= c.broke {
				o.Signature = "broken"
			}
			return o
		}
		r := plan.Shrink(run, plan.Plan{}, plan.Options{})
		if r.Err != nil || r.Plan.For != c.want || r.Outcome.Signature != "broken" {
			t.Errorf("broken after %v of %v: %v, %v", c.broke, c.runs, r.Plan, r.Err)
		}
	}
}

func TestShrink_nothingToShrink(t *testing.T) {
	y := newToy(1, 1, 2, func(func(int) int, plan.Plan) string { return "" })
	if r := plan.Shrink(y.run, plan.Plan{}, plan.Options{}); r.Err == nil || !strings.Contains(r.Err.Error(), "does not fail") {
		t.Error(r.Err)
	}
}

// The few that fewest finds are enough; if more never harms, none of them is too much, and k of n take about k*log2(n) tries.
func TestFewest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 2000).Draw(t, "n")
		items := make([]int, n)
		for i := range items {
			items[i] = i
		}
		needed := rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 0, 5, rapid.ID[int]).Draw(t, "needed")
		tries := 0
		got := plan.Fewest(items, func(keep []int) bool {
			tries++
			for _, i := range needed {
				if !slices.Contains(keep, i) {
					return false
				}
			}
			return true
		})
		slices.Sort(got)
		slices.Sort(needed)
		if !slices.Equal(got, needed) {
			t.Errorf("%v, wanted %v", got, needed)
		}
		if most := (len(needed)+1)*1 + len(needed)*11; tries > most {
			t.Errorf("%d tries for %d of %d", tries, len(needed), n)
		}
	})
}

func TestSettle(t *testing.T) {
	a, b, c := choice.Deviation{Key: key(choice.Order, 1, 1), Answer: 9}, choice.Deviation{Key: key(choice.Order, 1, 2), Answer: 9}, choice.Deviation{Key: key(choice.Order, 1, 3), Answer: 9}
	p := plan.Plan{Dull: true, Deviations: []choice.Deviation{a, b, c}}
	q := plan.Settle(p, []choice.Drift{{Deviation: a}, {Deviation: b, Of: 5}})
	b.Answer = 4
	if !q.Equal(plan.Plan{Dull: true, Deviations: []choice.Deviation{b, c}}) || p.Deviations[1].Answer != 9 {
		t.Error(q.Deviations, p.Deviations)
	}
}
