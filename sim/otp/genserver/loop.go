package genserver

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
)

// EnterLoop turns a process with a body into a server when its body returns, which should be at once: it is
// the last thing to say. The body was started by otp.Start or the like; Init is not called. If name is
// not nil it must be the process's own, else the process exits. first, which is Ok, says what the server
// begins with: Ok().Timeout(d), say (GS13).
func EnterLoop(p *sim.Proc, impl Server, name sim.Addr, first InitResult, opts ...Option) {
	gen.CheckName(p, name)
	spec := specOf(name, "", opts)
	s := &server{Core: gen.NewCore(spec, gen.Linked), impl: impl}
	s.Parent = p.Parent()
	p.Become(s)
	s.proceed(p, first)
}
