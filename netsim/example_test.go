package netsim_test

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

func Example() {
	n := netsim.New(choice.Dull())
	n.SetAll(netsim.Link{Latency: netsim.Uniform(2*time.Millisecond, 9*time.Millisecond)})
	a, b := n.Add("a"), n.Add("b")
	conn := n.Open(a, b, 0)

	fmt.Println(n.Route(0, conn, a, netsim.Packet{Size: 40}))
	fmt.Println(n.Route(0, conn, a, netsim.Packet{Size: 40}))
	fmt.Println(n.Arrive(2*time.Millisecond, conn, a, 0, 40))

	cut, _ := netsim.ParseFault("split: cut at groups(a | b)")
	id, _, _ := n.Inject(cut)
	held := n.Route(5*time.Millisecond, conn, a, netsim.Packet{Size: 40})
	fmt.Println(held, n.Components())
	for _, lane := range n.Heal(id) {
		fmt.Println(n.Resume(time.Second, lane.Conn, lane.From, held.Seq, 40))
	}
	fmt.Println(n.Efficacy())
	// Output:
	// travels 0 until 2ms
	// travels 1 until 2.000001ms
	// arrives 0
	// held 2 [[0] [1]]
	// travels 2 until 1.002s
	// [{split 1 1}]
}

// The end of a connection is a signal too: what arrives comes before it.
func ExampleNet_Close() {
	n := netsim.New(choice.New(4))
	n.SetAll(netsim.Link{Latency: netsim.Fixed(time.Millisecond)})
	a, b := n.Add("a"), n.Add("b")
	conn := n.Open(a, b, 0)
	for range 5 {
		n.Route(0, conn, a, netsim.Packet{})
	}
	n.Route(0, conn, b, netsim.Packet{})

	notices := n.Close(0, conn, a)
	fmt.Println("a:", notices[0].Fate, "lost:", notices[0].Lost)
	fmt.Println("b:", notices[1].Verdict, "lost:", notices[1].Lost)
	for seq := range uint64(6) {
		fmt.Print(n.Arrive(notices[1].At, conn, a, seq, 0).Fate, " ")
	}
	// Output:
	// a: ends lost: 1
	// b: travels 5 until 1.000005ms lost: 1
	// arrives arrives arrives arrives lost ends
}

func ExampleParseDelay() {
	d, _ := netsim.ParseDelay("lognormal(p50=2ms,p99=25ms)")
	fmt.Println(d.Quantile(netsim.Grain/2), d.Quantile(netsim.Grain/100*99).Round(100*time.Microsecond))

	_, err := netsim.ParseDelay("5")
	fmt.Println(err)
	// Output:
	// 2ms 25ms
	// duration "5" has no unit; did you mean 5ms?
}

func ExampleRing() {
	nodes := []string{"a", "b", "c", "d"}
	edges, _ := netsim.Ring(nodes...).Edges(nodes)
	for _, e := range edges {
		fmt.Print(nodes[e.From], "-/->", nodes[e.To], " ")
	}
	// Output: a-/->c b-/->d c-/->a d-/->b
}

func ExampleFlap() {
	f, _ := netsim.ParseFlap("flap down=1s..3s up=2s times=2: cut at groups(a | others)")
	for _, m := range f.Moments(choice.Dull(), "wan") {
		fmt.Println(m)
	}
	// Output:
	// 0s: inject 0 wan: cut at groups(a | others)
	// 1s: heal 0
	// 3s: inject 1 wan: cut at groups(a | others)
	// 4s: heal 1
}
