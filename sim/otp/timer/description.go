package timer

import "github.com/bedlam-sim/bedlam/sim"

// DescribeTimer tells what the timer_server will do when one of its timers is due.
func (s *server) DescribeTimer(ref sim.Ref, msg any) string {
	if of, repeats := msg.(sim.Ref); repeats {
		ref = of
	}
	a := s.alarms[ref]
	if a == nil {
		return ""
	}
	text := a.job.String()
	if a.target != nil {
		text += " every " + a.every.String()
	}
	return text
}
