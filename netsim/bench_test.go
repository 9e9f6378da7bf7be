package netsim

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// mesh is a net of so many nodes with a connection between any two.
func mesh(nodes int, k Link) (*Net, []Conn) {
	n := New(choice.New(1))
	n.SetAll(k)
	for i := range nodes {
		n.Add(fmt.Sprintf("n%d@host", i))
	}
	var conns []Conn
	for a := range Node(nodes) {
		for b := range a {
			conns = append(conns, n.Open(a, b, 0))
		}
	}
	return n, conns
}

var benchLinks = []struct{ name, link string }{
	{"fixed", "latency=1ms"},
	{"uniform", "latency=100us..500us"},
	{"exp", "latency=exp(1ms)"},
	{"normal", "latency=normal(5ms,1ms)"},
	{"lognormal", "latency=lognormal(p50=2ms,p99=25ms)"},
	{"pareto", "latency=pareto(1ms,1.5)"},
	{"bimodal", "latency=choice(1ms..2ms:99%, exp(300ms):1%)"},
	{"everything", "latency=lognormal(p50=2ms,p99=25ms) jitter=0s..1ms bandwidth=100MB/s queue=1MiB loss=0.5%"},
}

// BenchmarkRoute is Route alone, on one connection.
func BenchmarkRoute(b *testing.B) {
	for _, l := range benchLinks {
		b.Run(l.name, func(b *testing.B) {
			k, err := ParseLink(l.link)
			if err != nil {
				b.Fatal(err)
			}
			n, conns := mesh(2, k)
			b.ReportAllocs()
			now := time.Duration(0)
			for b.Loop() {
				now += 10_000
				n.Route(now, conns[0], 0, Packet{Size: 40})
			}
		})
	}
}

// BenchmarkSignal is Route and Arrive, on connections in turn.
func BenchmarkSignal(b *testing.B) {
	for _, nodes := range []int{5, 100} {
		b.Run(fmt.Sprint(nodes), func(b *testing.B) {
			n, conns := mesh(nodes, Link{Latency: Uniform(100*time.Microsecond, 500*time.Microsecond)})
			ends := make([]Node, len(conns))
			for i, c := range conns {
				ends[i], _ = n.Ends(c)
			}
			b.ReportAllocs()
			now := time.Duration(0)
			i := 0
			for b.Loop() {
				now += 1000
				v := n.Route(now, conns[i], ends[i], Packet{Size: 40})
				n.Arrive(v.At, conns[i], ends[i], v.Seq, 40)
				if i++; i == len(conns) {
					i = 0
				}
			}
		})
	}
}

// BenchmarkRouteHarmed is Route on a link with a fault on it, and with rules.
func BenchmarkRouteHarmed(b *testing.B) {
	n, conns := mesh(2, Link{Latency: Uniform(100*time.Microsecond, 500*time.Microsecond)})
	if _, _, err := n.Inject(Fault{"slow", Harm{Slow: 10}, OneWay([]string{"n0@host"}, []string{"n1@host"})}); err != nil {
		b.Fatal(err)
	}
	b.Run("slow", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			n.Route(0, conns[0], 0, Packet{Size: 40})
		}
	})
	n.HealAll()
	for range 3 {
		if _, err := n.AddRule(Rule{Kind: "tick", To: "n0@host", Action: Drop}); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("rules", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			n.Route(0, conns[0], 0, Packet{Size: 40, Kind: "message"})
		}
	})
}

// BenchmarkMesh boots, partitions and heals a hundred nodes.
func BenchmarkMesh(b *testing.B) {
	var half [2][]string
	for i := range 100 {
		half[i%2] = append(half[i%2], fmt.Sprintf("n%d@host", i))
	}
	b.Run("boot", func(b *testing.B) {
		b.ReportAllocs()
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		var keep *Net
		for b.Loop() {
			keep, _ = mesh(100, Link{Latency: Fixed(time.Millisecond)})
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc)), "B/mesh")
		runtime.KeepAlive(keep)
	})
	b.Run("partition", func(b *testing.B) {
		n, _ := mesh(100, Link{Latency: Fixed(time.Millisecond)})
		b.ReportAllocs()
		for b.Loop() {
			id, _, err := n.Inject(Fault{"split", Harm{Cut: true}, Groups(half[0], half[1])})
			if err != nil {
				b.Fatal(err)
			}
			n.Heal(id)
		}
	})
}
