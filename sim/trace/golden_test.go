package trace

import (
	"math/big"
	"testing"
)

// These vectors are what the hash of a run means. If this test fails, do not change the vectors: no hash
// that was ever printed, in a golden file or behind REPLAY, would be found again.
func TestGolden_hash(t *testing.T) {
	var l Log
	for i, c := range []struct {
		e    Event
		want uint64
	}{
		{Event{}, 0x8ebc6af09c88c6e3},
		{Event{0, 0, 1, 1, Spawn}, 0x643e3a82c855c538},
		{Event{700, 1, 2, 1, Spawn}, 0x4c2998849c0b55fe},
		{Event{700, 1, 2, 0, Send}, 0x6cd8771b4717a3b1},
		{Event{700, 1, 2, 0, Send}, 0xc766cb99ce34f6ba},
		{Event{1300, 1, 0, 4000, Slice}, 0x5a64beca027006ed},
		{Event{1300, 2, 1, 0, Receive}, 0xb047b3dec3254997},
		{Event{1400, 2, 0, 0x9e3779b97f4a7c15, Exit}, 0x0158e1f4cb7eb23c},
		{Event{1<<63 - 1, 1<<56 - 1, 1<<64 - 1, 1<<64 - 1, Timer}, 0xda7a7a000a5fd26e},
		{Event{-1, 1, 0, 1 << 63, 255}, 0x2be93b4b0c4b2dd0},
		{Event{2000, 3, 4, 5, Node}, 0x5c65a61d73d5a9aa},
	} {
		l.Note(c.e.At, c.e.Kind, c.e.Subject, c.e.Object, c.e.Word)
		if l.Hash() != c.want {
			t.Errorf("after fact %d, %v: %#016x, want %#016x", i, c.e, l.Hash(), c.want)
		}
	}
}

func TestGolden_kinds(t *testing.T) {
	want := []string{"kind0", "spawn", "send", "signal", "receive", "slice", "timer", "exit", "link", "unlink",
		"monitor", "demonitor",
		"register", "unregister", "fault", "took", "report", "user", "drop", "node"}
	for i, word := range want {
		if k := Kind(i); k.String() != word { // append, never reorder: the numbers are hashed
			t.Errorf("kind %d is %q, want %q", i, k, word)
		}
	}
}

// The dumb twin: the hash in arithmetic nobody doubts.
func TestHash_twin(t *testing.T) {
	d := dice(1)
	var l Log
	var hash uint64
	for range 5000 {
		e := Event{int64(d.wild()), d.wild(), d.wild(), d.wild(), Kind(d.roll(256))}
		l.Note(e.At, e.Kind, e.Subject, e.Object, e.Word)
		who := slowMul(e.Subject, k0).lo ^ uint64(e.At)
		what := slowMul(e.Object<<8|uint64(e.Kind), k1).lo ^ slowMul(e.Word, k2).lo
		p := slowMul(hash^who^k2, what|1)
		hash = p.hi ^ p.lo ^ what
		if l.Hash() != hash {
			t.Fatalf("%v: %#x, want %#x", e, l.Hash(), hash)
		}
	}
}

type wide struct{ hi, lo uint64 }

func slowMul(a, b uint64) wide {
	product := new(big.Int).Mul(new(big.Int).SetUint64(a), new(big.Int).SetUint64(b))
	low := new(big.Int).SetUint64(^uint64(0))
	return wide{new(big.Int).Rsh(product, 64).Uint64(), new(big.Int).And(product, low).Uint64()}
}

// Whatever differs about a fact, and whichever two facts change places, the hash differs.
func TestHash_sensitive(t *testing.T) {
	d := dice(2)
	hash := func(es ...Event) uint64 {
		var l Log
		for _, e := range es {
			l.Note(e.At, e.Kind, e.Subject, e.Object, e.Word)
		}
		return l.Hash()
	}
	for range 2000 {
		x := Event{int64(d.roll(1000)), uint64(d.roll(9)), uint64(d.roll(9)), uint64(d.roll(9)), Kind(1 + d.roll(18))}
		y := x
		switch d.roll(5) {
		case 0:
			y.At++
		case 1:
			y.Subject++
		case 2:
			y.Object++
		case 3:
			y.Word++
		case 4:
			y.Kind++
		}
		if hash(x) == hash(y) || hash(x, y) == hash(y, x) || hash(x, x) == hash(x) {
			t.Fatalf("%v and %v are told apart no more", x, y)
		}
	}
}
