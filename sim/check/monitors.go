package check

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/sim"
)

// Monitors is monitors_fire_once: whoever monitors a process that has ended hears of it, and once (I2). Of what has
// been heard already only a mailbox tells.
func Monitors(l Limits) Rule { return AtRest("monitors_fire_once", l, lostMonitors) }

func lostMonitors(v sim.View) (flaws []Flaw, judged bool) {
	for _, pid := range v.Processes() {
		info, ok := v.Info(pid)
		if !ok {
			continue
		}
		if v.InTransit(pid) == 0 {
			for _, to := range info.Monitors {
				judged = true
				if dead, is := to.(sim.PID); is && !v.Alive(dead) {
					flaws = append(flaws, Flaw{role(pid), fmt.Sprintf("%v monitors %v, which is dead, and has not heard", pid, dead),
						dead.Node() == pid.Node()})
				}
			}
		}
		if info.QueueLen > 0 {
			flaws = append(flaws, heardTwice(v, pid)...)
		}
	}
	return flaws, judged
}

func heardTwice(v sim.View, pid sim.PID) (flaws []Flaw) {
	heard := map[sim.Ref]bool{}
	for _, m := range v.Mailbox(pid) {
		if d, is := m.(sim.Down); is {
			if heard[d.Ref] {
				flaws = append(flaws, Flaw{"twice " + role(pid),
					fmt.Sprintf("%v hears twice, under %v, that %v has ended", pid, d.Ref, d.Object), true})
			}
			heard[d.Ref] = true
		}
	}
	return flaws
}
