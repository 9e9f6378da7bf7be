package genstatem

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
)

// EnterLoop turns a process with a body into a machine when its body returns, which should be at once: it is
// the last thing to say. The body was started by otp.Start or the like; Init is not called. If name is
// not nil it must be the process's own, else the process exits. first, which is a Next, says where the
// machine begins and what else it does (GS13).
func EnterLoop[S comparable](p *sim.Proc, impl Machine[S], name sim.Addr, first Step[S], opts ...Option) {
	gen.CheckName(p, name)
	m := process(specOf[Machine[S]](name, opts), gen.Linked, impl)
	m.use(impl)
	m.Parent = p.Parent()
	p.Become(m)
	m.begin(p, &first)
}
