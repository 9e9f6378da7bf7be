package scheduler

// Pick is Next and Slice in one.
func (s *Scheduler) Pick() (t Task, reductions int32, ok bool) {
	if t, ok = s.Next(); ok {
		reductions = s.Slice(t)
	}
	return t, reductions, ok
}
