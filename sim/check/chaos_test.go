package check_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/fault"
)

var (
	chaosRuns = flag.Uint64("seeds", 40, "how many random clusters TestDefault_chaos runs")
	chaosFrom = flag.Uint64("from", 0, "the seed of the first of them")
)

// outcome is what became of a run.
type outcome struct {
	hash     uint64
	verdicts []check.Verdict
}

// run runs the cluster, with or without anybody who looks.
func (c *chaos) run(looked bool) outcome {
	cfg := c.cfg
	set := check.NewSet(c.rules()...)
	if looked {
		set.Attach(&cfg)
	}
	w := sim.New(cfg)
	defer w.Close()
	drive := w.Run
	if looked {
		drive = func(d time.Duration) sim.Result { return set.Drive(w, d) }
	}
	r := c.reign(w, drive)
	if looked {
		set.Finish(w.View(), r)
	}
	return outcome{r.Hash, set.Verdicts()}
}

// Rules of Default, I1 to I15, hold in a cluster whose program does nothing wrong, whatever breaks, and all of them
// have something to judge; the run is the same as one that nobody looks at; and all verdicts are the same each time.
func TestDefault_chaos(t *testing.T) {
	runs := *chaosRuns
	if testing.Short() {
		runs = min(runs, 8)
	}
	judged, held, witnesses := map[string]int{}, map[string]int{}, 0
	for seed := *chaosFrom; seed < *chaosFrom+runs; seed++ {
		c := newChaos(seed)
		one := c.run(true)
		for _, v := range one.verdicts {
			judged[v.Rule] += v.Evaluated
			switch {
			case v.State == check.Broken:
				t.Errorf("seed %d: %v", seed, v)
			case v.State == check.Holds:
				held[v.Rule]++
			}
			if strings.Contains(v.Got, "across a partition") {
				witnesses++
			}
		}
		if seed%8 != 0 {
			continue
		}
		if two := c.run(false); two.hash != one.hash {
			t.Errorf("seed %d: a run that was looked at is not the same: %x and %x", seed, one.hash, two.hash)
		}
		if two := c.run(true); fmt.Sprint(two) != fmt.Sprint(one) {
			t.Errorf("seed %d: two runs, two verdicts:\n%v\n%v", seed, one, two)
		}
	}
	if runs < 8 { // somebody looks at one of them
		return
	}
	for _, r := range newChaos(0).rules() {
		if rule := r.Verdict().Rule; judged[rule] == 0 || held[rule] == 0 {
			t.Errorf("%s judged %d times and held in %d runs: this proves nothing of it", rule, judged[rule], held[rule])
		} else {
			t.Logf("%-24s judged %8d times, held in %5d of %d runs", rule, judged[rule], held[rule], runs)
		}
	}
	if witnesses == 0 { // I7, LCK4: global's locks hold in a component, and not across a partition
		t.Error("no two were ever in a lock at once, though apart: the clusters are too tame")
	}
	t.Logf("two were in a lock at once, though apart, in %d runs", witnesses)
}

// Faults of every two kinds happen at the same time in some cluster. Of those that wait for an event nobody knows here when
// they come.
func TestChaos_overlap(t *testing.T) {
	kinds := fault.Kinds()
	met := map[string]bool{}
	sizes := map[int]bool{}
	for seed := range uint64(1000) {
		c := newChaos(seed)
		sizes[len(c.nodes)] = true
		timed := slices.DeleteFunc(c.faults, func(f fault.Fault) bool { return f.On.What != "" })
		for i, a := range timed {
			for _, b := range timed[i+1:] {
				if b.At <= a.At+a.For && a.At <= b.At+b.For {
					met[kindOf(a)+" "+kindOf(b)], met[kindOf(b)+" "+kindOf(a)] = true, true
				}
			}
		}
	}
	for _, a := range kinds {
		for _, b := range kinds {
			instant := func(k string) bool { return k == "kill" || k == "disconnect" }
			if !met[a+" "+b] && !(instant(a) && instant(b)) {
				t.Errorf("%s and %s are never there together", a, b)
			}
		}
	}
	if len(sizes) != 6 {
		t.Errorf("clusters have %v nodes", sizes)
	}
}

func kindOf(f fault.Fault) string {
	if n, is := f.Harm.(fault.Net); is {
		return strings.TrimRight(n.Name, "0123456789")
	}
	word, _, _ := strings.Cut(f.Harm.String(), " ")
	if !slices.Contains(fault.Kinds(), word) {
		panic(word)
	}
	return word
}
