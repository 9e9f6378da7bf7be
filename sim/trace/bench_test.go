package trace

import (
	"bytes"
	"io"
	"testing"
)

// BenchmarkNote is the price of a fact.
func BenchmarkNote(b *testing.B) {
	for _, c := range []struct {
		name string
		set  func(l *Log, n int)
	}{
		{"hash", func(*Log, int) {}},
		{"checkpoint", func(l *Log, n int) { l.Checkpoint(4096) }},
		{"keep", func(l *Log, n int) { l.Reset(n) }},
		{"full", func(l *Log, n int) { l.Reset(1) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			var l Log
			c.set(&l, b.N)
			b.ReportAllocs()
			for i := range b.N {
				l.Note(int64(i), Send, 1, 2, uint64(i))
			}
		})
	}
}

// long is a record like that of a run.
func long(n int) *Record {
	d := dice(1)
	return d.log(n, n, false).Record()
}

// BenchmarkForms writes and reads traces; the figures are for one fact.
func BenchmarkForms(b *testing.B) {
	const facts = 10_000
	r := long(facts)
	per := func(b *testing.B, bytes int) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/facts, "ns/fact")
		b.ReportMetric(float64(bytes)/facts, "B/fact")
	}
	for _, f := range forms {
		var buf bytes.Buffer
		f.write(&buf, r)
		b.Run(f.name+"/write", func(b *testing.B) {
			for b.Loop() {
				f.write(io.Discard, r)
			}
			per(b, buf.Len())
		})
		b.Run(f.name+"/read", func(b *testing.B) {
			for b.Loop() {
				if _, err := f.read(bytes.NewReader(buf.Bytes())); err != nil {
					b.Fatal(err)
				}
			}
			per(b, buf.Len())
		})
	}
	b.Run("text/write", func(b *testing.B) {
		var buf bytes.Buffer
		WriteText(&buf, r)
		for b.Loop() {
			WriteText(io.Discard, r)
		}
		per(b, buf.Len())
	})
	b.Run("difference", func(b *testing.B) {
		for b.Loop() {
			FirstDifference(r, r)
		}
		per(b, 0)
	})
}
