package programs

import (
	"cmp"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// A counter of several nodes that no split can part: a number counts when most of the nodes keep it, and of two halves of a
// cluster one at most has most of them. Keepers keep; counters make proposals to them, in two rounds (Paxos, of one
// register that is read and written anew): who counts first has most of the keepers promise to heed nobody who came
// before, and learns the latest number; then he has them keep the next.

func init() {
	all["quorum.Keeper"] = scenarios.Program{
		About: "Keeps the number of a quorum.Counter on its node. It registers the local name quorum_keeper. What " +
			"it keeps and has promised is in a table of its node, which outlives it.",
		New: func(scenarios.Setting) genserver.Server { return &keeper{} },
	}
	all["quorum.Counter"] = scenarios.Program{
		About: "Counts together with those of the other nodes. Without most of the keepers it answers no_majority.",
		Params: []scenarios.Param{
			{Name: "nodes", Type: scenarios.IntType, Required: true, Least: 1, Most: 1000, About: "how many nodes have a keeper"},
		},
		Requests: []scenarios.Request{
			{Name: "increment", Call: true, About: "counts, and answers how far it is, or no_majority", Params: []scenarios.Param{
				{Name: "by", Type: scenarios.IntType, Default: "1", Least: 1, About: "by how much"},
			},
				Message: func(a scenarios.Args) any { return increment{By: arg[int64](a, "by")} }},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &quorumCounter{nodes: int(arg[int64](s.Args, "nodes"))}
		},
	}
}

const keeperName sim.Name = "quorum_keeper"

// A ballot is the number of a proposal, and who makes it.
type ballot struct {
	N  int64
	By sim.Atom
}

func (b ballot) less(c ballot) bool {
	return cmp.Or(cmp.Compare(b.N, c.N), cmp.Compare(b.By, c.By)) < 0
}

type (
	// quorumPromise asks a keeper to heed nobody who came before.
	quorumPromise struct {
		otp.Returns[kept]
		Ballot ballot
	}
	// quorumKeep asks it to keep a number.
	quorumKeep struct {
		otp.Returns[kept]
		Ballot ballot
		N      int64
	}
	// kept is a keeper's answer.
	kept struct {
		OK       bool
		Promised ballot // the latest
		Ballot   ballot // under which it keeps
		N        int64  // this
	}
)

type keeper struct {
	genserver.Base
	state kept
}

// Init registers the local name, and finds what a keeper before it has kept.
func (s *keeper) Init(p *sim.Proc) genserver.InitResult {
	p.Register(keeperName, p.Self())
	s.state, _ = p.Shared(string(keeperName)).(kept)
	return genserver.Ok()
}

// HandleCall promises, or keeps, unless it has promised otherwise.
func (s *keeper) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch r := req.(type) {
	case quorumPromise:
		if s.state.OK = s.state.Promised.less(r.Ballot); s.state.OK {
			s.state.Promised = r.Ballot
			p.Share(string(keeperName), s.state)
		}
		return genserver.Reply(r, s.state)
	case quorumKeep:
		if s.state.OK = !r.Ballot.less(s.state.Promised); s.state.OK {
			s.state = kept{OK: true, Promised: r.Ballot, Ballot: r.Ballot, N: r.N}
			p.Share(string(keeperName), s.state)
		}
		return genserver.Reply(r, s.state)
	}
	return s.Base.HandleCall(p, req, from)
}

type quorumCounter struct {
	genserver.Base
	nodes int
	last  int64 // the greatest number of a ballot it knows of
}

// noMajority is the answer of who does not know whether the increment counts.
const noMajority sim.Atom = "no_majority"

// HandleCall counts.
func (s *quorumCounter) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(increment)
	if !known {
		return s.Base.HandleCall(p, req, from)
	}
	for range 10 {
		s.last++
		b := ballot{s.last, p.Node()}
		willing, refused := s.ask(p, quorumPromise{Ballot: b})
		if refused > 0 && len(willing) <= s.nodes/2 { // another one is at it
			p.Sleep(time.Duration(1+p.Rand(50)) * time.Millisecond)
			continue
		}
		if len(willing) <= s.nodes/2 {
			break
		}
		n := latest(willing).N + r.By
		if willing, _ = s.ask(p, quorumKeep{Ballot: b, N: n}); len(willing) > s.nodes/2 {
			return genserver.ReplyAny(n)
		}
		break // it may count all the same: to try again might be to count twice
	}
	return genserver.ReplyAny(noMajority)
}

// latest is what was kept last, of all that was.
func latest(answers []kept) (last kept) {
	for _, a := range answers {
		if last.Ballot.less(a.Ballot) {
			last = a
		}
	}
	return last
}

// ask asks all keepers, and answers what those say who do it, and how many do not.
func (s *quorumCounter) ask(p *sim.Proc, req otp.Request[kept]) (willing []kept, refused int) {
	answers, _ := genserver.MultiCall(p, append(p.Nodes(), p.Node()), keeperName, req, 500*time.Millisecond)
	for _, a := range answers {
		s.last = max(s.last, a.Reply.Promised.N)
		if a.Reply.OK {
			willing = append(willing, a.Reply)
		} else {
			refused++
		}
	}
	return willing, refused
}
