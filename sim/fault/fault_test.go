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
		for _, f := range list {
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

// A kind that there is not is refused at once, whatever is drawn: it was written by hand, and nothing would ever come of it.
func TestMix_refusesUnknownKinds(t *testing.T) {
	said := func(kinds ...string) (text string) {
		defer func() {
			if v := recover(); v != nil {
				text = fmt.Sprint(v)
			}
		}()
		fault.Mix{Nodes: nodes, Kinds: kinds}.Draw(choice.Dull())
		return ""
	}
	want := `fault: a Mix knows no kind "kil"; the kinds are ` + strings.Join(fault.Kinds(), ", ")
	if got := said("pause", "kil"); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	if got := said(fault.Kinds()...); got != "" {
		t.Errorf("all kinds: %s", got)
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

// Swarm: about half of the lists know nothing of a kind, whichever it is, and any two kinds may be left out without each other.
func TestMix_leavesOutHalfOfTheKinds(t *testing.T) {
	const lists = 2000
	m := fault.Mix{Nodes: nodes, Most: 60, Anchored: fault.NotAnchored}
	with, both := map[string]int{}, map[string]int{}
	full := 0
	for seed := range uint64(lists) {
		list := m.Draw(choice.New(seed))
		if len(list) < 40 {
			continue // too few to tell
		}
		full++
		kinds := map[string]bool{}
		for _, f := range list {
			kinds[kindOf(f)] = true
		}
		for a := range kinds {
			with[a]++
			for b := range kinds {
				both[a+b]++
			}
		}
	}
	if full < lists/5 {
		t.Fatalf("only %d lists are long", full)
	}
	for _, a := range fault.Kinds() {
		if n := with[a] * 100 / full; n < 40 || n > 60 {
			t.Errorf("%s is in %d %% of the lists", a, n)
		}
		for _, b := range fault.Kinds() {
			if n := both[a+b] * 100 / full; a != b && (n < 15 || n > 35) {
				t.Errorf("%s and %s are in %d %% of the lists", a, b, n)
			}
		}
	}
}

// kindOf is which of Kinds a fault of a Mix is.
func kindOf(f fault.Fault) string {
	text := f.Harm.String()
	if name, _, is := strings.Cut(text, ": "); is {
		return strings.TrimRight(name, "0123456789")
	}
	word, _, _ := strings.Cut(text, " ")
	return word
}

// drawn is a seed under which a mix draws faults, and these.
func drawn(t *rapid.T, m fault.Mix) (seed uint64, all []fault.Fault) {
	seed = rapid.Uint64().Filter(func(seed uint64) bool { return len(m.Draw(choice.New(seed))) > 0 }).Draw(t, "seed")
	return seed, m.Draw(choice.New(seed))
}

// What is drawn is keyed: whatever becomes of one fault, the others stay what they are, and where they are. So it is
// with a kind that is left out and nobody has.
func TestMix_keyed(t *testing.T) {
	m := fault.Mix{Nodes: nodes, Most: 6, Kinds: []string{"kill", "halt", "pause", "cut"}}
	rapid.Check(t, func(t *rapid.T) {
		seed, all := drawn(t, m)
		for _, f := range all {
			if f.On.What == "" && (f.At < 0 || f.At >= time.Minute) || f.On.What != "" && f.At > 5*time.Second {
				t.Errorf("%v", f)
			}
		}
		i := rapid.IntRange(0, len(all)-1).Draw(t, "which")
		for _, what := range []string{"at", "for", "anchored", "nth", "event"} {
			source := choice.New(seed)
			source.Deviate([]choice.Deviation{{Key: choice.Key{Domain: choice.Plan, ID: choice.ID("fault", fmt.Sprint(i), what)}}})
			less := m.Draw(source)
			if len(less) != len(all) {
				t.Fatalf("%d faults, and %d", len(all), len(less))
			}
			for j := range all {
				if j != i && all[j].String() != less[j].String() {
					t.Errorf("fault %d was %v and is %v, since %q of fault %d changed", j, all[j], less[j], what, i)
				}
			}
		}
		used := map[string]bool{}
		for _, f := range all {
			used[kindOf(f)] = true
		}
		for _, kind := range m.Kinds {
			if used[kind] {
				continue
			}
			source := choice.New(seed)
			source.Deviate([]choice.Deviation{{Key: choice.Key{Domain: choice.Plan, ID: choice.ID("fault mix", kind)}}})
			if less := m.Draw(source); fmt.Sprint(less) != fmt.Sprint(all) {
				t.Errorf("without %s, which none was:\n%v\n%v", kind, all, less)
			}
		}
	})
}

// What Anchor says is what makes a fault wait, and nothing else of the list changes.
func TestMix_Anchor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := fault.Mix{Nodes: nodes, Events: []fault.Event{{What: fault.Message, Who: "w"}, {What: fault.Down, Who: "a"}}}
		seed, all := drawn(t, m)
		i, event := rapid.IntRange(0, len(all)-1).Draw(t, "i"), rapid.IntRange(0, 1).Draw(t, "event")
		n := rapid.IntRange(0, 300).Draw(t, "n")
		after := time.Duration(rapid.IntRange(0, 5000).Draw(t, "ms")) * time.Millisecond
		ds, ok := m.Anchor(i, event, n, after)
		if can := n >= 1 && n < []int{256, 4}[event] && after < 4096*time.Millisecond; ok != can {
			t.Fatalf("the %dth of event %d, %v: %v", n, event, after, ok)
		}
		if !ok {
			return
		}
		source := choice.New(seed)
		source.Deviate(ds)
		moved := m.Draw(source)
		want := all[i]
		want.On, want.At = m.Events[event], after
		want.On.Nth = n
		for j := range all {
			if j == i && moved[j].String() != want.String() || j != i && moved[j].String() != all[j].String() {
				t.Errorf("%v is %v", all[j], moved[j])
			}
		}
	})
}

// What a Mix cannot draw has no anchor, however it is asked for.
func TestMix_Anchor_none(t *testing.T) {
	event := []fault.Event{{What: fault.Message, Who: "w"}}
	for _, c := range []struct {
		anchored, event, n int
		after              time.Duration
		ok                 bool
	}{
		{0, 0, 1, 0, true}, {fault.NotAnchored, 0, 1, 0, false}, {0, -1, 1, 0, false}, {0, 1, 1, 0, false},
		{0, 0, 0, 0, false}, {0, 0, -7, 0, false}, {0, 0, 1, -time.Second, false},
	} {
		ds, ok := fault.Mix{Events: event, Anchored: c.anchored}.Anchor(0, c.event, c.n, c.after)
		if ok != c.ok || ok != (len(ds) > 0) {
			t.Errorf("%+v: %v %v", c, ds, ok)
		}
	}
}

// Half of the faults wait for an event, if nothing else is said.
func TestMix_anchored(t *testing.T) {
	for _, c := range []struct{ says, least, most int }{{0, 45, 55}, {fault.NotAnchored, 0, 0}, {100, 100, 100}, {10, 7, 13}} {
		n, on := 0, 0
		for seed := range uint64(1000) {
			for _, f := range (fault.Mix{Nodes: nodes, Anchored: c.says}).Draw(choice.New(seed)) {
				n++
				if f.On.What != "" {
					on++
				}
			}
		}
		if share := on * 100 / n; share < c.least || share > c.most {
			t.Errorf("Anchored %d: %d %% wait for an event", c.says, share)
		}
	}
	named := fault.Mix{Nodes: nodes, Anchored: 100, Events: []fault.Event{{What: fault.Message, Kind: "kv.Put", Who: "kv_store"}}}
	for seed := range uint64(20) {
		for _, f := range named.Draw(choice.New(seed)) {
			if f.On.Nth < 1 || f.On.Kind != "kv.Put" || f.On.Who != "kv_store" {
				t.Errorf("%v", f)
			}
		}
	}
}

func TestParse_errors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "a fault is like",
		"kill w":                               "a fault is like",
		"at x: kill w":                         "a time of a fault",
		"at -1s: kill w":                       "a time of a fault",
		"at 1s: kill":                          "a process is a name",
		"at 1s: kill a b":                      "a process is a name",
		"at 1s: kill w@":                       "a process is a name",
		"at 1s: exit w":                        "exit is like",
		"at 1s: boot any":                      "boot wants",
		"at 1s: halt":                          "halt wants",
		"at 1s: clock a":                       "clock is like",
		"at 1s: clock a slow":                  "a clock has",
		"at 1s: disconnect a":                  "two nodes",
		"at 1s: frobnicate":                    "other faults begin with",
		"at 1s: cut at groups(a":               "other faults begin with",
		"at 1s: kill /[":                       "the path",
		"at 1s for -2s: kill w":                "a time of a fault",
		"at 1s until 2s: kill w":               "a fault is like",
		"at 1s: clock a drift=1e99":            "invalid syntax",
		"at 1s 2s: kill w":                     "a fault is like",
		"at the 1st exit: kill w":              "of whom?",
		"at the 1th exit of w: kill w":         "which time",
		"at the 0th exit of w: kill w":         "which time",
		"at the 01st exit of w: kill w":        "which time",
		"at the 1st exits of w: kill w":        "what happens is one of",
		"at the 1st exit of : kill w":          "a process is a name",
		"at the 1st exit  of w: kill w":        "what kind",
		"at the 1st start x of w: kill w":      "a start has no kinds",
		"at the 1st nodeup x of b@a: kill w":   "a nodeup has no kinds",
		"at the 1st nodedown of /b: kill w":    "happens to nodes",
		"at the 1st up of b@a: kill w":         "happens to nodes",
		"at x after the 1st exit of w: halt b": "a time of a fault",
	} {
		f, err := fault.Parse(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, and not %q", text, err, want)
		}
		if f != (fault.Fault{}) || f.String() != "at 0s: nothing" {
			t.Errorf("%q: with the error came %v", text, f)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"at 1s for 2s: halt b", "at 1s: exit w@b with boom", "at 0s: clock a offset=1s drift=-3 frozen",
		"at 5ms for 1s: x: cut jam at groups(a | b others)", "at 1s: disconnect a b",
		"at the 3rd message kv.Put of /kv_sup/*@a for 2s: halt b", "at 5ms after the 2nd exit of any: boot b",
		"at the 1st fact given for 2s of any for 3s: halt b",
	} {
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
