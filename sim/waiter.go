package sim

import (
	"fmt"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim/term"
)

// Waiter is a process that waits in the middle of its code, and for what, as far as can be seen from outside.
type Waiter struct {
	PID     PID
	Site    Site          // where: the innermost place of the program's own code
	Watches any           // the PID or NameAt that it has monitored last and still does: whom it asks, if this is a call; or nil
	Left    time.Duration // until it gives up; Forever if it does not
	Queued  int           // messages in its mailbox, none of which it takes
	Mailbox []any         // the first of them
}

// mailShown is how many messages a Waiter holds.
const mailShown = 5

// String tells it in one line: <local/a> at main.serve (main/main.go:12), watches <local/b>, 1 message: hello.
func (k Waiter) String() string {
	var b strings.Builder
	b.WriteString(k.PID.String())
	if !k.Site.IsZero() {
		fmt.Fprintf(&b, " at %v", k.Site)
	}
	if k.Watches != nil {
		fmt.Fprintf(&b, ", watches %s", term.Format(k.Watches))
	}
	if k.Left != Forever {
		fmt.Fprintf(&b, ", for another %v", k.Left)
	}
	for i, m := range k.Mailbox {
		before := ", "
		if i == 0 {
			before = fmt.Sprintf(", %d in its mailbox: ", k.Queued)
		}
		b.WriteString(before + term.Format(m))
	}
	if k.Queued > len(k.Mailbox) {
		b.WriteString("…")
	}
	return b.String()
}

// Waiter looks at a process that waits in the middle of its code. ok is false if it does not.
func (v View) Waiter(pid PID) (k Waiter, ok bool) {
	p := v.w.alive(pid.Identity())
	if p == nil || !p.has(blocked) || p.state != waiting {
		return Waiter{}, false
	}
	k = Waiter{
		PID: pid, Site: v.Stack(pid).Own(), Watches: p.watchesLast(), Left: v.w.waitLeft(p),
		Queued: int(p.mail), Mailbox: v.Mailbox(pid),
	}
	k.Mailbox = k.Mailbox[:min(len(k.Mailbox), mailShown)]
	return k, true
}

// waiters looks at those that wait when nothing can happen any more. Sites cost a switch each: of a crowd only
// the first are asked for theirs.
func (v View) waiters() []Waiter {
	const asked = 32
	var all []Waiter
	for i, pid := range v.Blocked() {
		k := Waiter{PID: pid, Left: Forever}
		if i < asked {
			k, _ = v.Waiter(pid)
		}
		all = append(all, k)
	}
	return all
}

// watchesLast is what the newest of the process's monitors is on.
func (p *Proc) watchesLast() any {
	if p.x == nil {
		return nil
	}
	newest := uint64(0)
	for _, e := range p.x.monitors.all() {
		newest = max(newest, e.key)
	}
	if newest == 0 {
		return nil
	}
	return p.x.monitors.at(newest).shown()
}

// shown is what people are told that a monitor is on.
func (m *monitor) shown() any {
	if m.said != nil && m.said.object != nil {
		return m.said.object
	}
	return term.NewPID(m.target)
}
