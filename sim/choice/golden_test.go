package choice

import (
	"math/big"
	"testing"
)

// These vectors are what seeds mean. If this test fails, do not change the
// vectors: every seed ever printed by a failing run would lie from then on.
func TestGolden_word(t *testing.T) {
	for _, c := range []struct {
		seed uint64
		key  Key
		want uint64
	}{
		{0, Key{}, 0x383b686cfc1c6dba},
		{1, Key{}, 0x3e943f6b6af1f8bf},
		{0, Key{Order, 0, 0}, 0x867e2b85342275f2},
		{0, Key{Order, 1, 0}, 0xfb9fde0adfe1d7aa},
		{0, Key{Order, 0, 1}, 0xff9365cdb426110e},
		{1, Key{Slice, 7, 1}, 0x50e3be809164f1f6},
		{1, Key{Slice, 7, 2}, 0x7595f3d46d852d55},
		{1, Key{Tie, 7, 1}, 0xa8b0bb8f5666934a},
		{42, Key{Latency, 0xdeadbeef, 3}, 0x30afdfed798a3441},
		{1<<64 - 1, Key{Rand, 1<<64 - 1, 1<<64 - 1}, 0xa2114c091453f6f8},
		{1 << 63, Key{255, 1 << 63, 1 << 63}, 0xfddd9b916dccacec},
	} {
		if got := New(c.seed).Word(c.key); got != c.want {
			t.Errorf("seed %d, %v: %#016x, want %#016x", c.seed, c.key, got, c.want)
		}
	}
}

func TestGolden_choose(t *testing.T) {
	s := New(42)
	for _, c := range []struct {
		n    int
		want [12]int
	}{
		{1, [12]int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
		{2, [12]int{0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0}},
		{10, [12]int{4, 4, 5, 8, 1, 1, 1, 7, 3, 2, 8, 3}},
		{1000, [12]int{424, 431, 549, 830, 140, 147, 165, 784, 300, 270, 823, 362}},
		{1<<31 - 1, [12]int{910613694, 926017628, 1180753581, 1782807354, 301733839, 315887866, 354748520, 1683638903, 644766199, 581205506, 1767800860, 778494564}},
	} {
		for i, want := range c.want {
			if got := s.Choose(Key{Slice, 7, uint64(i)}, c.n); got != want {
				t.Errorf("draw %d of %d: %d, want %d", i, c.n, got, want)
			}
		}
	}
}

func TestGolden_chance(t *testing.T) {
	s := New(42)
	var got uint32
	for i := range 32 {
		if s.Chance(Key{Fault, 7, uint64(i)}, 1, 3) {
			got |= 1 << i
		}
	}
	if want := uint32(0x650cdcc4); got != want {
		t.Errorf("%#08x, want %#08x", got, want)
	}
}

func TestGolden_identity(t *testing.T) {
	for _, c := range []struct {
		parts []string
		want  uint64
	}{
		{nil, 0x805d51219c1e3816},
		{[]string{""}, 0xc8972e2a1d90200c},
		{[]string{"", ""}, 0x0bb322e306a19055},
		{[]string{"a"}, 0x1cba53137fe847dd},
		{[]string{"ab", "c"}, 0x9de29268e7b66328},
		{[]string{"a", "bc"}, 0xf2750c2337f652ac},
		{[]string{"kv_sup"}, 0xb5d51ecb06c36ccd},
		{[]string{"eightbyt"}, 0x9abce98e4914b350},
		{[]string{"ninebytes"}, 0x12a0c35eddd6ff27},
		{[]string{"sixteen bytes ok"}, 0xb6c23c8738cba223},
		{[]string{"seventeen bytes !"}, 0x24438b2f0c34d9b1},
		{[]string{"n1", "a rather long name that needs three folds"}, 0xce5247ccf8eab807},
		{[]string{"ü\x00\xff"}, 0x503140d244a96b86},
	} {
		if got := ID(c.parts...); got != c.want {
			t.Errorf("ID(%q): %#016x, want %#016x", c.parts, got, c.want)
		}
	}
	for _, c := range []struct {
		parent  uint64
		role    string
		ordinal uint32
		want    uint64
	}{
		{0x0, "", 0, 0x21bcb07a30269969},
		{0x0, "w", 0, 0x330061a991952e1f},
		{0x0, "w", 1, 0x46138b8d7f37ea5c},
		{0x1, "w", 0, 0xd95c68ffc524f484},
		{0x1, "kv_sup", 4294967295, 0xab3731e24a5f4fd1},
		{0xdeadbeef, "a_role_of_more_than_16", 7, 0xe106c7ce768faea0},
	} {
		if got := Child(c.parent, c.role, c.ordinal); got != c.want {
			t.Errorf("Child(%d, %q, %d): %#016x, want %#016x", c.parent, c.role, c.ordinal, got, c.want)
		}
	}
}

// The dumb twin: the mixing as the comments tell it, in arithmetic nobody doubts.
func TestWord_twin(t *testing.T) {
	rnd := New(3)
	for i := range uint64(2000) {
		k := Key{Domain(i), rnd.Word(Key{Value, 1, i}), rnd.Word(Key{Value, 2, i}) >> (i % 64)}
		seed := rnd.Word(Key{Value, 3, i}) >> (i % 61)
		a := avalanche(seed ^ pi0)
		b := avalanche(a + pi1)
		who := slowFold(k.ID^a, pi3)
		nth := slowFold(k.N^uint64(k.Domain)<<56^b, pi4)
		word := slowFold(who^b, nth^a)
		s := New(seed)
		if got := s.Word(k); got != word {
			t.Fatalf("seed %d, %v: %#x, want %#x", seed, k, got, word)
		}
		n := int(i*i + 1)
		product := new(big.Int).Mul(new(big.Int).SetUint64(word), big.NewInt(int64(n)))
		if got, want := s.Choose(k, n), int(product.Rsh(product, 64).Int64()); got != want {
			t.Fatalf("seed %d, %v of %d: %d, want %d", seed, k, n, got, want)
		}
	}
}

func slowFold(a, b uint64) uint64 {
	product := new(big.Int).Mul(new(big.Int).SetUint64(a), new(big.Int).SetUint64(b))
	low := new(big.Int).SetUint64(^uint64(0))
	lo := new(big.Int).And(product, low).Uint64()
	return new(big.Int).Rsh(product, 64).Uint64() ^ lo
}
