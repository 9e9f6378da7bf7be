package choice

import "testing"

var sink uint64

func BenchmarkChoose(b *testing.B) {
	s := New(1)
	id := ID("a", "kv_sup")
	b.ReportAllocs()
	var t int
	for i := 0; i < b.N; i++ {
		t += s.Choose(Key{Latency, id, uint64(i)}, 10)
	}
	sink = uint64(t)
}

// Each answer decides the next question: latency, not throughput.
func BenchmarkChoose_chained(b *testing.B) {
	s := New(1)
	b.ReportAllocs()
	var t int
	for i := 0; i < b.N; i++ {
		t = s.Choose(Key{Latency, 7, uint64(i + t)}, 10)
	}
	sink = uint64(t)
}

func BenchmarkChoose_dull(b *testing.B) {
	s := Dull()
	b.ReportAllocs()
	var t int
	for i := 0; i < b.N; i++ {
		t += s.Choose(Key{Latency, 7, uint64(i)}, 10)
	}
	sink = uint64(t)
}

func BenchmarkChance(b *testing.B) {
	s := New(1)
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		if s.Chance(Key{Latency, 7, uint64(i)}, 1, 10) {
			sink++
		}
	}
}

func BenchmarkWord(b *testing.B) {
	s := New(1)
	b.ReportAllocs()
	var t uint64
	for i := 0; i < b.N; i++ {
		t += s.Word(Key{Latency, 7, uint64(i)})
	}
	sink = t
}

func BenchmarkChild(b *testing.B) {
	b.ReportAllocs()
	h := uint64(1)
	for i := 0; i < b.N; i++ {
		h = Child(h, "kv_worker", uint32(i))
	}
	sink = h
}

func BenchmarkID(b *testing.B) {
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		sink = ID("a", "kv_sup", "worker")
	}
}

func BenchmarkReset(b *testing.B) {
	b.ReportAllocs()
	s := New(0)
	for i := 0; i < b.N; i++ {
		s.Reset(uint64(i))
	}
}

// What a shrinking run pays: ten draws overridden, a million not.
func BenchmarkChoose_deviations(b *testing.B) {
	s := Dull()
	for i := range uint64(10) {
		s.Deviate([]Deviation{{Key{Latency, i, i}, 1}})
	}
	b.ReportAllocs()
	var t int
	for i := 0; i < b.N; i++ {
		t += s.Choose(Key{Latency, 7, uint64(i)}, 10)
	}
	sink = uint64(t)
}

func BenchmarkChoose_recording(b *testing.B) {
	s := New(1)
	r := &Recording{NonZero: true}
	s.Record(r)
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		s.Choose(Key{Latency, 7, uint64(i)}, 10)
		if len(r.Draws) > 1000 {
			r.Draws = r.Draws[:0]
		}
	}
}
