package fault_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// put is what the store is sent.
type put struct{ N int }

// shelf has a store on node a, restarted when it ends, and a client on each node that sends to it, ten times a second.
func shelf() sim.Config {
	store := func(p *sim.Proc) {
		p.Register("store", p.Self())
		n := 0
		for {
			switch m, _ := sim.Any(p); m := m.(type) {
			case put:
				p.Trace("has", m.N)
			case sim.Atom:
				p.Trace("heard", n)
				n++
			}
		}
	}
	cfg := sim.Config{Keep: 1, Link: netsim.Link{Latency: netsim.Fixed(time.Millisecond)}, Boot: func(p *sim.Proc) {
		p.Spawn("client", func(p *sim.Proc) {
			for n := 1; ; n++ {
				p.Sleep(100 * time.Millisecond)
				p.Send(term.NameAt{Name: "store", Node: "a"}, put{n})
				p.Send(term.NameAt{Name: "store", Node: "a"}, sim.Atom("ping"))
			}
		})
		if p.Node() == "a" {
			p.Spawn("sup", func(p *sim.Proc) {
				for {
					p.SpawnMonitor("store", store)
					sim.Any(p)
				}
			})
		}
	}}
	for _, n := range []sim.Atom{"a", "b"} {
		cfg.Nodes = append(cfg.Nodes, sim.NodeSpec{Name: n, Kernel: sim.Kernel{TickTime: time.Second}})
	}
	return cfg
}

// diary notes what happens to the store, and when a fault befalls the world.
type diary struct{ lines []string }

func (d *diary) Observe(f sim.Fact) {
	switch {
	case f.Kind == trace.User, f.Kind == trace.Exit && f.Subject.Path() != "":
		d.lines = append(d.lines, fmt.Sprintf("%s %v %v", f.Subject.Path(), f.Text, f.Detail))
	case f.Kind == trace.Fault, f.Kind == trace.Node:
		d.lines = append(d.lines, fmt.Sprint(f.Text))
	}
}

// Each event is there when it should be: the fault comes right behind it.
func TestEvents(t *testing.T) {
	for _, c := range []struct {
		text   string
		before string // in the line before that of the fault
	}{
		{"the 3rd message fault_test.put of store", "heard 1"}, // the 3rd is taken, and nothing is done about it
		{"the 2nd message ping of /sup/store*", "has 1"},
		{"the 1st fact has of store@a", "sup/store has 1"},
		{"the 1st exit killed of /sup/store", "sup/store  killed"},
		{"the 2nd start of store", "store  killed"},
		{"the 2nd start of /sup/store*", "store  killed"},
		{"the 1st nodeup of a@b", "nodeup"},
		{"the 1st nodedown of b@a", "nodedown"},
		{"the 1st down of b", "halt b"},
		{"the 1st up of b", "up"},
	} {
		t.Run(c.text, func(t *testing.T) {
			d := &diary{}
			cfg := shelf()
			cfg.Observer = d
			w := sim.New(cfg)
			defer w.Close()
			var list []fault.Fault
			for _, text := range []string{"at 1s: kill store", "at 2s for 1s: halt b", "at " + c.text + " for 1ms: clock a frozen"} {
				f, err := fault.Parse(text)
				if err != nil {
					t.Fatal(err)
				}
				if f.String() != text {
					t.Errorf("%q prints as %q", text, f)
				}
				list = append(list, f)
			}
			counts := fault.Schedule(w, list)
			w.Run(5 * time.Second)
			if !counts[2].Injected {
				t.Fatalf("it did not come:\n%s", strings.Join(d.lines, "\n"))
			}
			i := slices.Index(d.lines, "clock")
			if i < 1 {
				t.Fatalf("nothing came before it:\n%s", strings.Join(d.lines, "\n"))
			}
			if !strings.Contains(d.lines[i-1], c.before) {
				t.Errorf("it came after %q:\n%s", d.lines[i-1], strings.Join(d.lines[:i+1], "\n"))
			}
		})
	}
}

// A fault that waits for an event strikes where the process can be interrupted: the store has taken the message and has
// done nothing with it.
func TestEvents_strikeAtOnce(t *testing.T) {
	d := &diary{}
	cfg := shelf()
	cfg.Observer = d
	w := sim.New(cfg)
	defer w.Close()
	f, _ := fault.Parse("at the 5th message fault_test.put of store: kill store")
	fault.Schedule(w, []fault.Fault{f})
	w.Run(time.Second)
	has := 0
	for _, line := range d.lines {
		if strings.HasPrefix(line, "kill") {
			break
		}
		if strings.HasPrefix(line, "sup/store has") {
			has++
		}
	}
	if has != 4 {
		t.Errorf("the store has done something with %d of 4 messages:\n%s", has, strings.Join(d.lines, "\n"))
	}
}

// An event keeps its fault in place when the program around it is changed: at a time it strikes something else. Here a
// slower client comes in.
func TestEvents_surviveAnEdit(t *testing.T) {
	struck := func(text string, busy bool) string {
		d := &diary{}
		cfg := shelf()
		cfg.Observer = d
		boot := cfg.Boot
		cfg.Boot = func(p *sim.Proc) {
			if busy {
				p.Spawn("busy", func(p *sim.Proc) { p.Sleep(time.Millisecond); p.Reductions(4000) })
				p.Sleep(130 * time.Millisecond)
			}
			boot(p)
		}
		w := sim.New(cfg)
		defer w.Close()
		f, err := fault.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		fault.Schedule(w, []fault.Fault{f})
		w.Run(time.Second)
		return d.lines[slices.Index(d.lines, "kill store")-1]
	}
	const at, on = "at 850ms: kill store", "at the 7th message ping of store: kill store"
	if a, b := struck(on, false), struck(on, true); a != b {
		t.Errorf("after %q, and after %q", a, b)
	}
	if a, b := struck(at, false), struck(at, true); a == b {
		t.Errorf("at a time it strikes after %q too: the edit is none", a)
	}
}

// To wait for what never comes changes nothing: the run has the hash that it has otherwise.
func TestEvents_waitingChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		run := func(list ...fault.Fault) uint64 {
			cfg := shelf()
			cfg.Seed, cfg.Keep = seed, rapid.SampledFrom([]int{0, 1, 1000}).Draw(t, "keep")
			w := sim.New(cfg)
			defer w.Close()
			fault.Schedule(w, list)
			return w.Run(2 * time.Second).Hash
		}
		never, _ := fault.Parse("at the 1000000th message of any: halt a")
		if a, b := run(), run(never); a != b {
			t.Errorf("%016x and %016x", a, b)
		}
	})
}

// What waits for an event lasts from then on.
func TestEvents_areTakenBack(t *testing.T) {
	w := sim.New(shelf())
	defer w.Close()
	f, _ := fault.Parse("at 100ms after the 1st message of store for 500ms: halt b")
	fault.Schedule(w, []fault.Fault{f})
	for _, c := range []struct {
		at time.Duration
		up string
	}{{150, "[a b]"}, {250, "[a]"}, {650, "[a]"}, {750, "[a b]"}} {
		w.Run(c.at*time.Millisecond - w.View().Now())
		if got := fmt.Sprint(w.View().Nodes()); got != c.up {
			t.Errorf("after %v: %s, not %s", w.View().Now(), got, c.up)
		}
	}
}

// A name that was given up is nobody's.
func TestEvents_namesAreGivenUp(t *testing.T) {
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		q := p.Spawn("q", func(p *sim.Proc) {
			for {
				sim.Any(p)
			}
		})
		p.Register("q", q)
		p.Send(q, 1)
		p.Sleep(time.Second)
		p.Unregister("q")
		p.Send(q, 2)
		p.Sleep(time.Second)
		p.Register("q", q)
		p.Send(q, 3)
		p.Sleep(time.Hour)
	}})
	defer w.Close()
	f, _ := fault.Parse("at the 2nd message of q: kill q")
	counts := fault.Schedule(w, []fault.Fault{f})
	w.Run(1500 * time.Millisecond)
	if counts[0].Injected {
		t.Error("the message came to a process without a name")
	}
	w.Run(time.Second)
	if !counts[0].Injected {
		t.Error("it did not come")
	}
}

// Events count from the moment on at which somebody begins to wait, and know the names that processes had before.
func TestEvents_late(t *testing.T) {
	w := sim.New(shelf())
	defer w.Close()
	w.Run(550 * time.Millisecond)
	f, _ := fault.Parse("at the 1st message of store: kill store")
	counts := fault.Schedule(w, []fault.Fault{f})
	w.Run(20 * time.Millisecond)
	if counts[0].Injected {
		t.Error("it came too soon")
	}
	w.Run(50 * time.Millisecond)
	if !counts[0].Injected {
		t.Error("it did not come")
	}
}

// Whatever is printed is read, alone and in a fault.
func TestEvent_roundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := fault.Event{
			Nth:  rapid.IntRange(1, 2000).Draw(t, "nth"),
			What: rapid.SampledFrom([]string{fault.Message, fault.End, fault.Fact, fault.Report}).Draw(t, "what"),
			Kind: rapid.SampledFrom([]string{"", "kv.Put", "'DOWN'", "given back", "one of two", "look after the shop",
				"wait for it"}).Draw(t, "kind"),
			Who: rapid.SampledFrom([]fault.Select{"any", "kv@a", "/kv_sup/*", "any@b"}).Draw(t, "who"),
		}
		back, err := fault.ParseEvent(e.String())
		if err != nil || back != e {
			t.Errorf("%v reads as %v: %v", e, back, err)
		}
		f := fault.Fault{
			On: e, Harm: fault.Pause{Node: "a"},
			At:  rapid.SampledFrom([]time.Duration{0, time.Millisecond}).Draw(t, "at"),
			For: rapid.SampledFrom([]time.Duration{0, time.Second}).Draw(t, "for"),
		}
		if back, err := fault.Parse(f.String()); err != nil || back != f {
			t.Errorf("%v reads as %v: %v", f, back, err)
		}
	})
}

// A kind that a fault could not be told with is none.
func TestEvent_kinds(t *testing.T) {
	for _, kind := range []string{"x:", "x: y", " x", "x "} {
		if e, err := fault.ParseEvent("the 1st fact " + kind + " of w"); err == nil {
			t.Errorf("%q is a kind: %v", kind, e)
		}
	}
}

// What is seen in a run can be waited for in the next.
func TestLook(t *testing.T) {
	see := func(list ...fault.Fault) []fault.Event {
		w := sim.New(shelf())
		defer w.Close()
		seen := fault.Look(w)
		fault.Schedule(w, list)
		w.Run(3 * time.Second)
		return seen.Events()
	}
	crash, _ := fault.Parse("at 2s for 500ms: halt b")
	events := see(crash)
	var all []string
	for _, e := range events {
		e.Nth = 1
		all = append(all, e.String())
	}
	for _, want := range []string{
		"the 1st message fault_test.put of store", "the 1st message ping of store", "the 1st fact has of store",
		"the 1st start of store", "the 1st nodeup of b@a", "the 1st nodedown of b@a", "the 1st down of b", "the 1st up of b",
	} {
		if !slices.Contains(all, want) {
			t.Errorf("nobody saw %s in\n%s", want, strings.Join(all, "\n"))
		}
	}
	for _, e := range events {
		e.Nth = 1
		if back, err := fault.ParseEvent(e.String()); err != nil || back != e {
			t.Errorf("%v reads as %v: %v", e, back, err)
		}
		w := sim.New(shelf())
		counts := fault.Schedule(w, []fault.Fault{crash, {On: e, Harm: fault.Clock{Node: "a", Clock: sim.Clock{Frozen: true}}}})
		w.Run(3 * time.Second)
		if !counts[1].Injected {
			t.Errorf("%v was seen, and does not come again", e)
		}
		w.Close()
	}
}

// What a process is told by 'DOWN' and 'EXIT' goes by these words, not by the reasons that they bring; and Nth 0 is the first.
func TestLook_tags(t *testing.T) {
	cfg := sim.Config{Boot: func(p *sim.Proc) {
		p.TrapExit(true)
		p.Register("boss", p.Self())
		crash := func(p *sim.Proc) { p.ExitSelf(sim.Tuple{sim.Atom("oops"), 1}) }
		for {
			p.SpawnMonitor("watched", crash)
			sim.Any(p)
			p.SpawnLink("linked", crash)
			sim.Any(p)
			p.Sleep(time.Second)
		}
	}}
	w := sim.New(cfg)
	seen := fault.Look(w)
	w.Run(time.Second / 2)
	w.Close()
	var of []fault.Event
	for _, e := range seen.Events() {
		if e.What == fault.Message && e.Who == "boss" {
			of = append(of, e)
		}
	}
	if len(of) != 2 || of[0].Kind != "'DOWN'" || of[1].Kind != "'EXIT'" {
		t.Fatalf("%v", of)
	}
	for _, e := range of {
		w := sim.New(cfg)
		counts := fault.Schedule(w, []fault.Fault{{On: e, Harm: fault.Pause{Node: "local"}}})
		w.Run(time.Second / 2)
		if !counts[0].Injected {
			t.Errorf("%v does not come for the first time", e)
		}
		w.Close()
	}
}

// A fault waits for an event: the store is killed with its third request in hand, whenever that comes.
func ExampleEvent() {
	w := sim.New(shelf())
	defer w.Close()
	f, err := fault.Parse("at the 3rd message fault_test.put of store: kill store@a")
	if err != nil {
		fmt.Println(err)
	}
	counts := fault.Schedule(w, []fault.Fault{f})
	for !counts[0].Injected && w.View().Now() < time.Minute {
		w.Run(time.Millisecond)
	}
	fmt.Println(f)
	fmt.Println(f.On.Nth, f.On.Kind, w.View().Now().Round(100*time.Millisecond))
	// Output:
	// at the 3rd message fault_test.put of store: kill store@a
	// 3 fault_test.put 200ms
}
