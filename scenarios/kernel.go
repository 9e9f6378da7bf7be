package scenarios

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/otp/netkernel"
	"github.com/bedlam-sim/bedlam/sim/otp/pg"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// startKernel starts what the kernel of a node in a cluster runs: rex, global_name_server, net_kernel, and the default
// scope of pg.
func startKernel(p *sim.Proc) {
	err := netkernel.Kernel(p)
	if err == nil {
		_, err = pg.Start(p, pg.Default)
	}
	if err != nil {
		p.HaltNode("could not start kernel: " + term.Format(err))
	}
}

// syncKernel waits until the node knows the global names of those it is connected to. Who does not connect to all shares
// no names (GLB12).
func syncKernel(p *sim.Proc) {
	if !p.Kernel().NoConnectAll {
		global.Sync(p)
	}
}
