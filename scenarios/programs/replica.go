package programs

import (
	"fmt"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// A counter with a replica on every node. One of them has a global name and counts; when it is gone another takes
// its place. A replica keeps its number in a table of its node, which outlives it: three copies in three processes are
// gone when a node is down and two processes are killed before the first of them is told again.

func init() {
	all["replica.Counter"] = scenarios.Program{
		About: "Counts, if it is the one that has the global name; all others keep what it tells them, and try to " +
			"get the name when it is gone. It registers the local name counter_replica.",
		Params: []scenarios.Param{
			{Name: "name", Type: scenarios.TextType, Default: "counter", About: "the global name"},
			{Name: "behind", Type: scenarios.DurationType, Default: "0s", About: "how long after it has answered it " +
				"tells the others; 0s: before it answers"},
		},
		Requests: []scenarios.Request{
			{Name: "increment", Call: true, About: "counts, and answers how far it is, or not_leader", Params: []scenarios.Param{
				{Name: "by", Type: scenarios.IntType, Default: "1", Least: 1, About: "by how much"},
			},
				Message: func(a scenarios.Args) any { return replicaAdd{By: arg[int64](a, "by")} }},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &replica{name: sim.Atom(arg[string](s.Args, "name")), behind: arg[time.Duration](s.Args, "behind")}
		},
	}
	all["replica.Auditor"] = scenarios.Program{
		About: "Counts with whoever has the global name, and exits with count_lost if it ever knows less than it did.",
		Params: []scenarios.Param{
			{Name: "name", Type: scenarios.TextType, Default: "counter", About: "the global name"},
			{Name: "every", Type: scenarios.DrawnType, Default: "100ms", Least: 1, About: "how often"},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &replicaAuditor{name: arg[string](s.Args, "name"), every: arg[scenarios.Drawn](s.Args, "every")}
		},
	}
}

const replicaName sim.Name = "counter_replica"

type (
	replicaAdd struct {
		otp.Returns[any]
		By int64
	}
	// replicaSet tells the others, and waits until they know.
	replicaSet struct {
		otp.Returns[sim.Atom]
		N int64
	}
	replicaGet struct{ otp.Returns[int64] }
)

type replica struct {
	genserver.Base
	name   sim.Atom
	behind time.Duration
	leader bool
	late   bool // the others will be told
	watch  sim.Ref
}

// Init registers the local name, and then looks who leads.
func (s *replica) Init(p *sim.Proc) genserver.InitResult {
	p.Register(replicaName, p.Self())
	return genserver.Ok().Continue(tick)
}

// HandleContinue looks who leads.
func (s *replica) HandleContinue(p *sim.Proc, _ any) genserver.Result { return s.elect(p) }

// table is where the number is kept.
func (s *replica) table() string { return "replica.Counter " + string(s.name) }

// number is how far this node knows that it has been counted.
func (s *replica) number(p *sim.Proc) int64 {
	n, _ := p.Shared(s.table()).(int64)
	return n
}

// keep keeps a number, unless a larger one is known.
func (s *replica) keep(p *sim.Proc, n int64) {
	if n > s.number(p) {
		p.Share(s.table(), n)
	}
}

// elect takes the name, or watches who has it. Who takes it asks the others first how far they are.
func (s *replica) elect(p *sim.Proc) genserver.Result {
	if s.leader = global.RegisterName(p, s.name, p.Self(), nil); s.leader {
		for _, node := range p.Nodes() {
			s.catchUp(p, node)
		}
		return genserver.NoReply()
	}
	pid, known := global.WhereisName(p, s.name)
	if !known {
		p.SendAfter(100*time.Millisecond, p.Self(), tick)
		return genserver.NoReply()
	}
	s.watch = p.Monitor(pid)
	return genserver.NoReply()
}

// catchUp asks a node how far it is, again and again while its replica is about to be started, or busy: what that knows may
// be known to nobody else.
func (s *replica) catchUp(p *sim.Proc, node sim.Atom) {
	for tries := 0; tries < 100 && slices.Contains(p.Nodes(), node); tries++ {
		n, err := otp.Call(p, term.NameAt{Name: replicaName, Node: node}, replicaGet{})
		if err == nil {
			s.keep(p, n)
			return
		}
		p.Sleep(10 * time.Millisecond)
	}
}

// HandleCall counts, if it leads, and keeps what it is told.
func (s *replica) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch r := req.(type) {
	case replicaAdd:
		if !s.leader {
			return genserver.Reply(r, any(sim.Atom("not_leader")))
		}
		n := s.number(p) + r.By
		s.keep(p, n)
		switch {
		case s.behind == 0:
			genserver.MultiCall(p, p.Nodes(), replicaName, replicaSet{N: n}, sim.Forever)
		case !s.late:
			s.late = true
			p.SendAfter(s.behind, p.Self(), replicaTell)
		}
		return genserver.Reply(r, any(n))
	case replicaSet:
		s.keep(p, r.N)
		return genserver.Reply(r, ok)
	case replicaGet:
		return genserver.Reply(r, s.number(p))
	}
	return s.Base.HandleCall(p, req, from)
}

// HandleCast keeps what it is told.
func (s *replica) HandleCast(p *sim.Proc, msg any) genserver.Result {
	if r, is := msg.(replicaSet); is {
		s.keep(p, r.N)
		return genserver.NoReply()
	}
	return s.Base.HandleCast(p, msg)
}

// replicaTell is when the others are told.
const replicaTell sim.Atom = "tell"

// HandleInfo tells the others, or hears that the leader is gone.
func (s *replica) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if msg == any(replicaTell) {
		s.late = false
		otp.Abcast(p, p.Nodes(), replicaName, replicaSet{N: s.number(p)})
		return genserver.NoReply()
	}
	if d, is := msg.(sim.Down); is && d.Ref == s.watch || msg == any(tick) {
		return s.elect(p)
	}
	return s.Base.HandleInfo(p, msg)
}

type replicaAuditor struct {
	genserver.Base
	name  string
	every scenarios.Drawn
	known int64
}

// Init sets the first timer.
func (s *replicaAuditor) Init(p *sim.Proc) genserver.InitResult {
	p.SendAfter(s.every.Draw(p.Rand), p.Self(), tick)
	return genserver.Ok()
}

// HandleInfo counts one further. Nobody there, or nobody who leads yet, is nothing to worry about.
func (s *replicaAuditor) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if msg != any(tick) {
		return s.Base.HandleInfo(p, msg)
	}
	v, _ := otp.Call(p, term.Global(s.name), replicaAdd{By: 1})
	if n, counted := v.(int64); counted {
		if n <= s.known {
			p.Trace("the counter has", fmt.Sprintf("%d after it had %d", n, s.known))
			return genserver.Stop(sim.Atom("count_lost"))
		}
		s.known = n
	}
	p.SendAfter(s.every.Draw(p.Rand), p.Self(), tick)
	return genserver.NoReply()
}
