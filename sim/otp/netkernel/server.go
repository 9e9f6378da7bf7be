package netkernel

import (
	"errors"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/otp/rpc"
	"github.com/bedlam-sim/bedlam/sim/term"
)

const serverName sim.Name = "net_kernel"

// Kernel starts what the kernel of every node runs: rex, global_name_server and net_kernel. It is for the node's Boot, before
// anything else. The error is that one of them runs already. A scope of pg is not among them: OTP's kernel
// starts one only if it is told to.
func Kernel(p *sim.Proc) error {
	return errors.Join(rpc.Start(p), global.Start(p), Start(p))
}

// Start starts net_kernel, which answers for the node when others ask whether it is there. It is for the node's Boot. The
// error is that it runs already.
func Start(p *sim.Proc) error {
	if pid, running := p.Whereis(serverName); running {
		return otp.AlreadyStarted(pid)
	}
	_, err := otp.Start(p, string(serverName), func(p *sim.Proc) {
		p.Register(serverName, p.Self())
		otp.InitAck(p, nil)
		genserver.EnterLoop(p, &server{}, serverName, genserver.Ok())
	}, otp.StartOptions{Hidden: true})
	return err
}

// isAuth asks whether a node may talk to this one. Since the connection stands, it may.
type isAuth struct {
	otp.Returns[sim.Atom]
	Node sim.Atom
}

// server is net_kernel.
type server struct {
	genserver.Base
	change *transition // of net_ticktime; nil if there is none
}

// HandleCall answers isAuth and newTicktime, and nothing else, as OTP does.
func (s *server) HandleCall(p *sim.Proc, req any, _ otp.From) genserver.Result {
	switch r := req.(type) {
	case isAuth:
		return genserver.Reply(r, sim.Atom("yes"))
	case newTicktime:
		return genserver.Reply(r, s.ticktime(p, r))
	}
	return genserver.NoReply()
}

// HandleCast ignores what it is not asked.
func (*server) HandleCast(*sim.Proc, any) genserver.Result { return genserver.NoReply() }

// HandleInfo ticks when it is time, and ignores what it is not asked.
func (s *server) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if _, is := msg.(auxTick); is {
		return s.auxTicked(p)
	}
	return genserver.NoReply()
}

// Ping connects to a node, if need be, and reports whether its net_kernel answers: net_adm:ping, true is pong. If not,
// the node is disconnected. There is no time-out: a node that stands still is waited for until ticks find it.
func Ping(p *sim.Proc, node sim.Atom) bool {
	to := term.NameAt{Name: serverName, Node: node}
	yes, err := otp.Call(p, to, isAuth{Node: p.Node()}, otp.Within(sim.Forever))
	if err != nil || yes != "yes" {
		p.DisconnectNode(node)
		return false
	}
	return true
}

// World pings the nodes, in their order, and lists those that answer: net_adm:world of the nodes that a file of hosts
// would give.
func World(p *sim.Proc, nodes ...sim.Atom) (there []sim.Atom) {
	for _, n := range nodes {
		if Ping(p, n) {
			there = append(there, n)
		}
	}
	return there
}
