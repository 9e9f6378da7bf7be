package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bedlam-sim/bedlam/sim"
)

// Deadlocks is nobody_waits_for_ever: when nothing can ever happen again, nobody waits in the middle of a call, or
// another function of package otp, for somebody's answer or end. To wait for just any message is what processes do when
// all is done, and from outside one that does so cannot be told from one that waits in vain: stuck, if given, says of
// such a waiter that it does.
func Deadlocks(stuck ...func(k sim.Waiter) bool) Rule {
	return &deadlocks{NewBase("nobody_waits_for_ever", KindAtEnd), stuck}
}

type deadlocks struct {
	Base
	stuck []func(k sim.Waiter) bool
}

// Finish judges who is left waiting.
func (r *deadlocks) Finish(v sim.View, res sim.Result) {
	r.Evaluate()
	cutOff(&r.Base, res)
	var key string
	var lines []string
	for _, w := range res.Deadlock {
		k, waits := v.Waiter(w.PID)
		if !waits || !asks(v, k) && !slices.ContainsFunc(r.stuck, func(stuck func(sim.Waiter) bool) bool { return stuck(k) }) {
			continue
		}
		if len(lines) == 0 {
			key = role(k.PID)
		}
		lines = append(lines, k.String())
	}
	if len(lines) > 0 {
		r.Break(res.Now, key, strings.Join(lines, "; "))
	}
	r.Base.Finish(v, res)
}

// asking are the packages below this module's sim in which a process that waits waits for somebody; elsewhere it may be
// the loop of a process.
var asking = []string{"otp", "otp/internal/gen", "otp/supervisor"}

// asks reports whether a process waits, inside a function of package otp, for one that it watches.
func asks(v sim.View, k sim.Waiter) bool {
	stack := v.Stack(k.PID)
	if k.Watches == nil || len(stack) == 0 {
		return false
	}
	_, below, ok := strings.Cut(stack[0].Package(), "/bedlam/sim/")
	return ok && slices.Contains(asking, below)
}

// Livelocks is time_goes_on: the run does not stop because processes run without end and no process's timer fires.
func Livelocks() Rule { return &livelocks{NewBase("time_goes_on", KindAlways)} }

type livelocks struct{ Base }

// Finish judges how the run stopped.
func (r *livelocks) Finish(v sim.View, res sim.Result) {
	r.Evaluate()
	if res.Stop == sim.StopLivelock {
		var who []sim.PID
		for _, pid := range v.Processes() {
			if info, ok := v.Info(pid); ok && (info.Status == "runnable" || info.Status == "running") {
				who = append(who, pid)
			}
		}
		key := ""
		if len(who) > 0 {
			key = role(who[0])
		}
		who = who[:min(len(who), 8)]
		r.Break(res.Now, key, fmt.Sprintf("processes ran %d times, and no process's timer fired; those that would go on: %v",
			res.Stalled, who))
	}
	r.Base.Finish(v, res)
}
