package sim_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// buggy asks at some sites, often, in two processes, and says how often each said yes.
func buggy(cfg sim.Config, sites ...string) (yes map[string]int, res sim.Result, all []sim.BuggifySite) {
	yes = map[string]int{}
	cfg.Boot = func(p *sim.Proc) {
		for _, role := range []string{"a", "b"} {
			p.Spawn(role, func(p *sim.Proc) {
				for range 100 {
					for _, s := range sites {
						if p.Buggify(s) {
							yes[role+" "+s]++
						}
					}
					p.Rand(10)
					p.Sleep(time.Millisecond)
				}
			})
		}
	}
	w := sim.New(cfg)
	defer w.Close()
	res = w.Run(time.Second)
	return yes, res, w.View().BuggifySites()
}

// A site is on in half of all runs, and any two in a quarter; one that is on says yes in a quarter of the cases.
func TestBuggify(t *testing.T) {
	const seeds = 400
	x, y, both, said := 0, 0, 0, 0
	for seed := range uint64(seeds) {
		yes, _, all := buggy(sim.Config{Seed: seed}, "x", "y")
		if len(all) != 2 || all[0].Name != "x" || all[1].Name != "y" {
			t.Fatalf("%v", all)
		}
		if n := yes["a x"] + yes["b x"]; (n > 0) != all[0].On || n != int(all[0].Fired) {
			t.Fatalf("seed %d: %d times yes, and %+v", seed, n, all[0])
		}
		if all[0].On {
			x++
			said += int(all[0].Fired)
		}
		if all[1].On {
			y++
		}
		if all[0].On && all[1].On {
			both++
		}
	}
	if x < 160 || x > 240 || y < 160 || y > 240 || both < 70 || both > 130 {
		t.Errorf("of %d runs x is on in %d, y in %d, both in %d", seeds, x, y, both)
	}
	if share := said * 100 / (x * 200); share < 23 || share > 27 {
		t.Errorf("x says yes in %d %% of the cases", share)
	}
}

// The dull answer is no, and NoBuggify draws nothing.
func TestBuggify_off(t *testing.T) {
	if yes, _, _ := buggy(sim.Config{Source: choice.Dull()}, "x", "y", "z"); len(yes) > 0 {
		t.Errorf("a dull source: %v", yes)
	}
	for seed := range uint64(20) {
		source := choice.New(seed)
		rec := &choice.Recording{}
		source.Record(rec)
		yes, res, all := buggy(sim.Config{Source: source, Buggify: sim.NoBuggify}, "x", "y", "z")
		if len(yes) > 0 || len(all) > 0 {
			t.Errorf("%v %v", yes, all)
		}
		for _, d := range rec.Draws {
			if d.Key.Domain == choice.Buggify {
				t.Errorf("%v", d)
			}
		}
		if _, without, _ := buggy(sim.Config{Seed: seed}); without.Hash != res.Hash {
			t.Errorf("switched off, sites change the run")
		}
	}
}

// A site more moves no draw of another, and one process's asking none of another's.
func TestBuggify_keyed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		one, _, _ := buggy(sim.Config{Seed: seed}, "x")
		more, _, _ := buggy(sim.Config{Seed: seed}, "w", "x", "y")
		for _, k := range []string{"a x", "b x"} {
			if one[k] != more[k] {
				t.Errorf("%s: %d, and with others %d", k, one[k], more[k])
			}
		}
	})
}

// Buggify is no allocation where it is off, nor where its site is.
func TestBuggifyAllocatesNothing(t *testing.T) {
	for _, cfg := range []sim.Config{{Buggify: sim.NoBuggify}, {Source: choice.Dull()}} {
		cfg.Boot = func(p *sim.Proc) {
			p.Buggify("x")
			if n := testing.AllocsPerRun(100, func() { p.Buggify("x") }); n > 0 {
				t.Errorf("%v allocations", n)
			}
		}
		w := sim.New(cfg)
		w.Run(time.Second)
		w.Close()
	}
}

// A world that is begun anew knows nothing of the sites of before.
func TestBuggify_reset(t *testing.T) {
	boot := func(p *sim.Proc) {
		for range 50 {
			p.Buggify("x")
		}
	}
	w := sim.New(sim.Config{Seed: 1, Boot: boot})
	defer w.Close()
	for seed := range uint64(10) {
		w.Reset(sim.Config{Seed: seed, Boot: boot})
		if n := len(w.View().BuggifySites()); n != 0 {
			t.Fatalf("%d sites before anybody came by", n)
		}
		hash := w.Run(time.Second).Hash
		fresh := sim.New(sim.Config{Seed: seed, Boot: boot})
		if want := fresh.Run(time.Second).Hash; want != hash {
			t.Errorf("seed %d: %016x, and in a fresh world %016x", seed, hash, want)
		}
		fresh.Close()
	}
}

// told notes facts of the kind buggify.
type told struct {
	lines []string
	sites []sim.BuggifySite
}

func (o *told) Observe(f sim.Fact) {
	if f.Kind == trace.User && f.Text == "buggify" {
		o.lines = append(o.lines, fmt.Sprintf("%v %v", f.Subject, f.Detail))
		o.sites = append(o.sites, f.Detail.(sim.BuggifySite))
	}
}

// That a site fires is a fact, in words.
func TestBuggify_isTold(t *testing.T) {
	o := &told{}
	cfg := sim.Config{Source: choice.Dull(), Observer: o, Buggify: 100, Node: "a"}
	on := choice.Key{Domain: choice.Buggify, ID: choice.ID("site", "x")}
	cfg.Source.Deviate([]choice.Deviation{{Key: on, Answer: 1}})
	cfg.Boot = func(p *sim.Proc) { p.Buggify("x"); p.Buggify("x"); p.Buggify("y") }
	w := sim.New(cfg)
	defer w.Close()
	w.Run(time.Second)
	if len(o.lines) > 0 { // certain, but for a dull source
		t.Errorf("%q", o.lines)
	}
	cfg.Source, cfg.Seed = nil, 3
	cfg.Boot = func(p *sim.Proc) {
		for range 22 {
			p.Buggify("x")
		}
	}
	w.Reset(cfg)
	w.Run(time.Second)
	first, last := "<a/init> site x fires for the 1st time", "<a/init> site x fires for the 22nd time"
	if len(o.lines) != 22 || o.lines[0] != first || o.lines[21] != last {
		t.Errorf("%q", o.lines)
	}
	if site := (sim.BuggifySite{Name: "x", On: true, Fired: 22}); o.sites[21] != site {
		t.Errorf("%+v, and should be %+v", o.sites[21], site)
	}
}

// A cache that may be emptied at any time: the program says where it may behave badly, the seed says whether.
func ExampleProc_Buggify() {
	for seed := range uint64(3) {
		w := sim.New(sim.Config{Seed: seed, Boot: func(p *sim.Proc) {
			cache := map[string]int{"x": 1}
			for range 10 {
				if p.Buggify("the cache is cold") {
					clear(cache)
				}
			}
		}})
		w.Run(time.Second)
		fmt.Println(w.View().BuggifySites()[0])
		w.Close()
	}
	// Output:
	// site the cache is cold fires for the 4th time
	// site the cache is cold has not fired
	// site the cache is cold fires for the 4th time
}
