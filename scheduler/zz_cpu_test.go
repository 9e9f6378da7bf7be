package scheduler

import (
	"fmt"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"os"
	"sort"
	"syscall"
	"testing"
)

func cpu() float64 {
	var r syscall.Rusage
	syscall.Getrusage(0, &r)
	return float64(r.Utime.Sec+r.Stime.Sec)*1e9 + float64(r.Utime.Usec+r.Stime.Usec)*1e3
}

var zsink uint64

func TestZZ(t *testing.T) {
	if os.Getenv("ZZ") == "" {
		t.Skip()
	}
	type bm struct {
		name string
		f    func(n int)
		n    int
		r    []float64
	}
	var bs []*bm
	x := uint64(3)
	bs = append(bs, &bm{name: "bare xorshift chain (6 ops)", n: 20e6, f: func(n int) {
		for i := 0; i < n; i++ {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
		}
		zsink = x
	}})
	src := choice.New(1)
	bs = append(bs, &bm{name: "Choose", n: 20e6, f: func(n int) {
		t := 0
		for i := 0; i < n; i++ {
			t += src.Choose(choice.Key{Domain: choice.Slice, ID: 7, N: uint64(i)}, 64)
		}
		zsink += uint64(t)
	}})
	for _, c := range contest {
		for _, k := range []int{1, 2, 10, 1000, 100000} {
			s := crowd(c.policy, k)
			for i := 0; i < 4*k; i++ {
				turn(s)
			}
			bs = append(bs, &bm{name: fmt.Sprintf("turn %s %d", c.name, k), n: 5e6, f: func(n int) {
				for i := 0; i < n; i++ {
					turn(s)
				}
			}})
		}
	}
	for _, k := range []int{0, 100, 1000000} {
		s, _ := busyTimers(k)
		bs = append(bs, &bm{name: fmt.Sprintf("setcancel %d", k), n: 5e6, f: func(n int) {
			for i := 0; i < n; i++ {
				s.Cancel(s.At(s.Now()+5e9, s, 1))
			}
		}})
	}
	for _, k := range []int{100, 10000, 1000000} {
		s, d := busyTimers(k)
		hold := func(n int) {
			for i := 0; i < n; i++ {
				s.Advance(never)
				s.At(s.Now()+Time(d.roll(1e9)), s.Pop(), d.n)
			}
		}
		hold(2 * k)
		bs = append(bs, &bm{name: fmt.Sprintf("hold %d", k), n: 1e6, f: hold})
	}
	{
		s, _ := busyTimers(1e6)
		left := 0
		_ = left
		bs = append(bs, &bm{name: "drain 1M", n: 1e5, f: func(n int) {
			for i := 0; i < n; i++ {
				s.Advance(never)
				s.Pop()
			}
		}})
	}
	{
		s := New(Config{Source: choice.New(1)})
		id := uint64(0)
		bs = append(bs, &bm{name: "tie", n: 2e6, f: func(n int) {
			for i := 0; i < n; i++ {
				if s.Timers() == 0 {
					for range 100 {
						id++
						s.At(s.Now()+1000, s, id)
					}
					s.Advance(never)
				}
				s.Pop()
			}
		}})
	}
	for round := 0; round < 5; round++ {
		for i := range bs {
			b := bs[i]
			if round%2 == 1 {
				b = bs[len(bs)-1-i]
			}
			c := cpu()
			b.f(b.n)
			b.r = append(b.r, (cpu()-c)/float64(b.n))
		}
	}
	for _, b := range bs {
		sort.Float64s(b.r)
		fmt.Printf("%-30s min %6.1f med %6.1f max %6.1f\n", b.name, b.r[0], b.r[2], b.r[4])
	}
}
