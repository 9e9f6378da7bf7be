package netsim

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func edgesOf(t testing.TB, text string, nodes ...string) string {
	t.Helper()
	p, err := ParsePartition(text)
	if err != nil {
		t.Fatal(err)
	}
	edges, err := p.Edges(nodes)
	if err != nil {
		return err.Error()
	}
	var out []string
	for _, e := range edges {
		out = append(out, nodes[e.From]+nodes[e.To])
	}
	return strings.Join(out, " ")
}

func TestPartition(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"none", ""},
		{"groups(a | b)", "ab ba"},
		{"groups(a b | c d e)", "ac ad ae bc bd be ca cb da db ea eb"},
		{"groups(a | b | others)", "ab ac ad ae ba bc bd be ca cb da db ea eb"},
		{"oneway(a -> others)", "ab ac ad ae"},
		{"oneway(others -> a e)", "ba be ca ce da de"},
		{"isolate(c)", "ac bc ca cb cd ce dc ec"},
		{"isolate(d e)", "ad ae bd be cd ce da db dc de ea eb ec ed"},
		{"bridge(a b | c | d e)", "ad ae bd be da db ea eb"},
		{"ring(a b c d e)", "ac ad bd be ca ce da db eb ec"},
		{"ring(a c e b d)", "ab ae ba bc cb cd dc de ea ed"},
		{"ring(a b c d)", "ac bd ca db"},
		{"ring(a b c)", "partition ring(a b c): a ring wants four nodes at least"},
		{"groups(a | x)", "partition groups(a | x): there is no node x among a b c d e"},
		{"groups(a b c d e | others)", ""},
	} {
		if got := edgesOf(t, c.text, "a", "b", "c", "d", "e"); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}

// "every node sees a majority, no two the same" – Jepsen, majorities-ring
func TestRing_majorities(t *testing.T) {
	for size := 4; size <= 21; size++ {
		names := make([]string, size)
		for i := range names {
			names[i] = string(rune('a' + i))
		}
		edges, err := Ring(names...).Edges(names)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for v := range Node(size) {
			sees := ""
			for w := range Node(size) {
				if there := slices.Contains(edges, Edge{v, w}); there != slices.Contains(edges, Edge{w, v}) {
					t.Errorf("%d nodes: %d-%d is one-way", size, v, w)
				} else if !there {
					sees += names[w]
				}
			}
			if len(sees) <= size/2 || len(sees) > size/2+2 || seen[sees] {
				t.Errorf("%d nodes: %s sees %s", size, names[v], sees)
			}
			seen[sees] = true
		}
	}
}

func TestComponents(t *testing.T) {
	n := New(nil)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		n.Add(name)
	}
	for _, c := range []struct {
		fault string
		want  [][]Node
	}{
		{"cut at groups(a c | b d)", [][]Node{{0, 2, 4, 1, 3}}}, // e sees both
		{"cut at groups(a c | others)", [][]Node{{0, 2}, {1, 3, 4}}},
		{"cut at oneway(a -> others)", [][]Node{{0}, {1, 2, 3, 4}}},
		{"cut at oneway(others -> a)", [][]Node{{0}, {1, 2, 3, 4}}},
		{"jam at isolate(a)", [][]Node{{0, 1, 2, 3, 4}}},
		{"reset at isolate(a b c d)", [][]Node{{0}, {1}, {2}, {3}, {4}}},
		{"cut at bridge(a b | c | d e)", [][]Node{{0, 1, 2, 3, 4}}},
		{"cut at ring(a b c d e)", [][]Node{{0, 1, 2, 3, 4}}},
		{"slow=100 at isolate(a)", [][]Node{{0, 1, 2, 3, 4}}},
	} {
		id := injectText(t, n, c.fault)
		slices.Sort(c.want[0])
		if got := n.Components(); !slices.EqualFunc(got, c.want, slices.Equal) {
			t.Errorf("%s: %v, want %v", c.fault, got, c.want)
		}
		n.Heal(id)
	}
}

// In whatever order faults come and go: what is there is the sum of those that are.
func TestFaults_commute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := genLink().Draw(t, "link")
		faults := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Fault {
			return Fault{"f", genHarm().Draw(t, "harm"), genPartition(fiveNodes).Draw(t, "where")}
		}), 1, 5).Draw(t, "faults")
		keep := rapid.SliceOfN(rapid.Bool(), len(faults), len(faults)).Draw(t, "keep")
		fresh := func() *Net {
			n := New(nil)
			for _, name := range fiveNodes {
				n.Add(name)
			}
			n.Set(0, 1, k)
			return n
		}
		one, other := fresh(), fresh()
		ids := make([]FaultID, len(faults))
		for i, f := range faults {
			ids[i], _, _ = one.Inject(f)
		}
		for _, i := range rapid.Permutation(sequence(len(faults))).Draw(t, "heals") {
			if !keep[i] {
				one.Heal(ids[i])
				one.Heal(ids[i]) // twice is once
			}
		}
		for _, i := range rapid.Permutation(sequence(len(faults))).Draw(t, "order") {
			if keep[i] {
				other.Inject(faults[i])
			}
		}
		for a := range Node(5) {
			for b := range Node(5) {
				p, q := *one.links[one.link(a, b)].now, *other.links[other.link(a, b)].now
				if len(p.extras) != len(q.extras) {
					t.Fatalf("%d to %d: %d and %d delays", a, b, len(p.extras), len(q.extras))
				}
				p.extras, q.extras = nil, nil
				if !equalProfiles(&p, &q) {
					t.Fatalf("%d to %d:\n%+v\n%+v", a, b, p, q)
				}
			}
		}
	})
}

func equalProfiles(p, q *profile) bool {
	return p.latency == q.latency && p.slow == q.slow && p.cost == q.cost && p.queue == q.queue &&
		p.blocked == q.blocked && p.parted == q.parted &&
		p.reset == q.reset && p.harmed == q.harmed && p.plain == q.plain && p.retries == q.retries &&
		p.tries == q.tries && p.waits == q.waits
}

func sequence(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// A fault counts the verdicts that it changed, and a rule too.
func TestEfficacy(t *testing.T) {
	n, c := two(t, nil, "latency=1ms")
	send := func(from Node) { n.Route(0, c, from, Packet{Size: 1, Kind: "k"}) }
	idle := injectText(t, n, "idle: cut at oneway(b -> a)")
	send(0)
	n.Heal(idle)
	slow := injectText(t, n, "slow: slow=3 bandwidth=1B/s at oneway(a -> b)")
	late := injectText(t, n, "late: latency=exp(1ms) at groups(a | b)") // dull: adds nothing
	lossy := injectText(t, n, "lossy: loss=50% at groups(a | b)")       // dull: loses nothing
	send(0)
	send(0)
	n.Heal(slow)
	n.Heal(late)
	n.Heal(lossy)
	send(0)
	again := injectText(t, n, "idle: cut at groups(b | a)")
	jam := injectText(t, n, "jam at groups(b | a)")
	send(1)
	n.Heal(again)
	n.Heal(jam)
	rule, err := n.AddRule(Rule{Kind: "k", Action: DelayIt, Delay: Fixed(ms)})
	if err != nil {
		t.Fatal(err)
	}
	send(0)
	n.RemoveRule(rule)
	send(0)
	want := []Efficacy{{"idle", 2, 1}, {"slow", 1, 2}, {"late", 1, 0}, {"lossy", 1, 0}, {"", 1, 1}, {"kind=k: delay 1ms", 1, 1}}
	if got := n.Efficacy(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestRules(t *testing.T) {
	n, c := two(t, nil, "latency=1ms")
	for _, text := range []string{"kind=tick: pass", "kind=gen_* from=a: delay 5ms", "kind=tick*: drop"} {
		r, err := ParseRule(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.AddRule(r); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := n.AddRule(Rule{From: "x"}); err == nil || err.Error() != "rule: there is no node x among a b" {
		t.Error(err)
	}
	if _, err := n.AddRule(Rule{When: func(p Packet) bool { return p.Body == 7 }, Action: Drop}); err != nil {
		t.Fatal(err)
	}
	for i, x := range []struct {
		kind string
		body any
		from Node
		want string
	}{
		{"tick", nil, 0, "travels 0 until 1ms"},
		{"gen_call", nil, 0, "travels 1 until 6ms"},
		{"gen_call", 7, 1, "broken until 0s"},
		{"gen_call", nil, 1, "lost"},
		{"tick", nil, 0, "travels 2 until 6.000001ms"},
		{"ticket", nil, 0, "broken until 0s"},
		{"tick", nil, 0, "lost"},
	} {
		if got := n.Route(0, c, x.from, Packet{Kind: x.kind, Body: x.body}).String(); got != x.want {
			t.Errorf("signal %d: %s, want %s", i, got, x.want)
		}
	}
}
