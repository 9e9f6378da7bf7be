package programs

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Work that is spread over the nodes of a cluster, and spread anew whenever one comes or goes. Two classic mistakes: who
// subscribes with options gets {nodeup, Node, Info}, and a clause for {nodeup, Node} never matches; and the Info of nodedown
// is not the reason, but a list, [{nodedown_reason, Reason}].

func init() {
	all["cluster.Watcher"] = scenarios.Program{
		About: "Does those of the shards that fall to its node: each to one of the nodes that it sees, in turn. It " +
			"registers the local name watcher.",
		Params: []scenarios.Param{
			{Name: "shards", Type: scenarios.IntType, Default: "12", Least: 1, Most: 1000, About: "how many; numbered from 0"},
			{Name: "blind", Type: scenarios.BoolType, Default: "false", About: "whether it subscribes with " +
				"[nodedown_reason] and yet matches {nodeup, Node} and {nodedown, Node, Reason}"},
			{Name: "raw", Type: scenarios.BoolType, Default: "false", About: "whether it takes the third part of nodedown for the reason"},
		},
		Requests: []scenarios.Request{{Name: "shards", Call: true, About: "answers which it does", Message: func(scenarios.Args) any { return shardsOf{} }}},
		New: func(s scenarios.Setting) genserver.Server {
			return &watcher{shards: int(arg[int64](s.Args, "shards")), blind: arg[bool](s.Args, "blind"), raw: arg[bool](s.Args, "raw")}
		},
	}
	all["cluster.Auditor"] = scenarios.Program{
		About: "Asks all watchers that its node sees what they do. If a shard is done twice, or by nobody, three " +
			"times in a row while no node comes or goes, it exits with double_work or work_undone.",
		Params: []scenarios.Param{
			{Name: "shards", Type: scenarios.IntType, Default: "12", Least: 1, Most: 1000, About: "how many there are"},
			{Name: "every", Type: scenarios.DurationType, Default: "1s", Least: 1, About: "how often it asks"},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &clusterAuditor{shards: int(arg[int64](s.Args, "shards")), every: arg[time.Duration](s.Args, "every")}
		},
	}
}

const watcherName sim.Name = "watcher"

type shardsOf struct{ otp.Returns[[]int] }

type watcher struct {
	genserver.Base
	shards int
	blind  bool
	raw    bool
	nodes  []sim.Atom // those that share the work, by name
}

// Init subscribes, and sees who is there.
func (s *watcher) Init(p *sim.Proc) genserver.InitResult {
	p.Register(watcherName, p.Self())
	p.MonitorNodes(true, sim.NodeMonitor{Reason: true})
	s.nodes = append(p.Nodes(), p.Node())
	slices.Sort(s.nodes)
	return genserver.Ok()
}

// HandleCall answers which shards fall to this node.
func (s *watcher) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(shardsOf)
	if !known {
		return s.Base.HandleCall(p, req, from)
	}
	var mine []int
	for i := range s.shards {
		if s.nodes[i%len(s.nodes)] == p.Node() {
			mine = append(mine, i)
		}
	}
	return genserver.Reply(r, mine)
}

// HandleInfo hears that a node has come or gone.
func (s *watcher) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	switch m := msg.(type) {
	case sim.NodeUp:
		if s.blind && m.Info != nil { // there is no clause for it, but the last: handle_info(_, State)
			p.Trace("unexpected:", sim.Tuple{sim.Atom("nodeup"), m.Node, m.Info})
			return genserver.NoReply()
		}
		if !slices.Contains(s.nodes, m.Node) {
			s.nodes = append(s.nodes, m.Node)
			slices.Sort(s.nodes)
		}
		return genserver.NoReply()
	case sim.NodeDown:
		p.Logf("%s is gone: %s", m.Node, s.why(m))
		s.nodes = slices.DeleteFunc(s.nodes, func(n sim.Atom) bool { return n == m.Node })
		return genserver.NoReply()
	}
	return s.Base.HandleInfo(p, msg)
}

// why is the reason of a nodedown, as text.
func (s *watcher) why(m sim.NodeDown) string {
	var reason any = m.Info
	if !s.raw {
		for _, x := range m.Info {
			if t, is := x.(sim.Tuple); is && t[0] == sim.Atom("nodedown_reason") {
				reason = t[1]
			}
		}
	}
	word, is := reason.(sim.Atom)
	if !is {
		panic(&sim.Error{Reason: "badarg", Op: "atom_to_list", Detail: term.Format(reason)})
	}
	return string(word)
}

type clusterAuditor struct {
	genserver.Base
	shards  int
	every   time.Duration
	nodes   []sim.Atom // whom it saw last time
	verdict sim.Atom   // and what it found
	times   int        // how often in a row
}

// Init sets the first timer.
func (s *clusterAuditor) Init(p *sim.Proc) genserver.InitResult {
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.Ok()
}

// HandleInfo asks all.
func (s *clusterAuditor) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if msg != any(tick) {
		return s.Base.HandleInfo(p, msg)
	}
	nodes := append(p.Nodes(), p.Node())
	found := s.ask(p, nodes)
	if found == "" || found != s.verdict || !slices.Equal(nodes, s.nodes) {
		s.times = 0
	}
	s.nodes, s.verdict = nodes, found
	if s.times++; found != "" && s.times >= 3 {
		return genserver.Stop(found)
	}
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.NoReply()
}

// ask finds out what is wrong; "" is nothing, or that one did not answer.
func (s *clusterAuditor) ask(p *sim.Proc, nodes []sim.Atom) sim.Atom {
	done := make([]int, s.shards)
	for _, n := range nodes {
		shards, err := otp.Call(p, term.NameAt{Name: watcherName, Node: n}, shardsOf{}, otp.Within(s.every))
		if err != nil {
			return ""
		}
		for _, i := range shards {
			if i < len(done) {
				done[i]++
			}
		}
	}
	switch {
	case slices.Max(append(done, 0)) > 1:
		return "double_work"
	case slices.Contains(done, 0):
		return "work_undone"
	}
	return ""
}
