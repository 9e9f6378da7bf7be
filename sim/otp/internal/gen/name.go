package gen

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// CheckName exits a process that enters a behaviour's loop by a name that is not its own (GS13); nil is no name.
func CheckName(p *sim.Proc, name sim.Addr) {
	if name == nil {
		return
	}
	if pid, ok := otp.Whereis(p, name); ok && pid == p.Self() {
		return
	}
	switch name := name.(type) {
	case term.Global:
		p.ExitSelf(sim.Atom("process_not_registered_globally"))
	case term.Via:
		p.ExitSelf(sim.Tuple{sim.Atom("process_not_registered_via"), sim.Atom(name.Registry)})
	}
	p.ExitSelf(sim.Atom("process_not_registered"))
}
