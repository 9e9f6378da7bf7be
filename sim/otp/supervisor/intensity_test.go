package supervisor

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// seconds and milliseconds, short
const (
	s  = time.Second
	ms = time.Millisecond
)

// "If more than MaxR number of restarts occur in the last MaxT seconds, the supervisor terminates all the
// child processes and then itself." – OTP, Supervisor Behaviour. How long a second is, is SUP9.
func TestIntensity(t *testing.T) {
	for _, c := range []struct {
		name     string
		in       Intensity
		restarts []time.Duration // all but the last are within the intensity
		within   bool
	}{
		{"default allows one", Intensity{}, []time.Duration{0}, true},
		{"default forbids two in five seconds", Intensity{}, []time.Duration{0, 5 * s}, false},
		{"default forgets after five", Intensity{}, []time.Duration{0, 6 * s}, true},
		{"inclusive and quantised: 5.999 s apart count together", Intensity{}, []time.Duration{0, 5999 * ms}, false},
		{"W1: 1.85 s apart count with period 1", Restarts(1, s), []time.Duration{0, 1850 * ms}, false},
		{"W2: 1.10 s apart do not, over two boundaries", Restarts(1, s), []time.Duration{950 * ms, 2050 * ms}, true},
		{"none allowed: the first is one too many", Restarts(0, s), []time.Duration{0}, false},
		{"the kv example: two each five seconds, 5 in 10 s", Restarts(5, 10*s),
			[]time.Duration{5 * s, 5 * s, 10 * s, 10 * s, 15 * s, 15 * s}, false},
		{"the same, allowed six", Restarts(6, 10*s), []time.Duration{5 * s, 5 * s, 10 * s, 10 * s, 15 * s, 15 * s, 20 * s}, true},
	} {
		var w window
		in := c.in.orDefault()
		for i, at := range c.restarts {
			want := i < len(c.restarts)-1 || c.within
			if got := w.add(at, in); got != want {
				t.Errorf("%s: restart %d at %v is within the intensity: %v, want %v", c.name, i+1, at, got, want)
			}
		}
	}
}

// twin is supervisor.erl's add_restart, word for word.
type twin struct{ restarts []int64 }

func (w *twin) add(now time.Duration, in Intensity) bool {
	second, period := int64(now/time.Second), int64(in.Period/time.Second)
	i := slices.IndexFunc(w.restarts, func(r int64) bool { return r < second-period })
	if i >= 0 {
		w.restarts = w.restarts[:i]
	}
	w.restarts = append([]int64{second}, w.restarts...)
	return len(w.restarts) <= in.Max
}

func TestIntensity_asItsTwin(t *testing.T) {
	for seed := range uint64(2000) {
		src, n := choice.New(seed), uint64(0)
		draw := func(below int) int {
			n++
			return src.Choose(choice.Key{Domain: choice.Rand, ID: 1, N: n}, below)
		}
		in := Restarts(draw(20), time.Duration(1+draw(12))*s)
		var now time.Duration
		var w window
		var want twin
		for i := range 60 {
			now += time.Duration(draw([]int{1, 300, 1500, 20000}[draw(4)])) * ms
			if draw(30) == 0 { // a code change
				in = Restarts(draw(20), time.Duration(1+draw(12))*s)
			}
			if got, want := w.add(now, in), want.add(now, in); got != want {
				t.Fatalf("seed %d, restart %d at %v, %v: %v, want %v", seed, i, now, in, got, want)
			}
		}
	}
}

func TestIntensity_ringIsBounded(t *testing.T) {
	var w window
	in := Restarts(1000, 10*s)
	for i := range 100000 {
		w.add(time.Duration(i)*100*ms, in)
	}
	if len(w.ring) > 16 {
		t.Errorf("the ring has grown to %d places for a period of 10 seconds", len(w.ring))
	}
}

func ExampleRestarts() {
	fmt.Println(Restarts(5, 10*time.Second), "|", Intensity{})
	// Output: 5 in 10s | 1 in 5s
}
