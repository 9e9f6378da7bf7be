package sim

import (
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// NoteDrop notes that a message of this process's went nowhere, because nobody is at the address. It is for those who
// send without a word of failure, as gen_server:cast does (GS9): whoever wonders why nothing happens finds it in the
// trace, and an Observer is told of it. Of what is sent to a process that has ended only the trace tells, with the
// process as its object.
func (p *Proc) NoteDrop(to Addr, msg any) {
	if !p.acts() {
		return
	}
	w := p.w
	w.note(trace.Drop, p.id, nil, addressID(to))
	if w.log.Keeping() || w.cfg.Observer != nil {
		w.tellText(trace.Drop, p.id, nil, to.Address(), msg)
	}
}

// addressID is the hash of an address.
func addressID(to Addr) uint64 {
	switch to := to.(type) {
	case Name:
		return choice.ID(string(to))
	case term.NameAt:
		return choice.ID(string(to.Name), string(to.Node))
	case term.Global:
		return choice.ID("global", string(to), "")
	case term.Via:
		return choice.ID("via", to.Registry, to.Name)
	}
	return choice.ID(to.Address()) // of another kind: it has no parts that we know of
}
