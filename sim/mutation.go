package sim

import (
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// mutations finds messages that are shared memory by accident: it hashes what is under way at every send
// and after every slice, so that the process that changed a message is the one whose slice has just ended.
type mutations struct {
	w        *World
	inFlight table[*Msg, sentMsg]
}

type sentMsg struct {
	hash uint64
	body any
	to   PID
}

// Mutated is the exit reason of a process that changed a message after it was sent.
type Mutated struct {
	By   PID
	From PID
	To   PID
	Body any
}

// Error says who changed what.
func (m *Mutated) Error() string {
	return m.By.String() + " changed a message from " + m.From.String() + " to " + m.To.String() +
		" after it was sent; it is now " + term.Format(m.Body)
}

func (c *mutations) sent(m *Msg, to *Proc) {
	if hash, mutable := term.Hash(m.body); mutable {
		c.inFlight.put(m, sentMsg{hash, m.body, to.Self()})
	}
}

// sliceEnded looks at everything under way: what has changed, the process that just ran has changed.
func (c *mutations) sliceEnded(p *Proc) {
	for i := 0; i < c.inFlight.len(); i++ {
		s := &c.inFlight.entries[i].val
		hash, _ := term.Hash(s.body)
		if hash == s.hash {
			continue
		}
		s.hash = hash
		found := &Mutated{By: p.Self(), From: c.inFlight.entries[i].key.From(), To: s.to, Body: s.body}
		c.w.noteText(trace.Report, p.id, nil, "mutation", found)
		c.w.signal(exitSignal, nil, p, Ref{}, 0, found)
	}
}
