package sim

import (
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Dropped notes that a message of this process's went nowhere, because nobody is at the address. It is for those who send
// without a word of failure, as gen_server:cast does (GS9): whoever wonders why nothing happens finds it in the trace.
func (p *Proc) Dropped(to Addr, msg any) {
	if p.acts() {
		p.w.noteText(trace.Drop, p.id, nil, term.Format(to), msg)
	}
}
