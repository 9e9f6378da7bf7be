package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// This file makes a report of a run that has stopped.

// report says how the run went.
func (r *Runner) report(seed uint64, res sim.Result) *reports.Run {
	run := &reports.Run{
		Scenario: r.sc.Name, File: r.sc.File, Seed: seed, Now: res.Now, For: r.length,
		Hash: res.Hash, Events: res.Events, Living: res.Living, Dull: r.opts.Plan != nil && r.opts.Plan.Dull,
	}
	if res.Stop == sim.StopIdle {
		run.Waiting = r.waiting(res.Deadlock)
	}
	run.Stop = r.stop(res, run.Waiting)
	end := res.Now
	if !run.Stop.CutOff() {
		end = r.length // nothing happens any more until then
	}
	for _, x := range r.rulings {
		v := x.finish(end, run.Stop)
		r.note(x)
		at := x.place()
		v.File, v.Line, v.Col = r.sc.File, at.Line, at.Col
		run.Verdicts = append(run.Verdicts, v)
	}
	run.Verdicts = append(append(run.Verdicts, r.failed...), r.unwritten(run, res)...)
	run.Failure = firstBroken(run.Verdicts)
	for _, h := range r.harms {
		run.Faults = append(run.Faults, h.counts())
	}
	for _, f := range r.forces {
		run.Workloads = append(run.Workloads, f.counts())
	}
	if run.Failure != nil || r.opts.Story {
		run.Story = r.story.lines()
	}
	return run
}

func (r *Runner) stop(res sim.Result, waiting []reports.Waiting) reports.Stop {
	switch res.Stop {
	case sim.StopTime:
		return reports.StopTime
	case sim.StopIdle:
		if len(waiting) > 0 {
			return reports.StopDeadlock
		}
		return reports.StopQuiet
	case sim.StopLivelock:
		return reports.StopLivelock
	case sim.StopEvents:
		return reports.StopEvents
	case sim.StopCrashed:
		return reports.StopCrash
	}
	if res.Events >= r.limit {
		return reports.StopEvents
	}
	return reports.StopHalted
}

// unwritten are the verdicts on rules that no file needs to write.
func (r *Runner) unwritten(run *reports.Run, res sim.Result) []reports.Verdict {
	v := reports.Verdict{Word: reports.Broken, At: res.Now, Evaluated: 1}
	switch run.Stop {
	case reports.StopDeadlock:
		v.Rule, v.Kind, v.Got = "nobody waits for ever", "deadlock", waitingText(run.Waiting)
	case reports.StopLivelock:
		v.Rule, v.Kind = "time goes on", "livelock"
		v.Got = fmt.Sprintf("processes ran %d times, and no process's timer fired", patience)
	case reports.StopEvents:
		v.Rule, v.Kind, v.Word = "the run comes to its end", "limit", reports.Undecided
		v.Got = fmt.Sprintf("cut off at %s of %s, after %s events (key limits: of run:)",
			FormatDuration(res.Now.Truncate(time.Microsecond)), FormatDuration(run.For), FormatCount(int64(res.Events)))
	case reports.StopCrash:
		v.Rule, v.Kind, v.Got = "the node starts", "start", term.Format(res.Crash)
	default:
		h := r.hosts[0]
		if h.node != nil || !h.gone || r.ready || len(r.failed) > 0 {
			return nil
		}
		v.Rule, v.Kind, v.At, v.Got = "the node starts", "start", h.died, "it went down before all applications had started"
	}
	return []reports.Verdict{v}
}

// firstBroken is the failure of a run: of what broke, what broke first.
func firstBroken(vs []reports.Verdict) *reports.Failure {
	var first *reports.Verdict
	for i := range vs {
		if v := &vs[i]; v.Word == reports.Broken && (first == nil || v.At < first.At) {
			first = v
		}
	}
	if first == nil {
		return nil
	}
	return &reports.Failure{Rule: first.Rule, Kind: first.Kind, At: first.At, Got: first.Got, Signature: first.Signature()}
}

// waiting lists those that wait in the midst of something when nothing can ever happen again: clients for
// their answers, and processes of the trees, which otherwise wait for messages only between two of them. If there are any it
// tells too of the processes that those of the trees have spawned: of those with mail that they do not wait for.
func (r *Runner) waiting(blocked []sim.Waiter) []reports.Waiting {
	var list, helpers []reports.Waiting
	for _, k := range blocked {
		if s := r.book.held[k.PID]; s != nil {
			if what := r.awaited(k.PID); what != aMessage || r.program(s.child).Kind != PlainKind { // its loop is a receive
				list = append(list, waits(k, s.label, what))
			}
			continue
		}
		if k.Queued > 0 && r.book.held[term.NewPID(k.PID.Identity().Parent)] != nil {
			helpers = append(helpers, waits(k, k.PID.String(), aMessage))
			continue
		}
		for _, f := range r.forces {
			i := slices.IndexFunc(f.clients, func(c *client) bool { return c.pid == k.PID })
			if i >= 0 && f.clients[i].asking != nil {
				k.Site = sim.Site{} // is the runner's
				who := fmt.Sprintf("client %d of %q", i+1, f.load.Name)
				list = append(list, waits(k, who, f.load.Request+" of "+f.clients[i].asking.label))
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	return append(list, helpers...)
}

// waits tells who waits, for what, where and with what in its mailbox.
func waits(k sim.Waiter, who, what string) reports.Waiting {
	w := reports.Waiting{Who: who, For: what, Site: k.Site.String(), Queued: k.Queued}
	for _, m := range k.Mailbox {
		w.Mailbox = append(w.Mailbox, term.Format(m))
	}
	return w
}

// aMessage is what somebody waits for of whom nothing else is known.
const aMessage = "a message"

// awaited is whom a process waits for: whoever calls somebody monitors him.
func (r *Runner) awaited(pid sim.PID) string {
	info, _ := r.world.View().Info(pid)
	var who []string
	for _, m := range info.Monitors {
		other, _ := m.(sim.PID)
		if s := r.book.held[other]; s != nil {
			who = append(who, s.label)
		} else {
			who = append(who, term.Format(m))
		}
	}
	if len(who) == 0 {
		return aMessage
	}
	return "an answer of " + strings.Join(who, ", ")
}

func waitingText(list []reports.Waiting) string {
	var parts []string
	for i, w := range list {
		if i == 3 {
			parts = append(parts, fmt.Sprintf("and %d more", len(list)-i))
			break
		}
		parts = append(parts, w.Who+" waits for "+w.For)
	}
	return strings.Join(parts, "; ")
}
