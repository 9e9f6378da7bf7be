package global_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// NK3, POP1: nodes that never connect by themselves cannot make a mesh of what two of them begin. When c connects to b, which knows a, then a and c
// fail to reach each other, and each tells b that it has lost the other. b lets go of whom it is told of: of one if it hears of one in time, so that the
// other is told before he has tried; of both if their words cross. What is left are parts in any case (POP5). OTP does all three.
func TestPartition_NK3_never(t *testing.T) {
	seen := map[string]int{}
	for n := range uint64(100) {
		c := newCluster(t, "abc", kernel(sim.Kernel{AutoConnect: sim.ConnectNever}), seed(n), latency(time.Millisecond, 20*time.Millisecond))
		c.do("a", func(p *sim.Proc) { p.ConnectNode("b") })
		c.run(10 * time.Second)
		c.do("c", func(p *sim.Proc) { p.ConnectNode("b") })
		c.run(time.Minute)
		seen[c.parts()]++
		c.close()
	}
	for _, parts := range []string{"a b c", "a+b c", "a b+c"} {
		if seen[parts] == 0 {
			t.Errorf("it never came to %s", parts)
		}
		delete(seen, parts)
	}
	if len(seen) > 0 {
		t.Errorf("it came to %v", seen)
	}
}
