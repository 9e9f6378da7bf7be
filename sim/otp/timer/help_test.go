package timer_test

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
	"github.com/bedlam-sim/bedlam/sim/otp/timer"
)

// suspend keeps a server from doing anything for d.
func suspend(p *sim.Proc, server sim.PID, d time.Duration) {
	sys.Suspend(p, server)
	p.Sleep(d)
	sys.Resume(p, server)
}

// watch waits until there is a timer_server.
func watch(p *sim.Proc) sim.PID {
	timer.Start(p)
	pid, _ := p.Whereis(timer.Server)
	return pid
}

func waiting(p *sim.Proc, pid sim.PID) int {
	info, _ := p.Info(pid)
	return info.QueueLen
}

func monitors(p *sim.Proc, pid sim.PID) int {
	info, _ := p.Info(pid)
	return len(info.Monitors)
}
