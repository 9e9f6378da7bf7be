package check

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Mailboxes is mailbox_bound: no mailbox holds more than Limits.Mailbox messages when somebody looks.
func Mailboxes(l Limits) Rule {
	l = l.orDefault()
	return &mailboxes{Base: NewBase("mailbox_bound", KindAlways), limits: l, next: l.Every}
}

type mailboxes struct {
	Base
	limits Limits
	next   time.Duration
}

// Next is every so often.
func (r *mailboxes) Next() time.Duration { return r.next }

// Look counts.
func (r *mailboxes) Look(v sim.View) {
	r.next = v.Now() + r.limits.Every
	for _, pid := range v.Processes() {
		r.Evaluate()
		info, _ := v.Info(pid)
		n := info.QueueLen
		r.Near(count(n, r.limits.Mailbox))
		if n > r.limits.Mailbox && !r.IsBroken() {
			r.Break(v.Now(), role(pid), fmt.Sprintf("%v has %d messages in its mailbox, the first: %s", pid, n,
				term.Format(v.Mailbox(pid)[0])))
		}
	}
}

// Finish looks a last time.
func (r *mailboxes) Finish(v sim.View, res sim.Result) {
	r.Look(v)
	r.Base.Finish(v, res)
}
