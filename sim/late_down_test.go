package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// MON2: that nobody has a PID is told when the slice of who monitors it ends, when it would wait, or when it makes
// another monitor: not before. A name that nobody has is told of at once.
func TestMonitor_late_MON2(t *testing.T) {
	say := func(p *sim.Proc, what string) { p.Send(p.Self(), what) }
	tests := []struct {
		name string
		do   func(p *sim.Proc, dead sim.PID)
		want string
	}{
		{"self", func(p *sim.Proc, dead sim.PID) { p.Monitor(dead); say(p, "x") }, "x down"},
		{"link", func(p *sim.Proc, dead sim.PID) { p.Monitor(dead); p.Link(dead) }, "exit down"},
		{"three", func(p *sim.Proc, dead sim.PID) {
			for _, x := range []string{"a", "b", "c"} {
				p.Monitor(dead)
				say(p, x)
			}
		}, "a down b down c down"},
		{"of the living", func(p *sim.Proc, dead sim.PID) {
			p.Monitor(dead)
			p.Monitor(p.Parent())
			say(p, "x")
		}, "down x"},
		{"exit signal", func(p *sim.Proc, dead sim.PID) {
			p.Monitor(dead)
			p.Exit(dead, "boom")
			say(p, "x")
		}, "down x"},
		{"request", func(p *sim.Proc, dead sim.PID) { p.Request(dead, otp.CallTag, 0, "q"); say(p, "x") }, "x down"},
		{"alias", func(p *sim.Proc, dead sim.PID) { p.MonitorAlias(dead); say(p, "x") }, "x down"},
		{"alias and send", func(p *sim.Proc, dead sim.PID) {
			r := p.MonitorAlias(dead)
			p.SendTaggedNoConnect(dead, otp.CallTag, r, 0, "q")
			say(p, "x")
		}, "x down"},
		{"name", func(p *sim.Proc, _ sim.PID) { p.Monitor(sim.Name("nobody")); say(p, "x") }, "down x"},
		{"no wait", func(p *sim.Proc, dead sim.PID) {
			p.Monitor(dead)
			if _, err := sim.Any(p, sim.After(0)); err != nil {
				say(p, "none")
			}
		}, "none down"},
		{"wait", func(p *sim.Proc, dead sim.PID) {
			p.Monitor(dead)
			if _, err := sim.Any(p, sim.After(time.Second)); err == nil {
				say(p, "some")
			}
		}, "some"},
		{"demonitor", func(p *sim.Proc, dead sim.PID) { say(p, fmt.Sprint(p.Demonitor(p.Monitor(dead)))) }, "true"},
		{"yield", func(p *sim.Proc, dead sim.PID) { p.Monitor(dead); p.Yield(); say(p, "x") }, "down x"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			boot := func(p *sim.Proc) {
				dead := p.Spawn("dead", func(*sim.Proc) {})
				p.Sleep(time.Second)
				p.Spawn("main", func(p *sim.Proc) {
					p.TrapExit(true)
					c.do(p, dead)
					for {
						m, err := sim.Any(p, sim.After(time.Second))
						if err != nil {
							return
						}
						switch m := m.(type) {
						case sim.Down:
							got = append(got, "down")
						case sim.Exit:
							got = append(got, "exit")
						default:
							got = append(got, fmt.Sprint(m))
						}
					}
				})
				p.Sleep(time.Hour)
			}
			w := sim.New(sim.Config{Boot: boot, Source: choice.Dull(), Policy: scheduler.FIFO{}, ReductionCost: sim.Free})
			defer w.Close()
			w.Run(time.Minute)
			if got := strings.Join(got, " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
