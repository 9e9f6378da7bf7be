package bench

import (
	"syscall"
	"testing"
)

// Every program comes to its end; how fast, Benchmark tells.
func TestProgramsRun(t *testing.T) {
	for _, p := range Programs {
		t.Run(p.Name, func(t *testing.T) {
			begun := 0
			p.Run(max(2000, p.N/1000), func() { begun++ })
			if begun != 1 {
				t.Errorf("start was called %d times", begun)
			}
		})
	}
}

func TestIdleOnesAreMade(t *testing.T) {
	for name, f := range map[string]func(int, func()){"processes": Idle, "servers": IdleServers, "blocked": Blocked} {
		made := 0
		f(100, func() { made++ })
		if made != 1 {
			t.Errorf("%s: made was called %d times", name, made)
		}
	}
}

// Benchmark reports, beside wall time, the processor time an operation takes: on a machine that others
// use too, only that can be compared.
func Benchmark(b *testing.B) {
	for _, p := range Programs {
		b.Run(p.Name, func(b *testing.B) {
			b.ReportAllocs()
			var begun int64
			p.Run(b.N, func() {
				b.ResetTimer()
				begun = processorTime()
			})
			b.ReportMetric(float64(processorTime()-begun)/float64(b.N), "cpu-ns/op")
		})
	}
}

// processorTime is what this process has used of the processors, in ns.
func processorTime() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
