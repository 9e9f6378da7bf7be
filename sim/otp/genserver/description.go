package genserver

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// Of is the Server that a process runs, for those who look at a world from outside. ok is false if the process
// runs none, or not yet. It belongs to the process: look, do not touch.
func Of(v sim.View, pid sim.PID) (impl Server, ok bool) {
	s, ok := v.Behaviour(pid).(*server)
	if !ok {
		return nil, false
	}
	if _, early := s.impl.(unborn); early {
		return nil, false
	}
	return s.impl, true
}

// Describe tells what the process is, and lets the Server have a say in it.
func (s *server) Describe(d *otp.Description) {
	s.Core.Describe(d)
	if _, early := s.impl.(unborn); early {
		return
	}
	d.Module = s.SystemModule()
	if x, ok := s.impl.(otp.Describer); ok {
		x.Describe(d)
	}
}

// DescribeTimer asks the Server.
func (s *server) DescribeTimer(ref sim.Ref, msg any) string {
	if x, ok := s.impl.(otp.TimerDescriber); ok {
		return x.DescribeTimer(ref, msg)
	}
	return ""
}
