package sim

import (
	"cmp"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Pending is a timer that runs.
type Pending struct {
	Kind    PendingKind
	Owner   PID           // who started it, or who waits; zero if it is the world's own
	To      Addr          // whom it sends to: a PID or a NameAt; nil if it sends nothing
	Left    time.Duration // until it is due
	Ref     Ref           // of SendAfter and StartTimer
	Message any           // what it sends
}

// PendingKind is what a timer does when it is due.
type PendingKind string

// The kinds.
const (
	PendingSend    PendingKind = "send_after"  // sends the message as it is
	PendingTimeout PendingKind = "start_timer" // sends {timeout, Ref, Message}
	PendingWait    PendingKind = "wait"        // ends a receive, or a handler's After
	PendingWorld   PendingKind = "world"       // has the world do something: a fault, a plan
)

// Timers lists the timers that run, the one that is due first first.
func (v View) Timers() []Pending {
	w := v.w
	var all []Pending
	w.sched.Each(func(alarm any, when scheduler.Time) {
		if t := alarm.(*timer); t.use != lands && t.use != ticks {
			all = append(all, w.pending(t, when))
		}
	})
	for _, k := range w.waits[:w.waiting] {
		all = append(all, Pending{Kind: PendingWait, Owner: k.p.Self(), Left: w.until(k.when)})
	}
	slices.SortStableFunc(all, func(a, b Pending) int {
		return cmp.Or(cmp.Compare(a.Left, b.Left), a.Owner.Compare(b.Owner), cmp.Compare(a.Ref.N(), b.Ref.N()))
	})
	return all
}

// pending is what there is to tell about a timer.
func (w *World) pending(t *timer, when scheduler.Time) Pending {
	k := Pending{Left: w.until(when), Ref: t.ref, Message: t.msg}
	switch t.use {
	case acts:
		return Pending{Kind: PendingWorld, Left: k.Left}
	case endsWait:
		return Pending{Kind: PendingWait, Left: k.Left, Owner: t.dest.Self()}
	case sendsTimeout:
		k.Kind = PendingTimeout
	default:
		k.Kind = PendingSend
	}
	k.Owner = t.ref.Owner()
	if t.dest != nil {
		k.To = t.dest.Self()
	} else {
		k.To = term.NameAt{Name: t.name, Node: t.node.home.Node}
	}
	return k
}

// until is how long it is until then.
func (w *World) until(when scheduler.Time) time.Duration {
	return time.Duration(max(0, when-w.sched.Now()))
}

// waitLeft is how long a process waits at most from now on; Forever if there is no limit.
func (w *World) waitLeft(p *Proc) time.Duration {
	switch x := p.x; {
	case !p.has(armed):
		return Forever
	case p.waitAt != 0:
		return w.until(w.waits[p.waitAt-1].when)
	default:
		left, _ := w.sched.Left(x.wait.alarm)
		return time.Duration(left)
	}
}
