package check

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Scheduled is runnable_runs: who could run does run, within Limits.Wait (I15), unless others of a higher priority are ready
// too, or its node stands still. Under a policy that lets processes wait longer than others do, the limit is so much longer too.
func Scheduled(l Limits) Rule {
	l = l.orDefault()
	return &scheduled{Base: NewBase("runnable_runs", KindAlways), limits: l, next: l.Every, paused: map[sim.Atom]bool{}}
}

type scheduled struct {
	Base
	limits Limits
	next   time.Duration
	paused map[sim.Atom]bool
	since  map[sim.PID]readiness
}

// readiness is how far a process had come when it was first seen waiting for its turn.
type readiness struct {
	at         time.Duration
	reductions uint64
}

// Start asks which policy it is.
func (r *scheduled) Start(_ sim.Config, v sim.View) {
	times := patience(v.Policy())
	r.limits.Wait = min(r.limits.Wait, sim.Forever/times) * times // to wait for ever is to wait no longer
}

// patience is how many times as long as under most policies a process may have to wait for its turn.
func patience(p scheduler.Policy) time.Duration {
	switch p.(type) {
	case scheduler.POS: // who waits gains on those who come later once in 4 rounds, not in each
		return 4
	case scheduler.PCT: // once in 64 picks
		return 64
	}
	return 1
}

// Observe notes which nodes stand still.
func (r *scheduled) Observe(f sim.Fact) {
	if f.Kind != trace.Node {
		return
	}
	node, _ := f.Detail.(sim.Atom)
	switch f.Text {
	case "paused":
		r.paused[node] = true
	case "resumed", "up":
		r.paused[node] = false
		r.since = nil
	}
}

// Next is every so often.
func (r *scheduled) Next() time.Duration { return r.next }

// Look compares those who are ready with those who were at the last look.
func (r *scheduled) Look(v sim.View) {
	r.next = v.Now() + r.limits.Every
	ready, highest := r.ready(v)
	since := map[sim.PID]readiness{}
	for _, info := range ready {
		r.Evaluate()
		if rank(info.Priority) < highest { // it is starved, and rightly
			continue
		}
		was, again := r.since[info.PID]
		if !again || was.reductions != info.Reductions {
			was = readiness{v.Now(), info.Reductions}
		}
		since[info.PID] = was
		r.Near(span(v.Now()-was.at, r.limits.Wait))
		if v.Now()-was.at > r.limits.Wait {
			r.Break(v.Now(), role(info.PID), fmt.Sprintf("%v has been ready to run since %v, and did not", info.PID, was.at))
		}
	}
	r.since = since
}

// ready are those who could run, and their highest priority.
func (r *scheduled) ready(v sim.View) (ready []sim.Info, highest int) {
	for _, pid := range v.Processes() {
		info, ok := v.Info(pid)
		if !ok || info.Status != "runnable" || r.paused[pid.Node()] {
			continue
		}
		highest = max(highest, rank(info.Priority))
		ready = append(ready, info)
	}
	return ready, highest
}

// rank orders priorities. Low ones come after normal ones, but they do come.
func rank(p scheduler.Priority) int {
	switch p {
	case scheduler.Max:
		return 2
	case scheduler.High:
		return 1
	}
	return 0
}
