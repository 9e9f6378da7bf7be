package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

func TestDescribe(t *testing.T) {
	var names plan.Names
	names.Process(7, "<a/x>")
	names.Say(8, "message a→b")
	names.Say(9, "fault 2")
	for _, c := range []struct {
		domain   choice.Domain
		id, n, a uint64
		want     string
	}{
		{choice.Slice, 7, 2, 55, "<a/x> is preempted in its 3rd slice after 8 reductions"},
		{choice.Slice, 7, 0, 63, "<a/x> is preempted in its 1st slice after 1 reduction"},
		{choice.Slice, 7, 0, 1, "<a/x> has a full 1st slice"},
		{choice.Slice, 6, 10, 99, "0000000000000006 is preempted in its 11th slice after 1 reduction"},
		{choice.Order, 7, 4, 3, "<a/x> waits 3 turns before its 5th slice"},
		{choice.Order, 7, 1, 1, "<a/x> waits 1 turn before its 2nd slice"},
		{choice.Order, 7, 1 | 1<<48, 63, "<a/x> waits 266 turns before its 2nd slice, once more"},
		{choice.Order, 7, 1, 300, "<a/x> is put back before its 2nd slice, by answer 300"},
		{choice.Tie, 7, 0, 5, "of what is due at one instant, <a/x> gives way to others (its rank is 5)"},
		{choice.Tie, 7, 1, 5, "<a/x> comes late (5)"},
		{choice.Latency, 8, 2, 1 << 29, "the 2nd message a→b is under way for longer than 50 % of its kind"},
		{choice.Latency, 8, 1<<40 | 3, 1 << 31, "one message a→b is late (2147483648)"},
		{choice.Fanout, 7, 1, 1, "of those to be told of the end of <a/x> the 2nd is told first (draw 1)"},
		{choice.Fault, 9, 0, 53, "of fault 2, draw 0 of what breaks is 53"},
		{choice.Value, 7, 3, 4, "<a/x> takes the value 4 in its draw 3"},
		{choice.Buggify, 7, 3, 1, "<a/x> fires when it is asked for the 3rd time"},
		{choice.Buggify, 7, 0, 1, "<a/x> is on in this run"},
		{choice.Plan, 7, 3, 1, "the run is laid out otherwise: draw 3 of <a/x> is 1"},
		{choice.Rand, 7, 22, 1, "<a/x> gets 1 from its 22nd draw"},
		{77, 7, 22, 1, "draw 22 of <a/x> in domain domain77 is 1"},
	} {
		d := choice.Deviation{Key: key(c.domain, c.id, c.n), Answer: c.a}
		if got := plan.Describe(d, names.Of); got != c.want {
			t.Errorf("%v is said as\n%s\nwanted\n%s", d, got, c.want)
		}
	}
	for d, want := range map[time.Duration]string{0: "no time", 7: "7 ns", 1500: "1.5 µs", 40 * time.Millisecond: "40 ms",
		1234567 * time.Microsecond: "1.235 s", time.Hour: "3600 s"} {
		w := plan.Words{Delay: func(choice.Deviation) (time.Duration, bool) { return d, true }, Policy: "pct"}
		got := w.Describe(choice.Deviation{Key: key(choice.Latency, 1, 1)})
		if got != "the 1st 0000000000000001 is "+want+" under way" {
			t.Error(got)
		}
	}
	for _, c := range []struct {
		policy string
		n, a   uint64
		want   string
	}{
		{"pos", 1, 2, "is put back before its 2nd slice, by answer 2"},
		{"timed", 1, 2, "is put back before its 2nd slice, by answer 2"},
		{"pct", 1, 2, "has priority 2 in window 2"},
		{"pct", 1<<40 | 1, 2, "falls behind after its 2nd slice"},
		{"pct", 1<<40 | 1, 3, "does not fall behind after its 2nd slice"},
		{"pct(depth=4, steps=9)", 1<<40 | 1, 3, "falls behind after its 2nd slice"},
		{"pct(depth=4)", 1 << 40, 0, "does not fall behind after its 1st slice"},
		{"pct", 2<<48 | 1, 1, "which was passed over, goes to the end before its 2nd slice"},
	} {
		w := plan.Words{Policy: c.policy}
		if got := w.Describe(choice.Deviation{Key: key(choice.Order, 1, c.n), Answer: c.a}); !strings.HasSuffix(got, c.want) ||
			!strings.HasPrefix(got, "0000000000000001") {
			t.Errorf("%s: %s, and not %s", c.policy, got, c.want)
		}
	}
}

// Under PCT a task that is said to fall behind after a slice runs that one, and then has to wait.
func TestDescribe_knowsPCT(t *testing.T) {
	const x, y = scheduler.Task(0), scheduler.Task(1)
	source := choice.Dull()
	d := choice.Deviation{Key: key(choice.Order, 7, 1<<40|1), Answer: 1}
	source.Deviate([]choice.Deviation{d})
	s := scheduler.New(scheduler.Config{Policy: scheduler.PCT{}, Source: source})
	s.Add(x, 7)
	s.Add(y, 8)
	s.Ready(x, scheduler.Normal)
	s.Ready(y, scheduler.Normal)
	var ran []scheduler.Task
	for range 7 {
		k, _ := s.Next()
		s.Slice(k)
		ran = append(ran, k)
		s.Ready(k, scheduler.Normal)
	}
	if told := (plan.Words{Policy: "pct"}).Describe(d); !strings.HasSuffix(told, "falls behind after its 2nd slice") ||
		fmt.Sprint(ran) != "[0 1 0 1 1 1 1]" {
		t.Errorf("%v: %s", ran, told)
	}
}

// What is said of answers is what the scheduler does.
func TestDescribe_knowsThePolicy(t *testing.T) {
	for answer := range 64 {
		s := choice.From(func(choice.Key, uint64) uint64 { return uint64(answer) })
		told := func(domain choice.Domain) string {
			return plan.Describe(choice.Deviation{Key: key(domain, 1, 1), Answer: uint64(answer)}, func(uint64) string { return "<a/x>" })
		}
		if got, want := told(choice.Order), fmt.Sprintf("waits %d turn",
			(scheduler.Random{}).Place(s, 1, 1)); !strings.Contains(got, want) {
			t.Errorf("answer %d: it %ss, and is told as %q", answer, want, got)
		}
		if got, want := told(choice.Slice), fmt.Sprintf("after %d reduction",
			(scheduler.Random{}).Slice(s, 1, 1)); answer >= 32 && !strings.Contains(got, want) {
			t.Errorf("answer %d: it is preempted %ss, and is told as %q", answer, want, got)
		}
	}
}

// namesOf are the names of a run, from its trace: a Spawn fact carries the identity's key, and the trace knows how the
// process prints; a Register fact's detail is the name.
func namesOf(log *trace.Log, nodes []string, kinds ...string) *plan.Names {
	names := &plan.Names{}
	r := log.Record()
	for i, e := range r.Events {
		switch e.Kind {
		case trace.Spawn:
			names.Process(e.Word, r.Name(e.Object))
		case trace.Register:
			names.Registered(r.Details[i])
		}
	}
	for i, a := range nodes {
		for _, b := range nodes[i+1:] {
			names.Link(a, b)
		}
	}
	for _, k := range kinds {
		names.Message(k)
	}
	return names
}

// Every draw of a run of three nodes can be told in words, who it is about and what it means. So Names knows how
// package sim makes its identities.
func TestNames_ofTrace(t *testing.T) {
	g := staleRead()
	b := &bed{keep: 1_000_000}
	defer b.close()
	rec := &choice.Recording{}
	g.runner(b, change{stranger: true, kind: true})(plan.Plan{Seed: 3}, rec)
	names := namesOf(b.world.Trace(), []string{"a", "b", "c"},
		"plan_test.Write", "plan_test.Copy", "plan_test.Read", "plan_test.Count", "plan_test.Noted")
	for i := range g.elements {
		names.Say(choice.ID("fault", fmt.Sprint(i)), fmt.Sprint("fault ", i))
	}
	said := map[string]bool{}
	domains := map[choice.Domain]int{}
	for _, d := range rec.Draws {
		domains[d.Key.Domain]++
		text := plan.Describe(choice.Deviation{Key: d.Key, Answer: 1}, names.Of)
		if names.Of(d.Key.ID) == "" {
			t.Errorf("%v: %s", d, text)
		}
		if said[text] {
			t.Errorf("said twice: %s", text)
		}
		said[text] = true
	}
	for _, want := range []string{
		"the 1st plan_test.Copy of <b/store> to replica b→c is under way for longer than 0 % of its kind",
		"the 3rd plan_test.Count of <c/replica> to <a/client> c→a is under way for longer than 0 % of its kind",
		"<c/replica> has a full 3rd slice",
	} {
		if !said[want] {
			t.Errorf("nobody says: %s", want)
		}
	}
	if !strings.Contains(strings.Join(slices.Collect(maps.Keys(said)), "\n"), "handshake (name) a→b") {
		t.Error("nobody speaks of a handshake")
	}
	if domains[choice.Latency] < 20 || domains[choice.Order] < 20 || domains[choice.Slice] < 20 || domains[choice.Fault] < 3 {
		t.Error(domains)
	}
}

// Timers that are due at one instant, and several who are to be told of an end.
func TestNames_timers(t *testing.T) {
	rec := &choice.Recording{}
	source := choice.New(1)
	source.Record(rec)
	w := sim.New(sim.Config{Source: source, Keep: 1000, Node: "a", ReductionCost: sim.Free, Boot: func(p *sim.Proc) {
		star := p.Spawn("star", func(p *sim.Proc) {
			p.Sleep(time.Second)
			p.SendAfter(time.Second, p.Self(), 1)
			p.SendAfter(time.Second, p.Self(), 1)
			sim.Any(p)
		})
		for range 3 {
			p.Spawn("fan", func(p *sim.Proc) { p.Monitor(star); p.Sleep(time.Second); sim.Any(p) })
		}
	}})
	defer w.Close()
	w.Run(time.Minute)
	names := namesOf(w.Trace(), nil)
	var text strings.Builder
	for _, d := range rec.Draws {
		if names.Of(d.Key.ID) == "" {
			t.Errorf("%v", d)
		}
		text.WriteString(plan.Describe(choice.Deviation{Key: d.Key, Answer: 1}, names.Of) + "\n")
	}
	for _, want := range []string{
		"of what is due at one instant, the time-out of <a/fan.2>'s 1st wait gives way to others",
		"of what is due at one instant, timer 1 of <a/star> gives way to others",
		"of those to be told of the end of <a/star> the 2nd is told first",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("nobody says: %s in\n%s", want, text.String())
		}
	}
}

// Sites of Buggify: that one is on, and that it fires.
func TestNames_sites(t *testing.T) {
	rec := &choice.Recording{NonZero: true}
	source := choice.New(1)
	source.Record(rec)
	w := sim.New(sim.Config{Source: source, Keep: 1000, Node: "a", Boot: func(p *sim.Proc) {
		for range 20 {
			p.Buggify("cold cache")
			p.Buggify("early retry")
		}
	}})
	defer w.Close()
	w.Run(time.Minute)
	names := namesOf(w.Trace(), nil)
	for _, s := range w.View().BuggifySites() {
		names.Site(s.Name)
	}
	var text strings.Builder
	for _, d := range rec.Draws {
		text.WriteString(plan.Describe(choice.Deviation{Key: d.Key, Answer: 1}, names.Of) + "\n")
	}
	for _, want := range []string{"site cold cache is on in this run\n",
		"site cold cache in <a/init> fires when it is asked for the "} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("nobody says: %s in\n%s", want, text.String())
		}
	}
}

// The delay of a signal is what its link makes of the answer.
func ExampleWords() {
	var names plan.Names
	link := choice.ID("link", "a", "b")
	names.Say(link, "signal a→b")
	delay := netsim.Uniform(time.Millisecond, 79*time.Millisecond)
	w := plan.Words{Name: names.Of, Delay: func(d choice.Deviation) (time.Duration, bool) {
		return delay.Quantile(int(d.Answer)), d.Key.ID == link
	}}
	fmt.Println(w.Describe(choice.Deviation{Key: choice.Key{Domain: choice.Latency, ID: link, N: 2}, Answer: netsim.Grain / 2}))
	// Output: the 2nd signal a→b is 40 ms under way
}
