package fault_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/fault"
)

var nodes = []sim.Atom{"a", "b", "c"}

// cluster is three nodes, all connected, with a process called w on each.
func cluster() *sim.World {
	cfg := sim.Config{Link: netsim.Link{Latency: netsim.Fixed(time.Millisecond)}, Boot: func(p *sim.Proc) {
		p.Spawn("w", func(p *sim.Proc) {
			p.Register("w", p.Self())
			for {
				for _, n := range nodes {
					p.ConnectNode(n)
				}
				p.Sleep(100 * time.Millisecond)
			}
		})
	}}
	for _, n := range nodes {
		cfg.Nodes = append(cfg.Nodes, sim.NodeSpec{Name: n, Kernel: sim.Kernel{TickTime: time.Second}})
	}
	return sim.New(cfg)
}

// What each fault does, while it lasts and after.
func TestFaults(t *testing.T) {
	connected := func(w *sim.World) string { return fmt.Sprint(w.View().Connected("a")) }
	up := func(w *sim.World) string { return fmt.Sprint(w.View().Nodes()) }
	living := func(w *sim.World) string { return fmt.Sprint(len(w.View().Processes())) }
	for _, c := range []struct {
		text          string
		look          func(w *sim.World) string
		during, after string
	}{
		{"at 1s: kill w@b", living, "2", "2"},
		{"at 1s: kill any@c", living, "2", "2"},
		{"at 1s: kill /w", living, "0", "0"},
		{"at 1s: exit w with boom", living, "0", "0"},
		{"at 1s for 5s: halt b", up, "[a c]", "[a b c]"},
		{"at 1s for 5s: power b", up, "[a c]", "[a b c]"},
		{"at 1s for 5s: power b", connected, "[c]", "[b c]"},
		{"at 1s for 5s: pause b", connected, "[c]", "[b c]"},
		{"at 1s for 5s: p: cut at groups(a | b)", connected, "[c]", "[b c]"},
		{"at 1s for 5s: p: cut at isolate(a)", connected, "[]", "[b c]"},
		{"at 1s: disconnect a b", connected, "[b c]", "[b c]"},
	} {
		t.Run(c.text, func(t *testing.T) {
			f, err := fault.Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			w := cluster()
			defer w.Close()
			counts := fault.Schedule(w, []fault.Fault{f})
			w.Run(5 * time.Second)
			if got := c.look(w); got != c.during {
				t.Errorf("while it lasts: %s, not %s", got, c.during)
			}
			w.Run(10 * time.Second)
			if got := c.look(w); got != c.after {
				t.Errorf("after: %s, not %s", got, c.after)
			}
			if !counts[0].Injected || !counts[0].Took {
				t.Errorf("%+v", counts[0])
			}
		})
	}
}

// A fault that finds nobody is not counted, and one that is left out does not happen.
func TestSchedule_nobody(t *testing.T) {
	w := cluster()
	defer w.Close()
	var list []fault.Fault
	for _, text := range []string{"at 1s: kill nobody", "at 1s: halt nowhere", "at 1s: boot a", "at 1s: kill w@a"} {
		f, err := fault.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, f)
	}
	counts := fault.Schedule(w, list, 3)
	w.Run(2 * time.Second)
	for _, c := range counts {
		if c.Injected || c.Took {
			t.Errorf("%+v", c)
		}
	}
	if n := len(w.View().Processes()); n != 3 {
		t.Errorf("%d processes", n)
	}
}

// The clock goes wrong, and is right again after.
func TestClock(t *testing.T) {
	w := cluster()
	defer w.Close()
	f, _ := fault.Parse("at 1s for 2s: clock a offset=1h0m0s")
	fault.Schedule(w, []fault.Fault{f})
	var read []time.Duration
	w.SpawnAt("a", "look", func(p *sim.Proc) {
		for range 3 {
			p.Sleep(1500 * time.Millisecond)
			read = append(read, (p.SystemTime() - p.Now()).Round(time.Second))
		}
	})
	w.Run(5 * time.Second)
	if fmt.Sprint(read) != "[1h0m0s 0s 0s]" {
		t.Error(read)
	}
}

// A Mix is the same for a seed, gives nothing under a dull source, and in time gives every kind.
func TestMix(t *testing.T) {
	m := fault.Mix{Nodes: nodes}
	if list := m.Draw(choice.Dull()); len(list) != 0 {
		t.Error(list)
	}
	words := map[string]bool{}
	for seed := range uint64(300) {
		list := m.Draw(choice.New(seed))
		if again := m.Draw(choice.New(seed)); !reflect.DeepEqual(list, again) {
			t.Fatalf("%v and then %v", list, again)
		}
		for i, f := range list {
			if i > 0 && f.At < list[i-1].At {
				t.Errorf("%v after %v", f, list[i-1])
			}
			back, err := fault.Parse(f.String())
			if err != nil || !reflect.DeepEqual(back, f) {
				t.Fatalf("%v reads as %v: %v", f, back, err)
			}
			for _, k := range fault.Kinds() {
				if strings.Contains(f.String(), k) {
					words[k] = true
				}
			}
		}
	}
	if len(words) != len(fault.Kinds()) {
		t.Errorf("of %v only %v came", fault.Kinds(), words)
	}
}

// Whatever a Mix draws, a world survives it, and when all is over its nodes are up and connected again.
func TestMix_isTakenBack(t *testing.T) {
	for seed := range uint64(40) {
		w := cluster()
		m := fault.Mix{Nodes: nodes, Within: 20 * time.Second}
		list := m.Draw(choice.New(seed))
		fault.Schedule(w, list)
		w.Run(time.Minute)
		if got := fmt.Sprint(w.View().Nodes()); got != "[a b c]" {
			t.Errorf("seed %d: %s after %v", seed, got, list)
		}
		w.Close()
	}
}

// One seed moves nothing when a fault of the list is left out: the others are what they were.
func TestMix_keyed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		all := fault.Mix{Nodes: nodes, Most: 6}.Draw(choice.New(seed))
		if len(all) > 6 {
			t.Fatalf("%d faults", len(all))
		}
		for _, f := range all {
			if f.At < 0 || f.At >= time.Minute {
				t.Errorf("%v", f)
			}
		}
	})
}

func TestParse_errors(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "a fault is like",
		"kill w":                    "a fault is like",
		"at x: kill w":              "a time of a fault",
		"at -1s: kill w":            "a time of a fault",
		"at 1s: kill":               "a process is a name",
		"at 1s: kill a b":           "a process is a name",
		"at 1s: kill w@":            "a process is a name",
		"at 1s: exit w":             "exit is like",
		"at 1s: boot any":           "boot wants",
		"at 1s: halt":               "halt wants",
		"at 1s: clock a":            "clock is like",
		"at 1s: clock a slow":       "a clock has",
		"at 1s: disconnect a":       "two nodes",
		"at 1s: frobnicate":         "other faults begin with",
		"at 1s: cut at groups(a":    "other faults begin with",
		"at 1s: kill /[":            "the path",
		"at 1s for -2s: kill w":     "a time of a fault",
		"at 1s until 2s: kill w":    "a fault is like",
		"at 1s: clock a drift=1e99": "invalid syntax",
	} {
		if _, err := fault.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, and not %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"at 1s for 2s: halt b", "at 1s: exit w@b with boom", "at 0s: clock a offset=1s drift=-3 frozen", "at 5ms for 1s: x: cut jam at groups(a | b others)", "at 1s: disconnect a b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := fault.Parse(text)
		if err != nil {
			return
		}
		back, err := fault.Parse(v.String())
		if err != nil || back.String() != v.String() {
			t.Errorf("%q reads as %v, and that as %v: %v", text, v, back, err)
		}
	})
}

func ExampleSchedule() {
	w := cluster()
	defer w.Close()
	split, _ := fault.Parse("at 1s for 30s: split: cut at groups(a b | c)")
	counts := fault.Schedule(w, []fault.Fault{split})
	w.Run(20 * time.Second)
	fmt.Println(w.View().Connected("c"))
	w.Run(20 * time.Second)
	fmt.Println(w.View().Connected("c"), counts[0].Took)
	// Output:
	// []
	// [a b] true
}
