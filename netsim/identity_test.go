package netsim

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// lived is what became of one connection: when what was sent on it would arrive, when what was held would once it was
// resumed, and how much was lost at its end, one way and the other. Its signals are those of a stream of its own.
func lived(n *Net, c Conn, stream uint64) (story string) {
	for i := range uint64(8) {
		v := n.Route(time.Duration(i)*ms, c, 0, Packet{ID: stream + 1<<40, N: i})
		story += fmt.Sprint(v.At, " ")
	}
	cut, _ := ParseFault("cut at groups(a | b)")
	id, _, err := n.Inject(cut)
	if err != nil {
		panic(err)
	}
	for side := range Node(2) {
		v := n.Route(20*ms, c, side, Packet{ID: stream + 1<<41, N: uint64(side)})
		n.Heal(id)
		v = n.Resume(time.Second, c, side, v.Seq, 0)
		story += fmt.Sprint(v.At, " ")
		id, _, _ = n.Inject(cut)
	}
	n.Heal(id)
	for i := range uint64(20) {
		n.Route(2*time.Second, c, 1, Packet{ID: stream + 1<<42, N: i})
	}
	notices := n.Close(2*time.Second, c, 0)
	return story + fmt.Sprint(notices[0].Lost, notices[1].Lost)
}

// Nothing that is drawn for a connection with an identity is moved by others between the same nodes, whatever becomes
// of those; and connections of two identities draw each for itself.
func TestOpen_identity(t *testing.T) {
	stories := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64Range(0, 200).Draw(t, "seed")
		net := func() *Net {
			source := choice.New(seed)
			source.Unique()
			n := New(source)
			n.SetAll(Link{Latency: Exponential(ms)})
			n.Add("a")
			n.Add("b")
			return n
		}
		alone := net()
		want := lived(alone, alone.Open(0, 1, 77), 77)
		stories[want] = true

		crowded := net()
		var others []Conn
		for i := range rapid.IntRange(1, 4).Draw(t, "others") {
			o := crowded.Open(Node(i%2), Node(1-i%2), uint64(1000+i))
			others = append(others, o)
			if rapid.Bool().Draw(t, "it lives and ends first") {
				lived(crowded, o, uint64(1000+i))
			}
		}
		crowded.Open(0, 1, 0)
		if got := lived(crowded, crowded.Open(0, 1, 77), 77); got != want {
			t.Errorf("alone\n%s\nbeside %d others\n%s", want, len(others), got)
		}
	})
	if len(stories) < 2 {
		t.Errorf("only %d stories: nothing was drawn", len(stories))
	}
	n := New(choice.New(1))
	n.SetAll(Link{Latency: Exponential(ms)})
	n.Add("a")
	n.Add("b")
	if lived(n, n.Open(0, 1, 1), 1) == lived(n, n.Open(0, 1, 2), 1) {
		t.Error("two identities, one fate")
	}
}

// The two directions of a connection of a node with itself go over one link, and draw each for itself.
func TestOpen_self(t *testing.T) {
	differ := 0
	for seed := range uint64(50) {
		source := choice.New(seed)
		source.Unique()
		n := New(source)
		n.SetAll(Link{Latency: Exponential(ms)})
		a := n.Add("a")
		c := n.Open(a, a, 5)
		for i := range uint64(20) {
			n.Route(0, c, a, Packet{ID: 1, N: i})
			n.Route(0, c, Self(a), Packet{ID: 2, N: i})
		}
		lost := n.Break(0, c)
		if lost[0].Lost != lost[1].Lost {
			differ++
		}
	}
	if differ < 25 {
		t.Errorf("both directions lost other numbers in %d of 50 only", differ)
	}
}
