package pg

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// scope is the process: a gen_server that writes the view of its node.
type scope struct {
	genserver.Base
	*view
	name  sim.Name
	bugs  bug
	local table[joiner] // by PID: the members of this node
	peers table[peer]   // by PID: the scopes of other nodes that are known
	watch watch
}

// joiner is a member of this node: our monitor of it, and the groups it is in, the newest first.
type joiner struct {
	ref    sim.Ref
	groups []any
}

// peer is the scope of another node: our monitor of it, and whom it has told of.
type peer struct {
	ref    sim.Ref
	groups table[[]sim.PID]
}

func newScope(name sim.Name, bugs bug) func() *scope {
	return func() *scope { return &scope{view: &view{}, name: name, bugs: bugs} }
}

// Init looks for the scopes of other nodes.
func (s *scope) Init(p *sim.Proc) genserver.InitResult {
	s.owner = p.Self()
	p.Share(shareKey(s.name), s.view)
	p.MonitorNodes(true, sim.NodeMonitor{})
	for _, n := range p.Nodes() {
		s.discover(p, n)
	}
	return genserver.Ok()
}

func (s *scope) discover(p *sim.Proc, node sim.Atom) {
	p.Send(term.NameAt{Name: s.name, Node: node}, discover{p.Self()})
}

// HandleCall is for the processes of the node.
func (s *scope) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch r := req.(type) {
	case joinLocal:
		s.joinLocal(p, r.Group, r.PIDs)
		return genserver.Reply(r, true)
	case leaveLocal:
		return genserver.Reply(r, s.leaveLocal(p, r.Group, r.PIDs))
	case monitorGroup:
		ref := s.watch.group(p, from.PID, r.Group)
		return genserver.Reply(r, subscription{ref, []Group{{r.Group, s.members(r.Group)}}})
	case monitorScope:
		return genserver.Reply(r, subscription{s.watch.scope(p, from.PID), s.list(false)})
	case demonitor:
		was := s.watch.drop(r.Ref)
		if was {
			p.Demonitor(r.Ref, sim.Flush())
		}
		return genserver.Reply(r, was)
	}
	return s.Base.HandleCall(p, req, from)
}

// HandleCast is for what a scope answers to discover.
func (s *scope) HandleCast(p *sim.Proc, msg any) genserver.Result {
	if m, ok := msg.(sync); ok {
		s.sync(p, m)
		return genserver.NoReply()
	}
	return s.Base.HandleCast(p, msg)
}

// HandleInfo is for what the scopes of other nodes tell, and for ends.
func (s *scope) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	switch m := msg.(type) {
	case discover:
		s.discovered(p, m.Peer)
	case join:
		if k := s.peers.at(m.Peer); k != nil {
			s.joinRemote(p, &k.val, m.Group, m.PIDs)
		}
	case leave:
		s.leaveRemote(p, m)
	case sim.Down:
		s.down(p, m)
	case sim.NodeUp:
		s.discover(p, m.Node)
	case sim.NodeDown: // the monitor of its scope tells
	default:
		return s.Base.HandleInfo(p, msg)
	}
	return genserver.NoReply()
}

// joinLocal makes processes of this node members.
func (s *scope) joinLocal(p *sim.Proc, group any, pids []sim.PID) {
	for _, pid := range pids {
		if s.local.at(pid) == nil {
			s.local.make(pid).val.ref = p.Monitor(pid)
		}
		j := &s.local.at(pid).val
		j.groups = slices.Insert(j.groups, 0, group)
	}
	s.join(group, pids, true)
	s.watch.joined(p, group, pids)
	s.tell(p, join{p.Self(), group, pids})
}

// leaveLocal takes processes of this node out, and reports whether any was in.
func (s *scope) leaveLocal(p *sim.Proc, group any, pids []sim.PID) (was bool) {
	for _, pid := range pids {
		r := s.local.at(pid)
		if r == nil {
			continue
		}
		i := slices.IndexFunc(r.val.groups, func(g any) bool { return term.Equal(g, group) })
		if i < 0 {
			continue
		}
		was = true
		r.val.groups = slices.Delete(r.val.groups, i, i+1)
		if len(r.val.groups) == 0 {
			s.local.remove(r)
			p.Demonitor(r.val.ref, sim.Flush())
		}
	}
	if was {
		s.leave(group, pids, true)
		s.watch.left(p, group, pids)
		s.tell(p, leave{p.Self(), pids, []any{group}})
	}
	return was
}

// tell tells the scopes that are known, and connects to none for it.
func (s *scope) tell(p *sim.Proc, msg any) {
	for _, k := range s.peers.rows {
		p.SendNoConnect(k.key.(sim.PID), msg)
	}
}

// discovered answers a scope of another node.
func (s *scope) discovered(p *sim.Proc, pid sim.PID) {
	otp.Cast(p, pid, sync{p.Self(), s.list(true)})
	if s.peers.at(pid) == nil {
		s.meet(p, pid)
		p.SendNoConnect(pid, discover{p.Self()})
	}
}

// meet makes a scope of another node known.
func (s *scope) meet(p *sim.Proc, pid sim.PID) *peer {
	if k := s.peers.at(pid); k != nil {
		return &k.val
	}
	k := s.peers.make(pid)
	k.val.ref = p.Monitor(pid)
	return &k.val
}

// sync puts what a scope has in the place of what it had told before.
func (s *scope) sync(p *sim.Proc, m sync) {
	k := s.meet(p, m.Peer)
	had := k.groups
	k.groups = table[[]sim.PID]{}
	for _, g := range m.Groups {
		k.groups.make(g.Name).val = g.Members
		var old []sim.PID
		if r := had.at(g.Name); r != nil {
			old = r.val
			had.remove(r)
		}
		s.replace(g.Name, old, g.Members)
		s.tellSync(p, g, old)
	}
	for _, r := range had.rows {
		s.leave(r.key, r.val, false)
		s.watch.left(p, r.key, r.val)
	}
}

// tellSync tells of a group whose members on another node have changed while nobody told. OTP 25 does so if there
// were none before, and not if others were (PG3).
func (s *scope) tellSync(p *sim.Proc, g Group, old []sim.PID) {
	if p.Compat() == sim.OTP25 && len(old) > 0 {
		return
	}
	if came := without(g.Members, old); len(came) > 0 {
		s.watch.joined(p, g.Name, came)
	}
	if gone := without(old, g.Members); len(gone) > 0 {
		s.watch.left(p, g.Name, gone)
	}
}

// joinRemote hears that processes of another node have joined.
func (s *scope) joinRemote(p *sim.Proc, k *peer, group any, pids []sim.PID) {
	r := k.groups.make(group)
	r.val = slices.Concat(pids, r.val)
	s.join(group, pids, false)
	s.watch.joined(p, group, pids)
}

// leaveRemote hears that processes of another node have left. Who says so may have been given up, and not know it: its
// node was lost and is connected again, and it has that still to hear.
func (s *scope) leaveRemote(p *sim.Proc, m leave) {
	k := s.peers.at(m.Peer)
	if k == nil {
		if s.bugs.has(bugFlicker) {
			panic(sim.Tuple{sim.Atom("badkey"), m.Peer})
		}
		return
	}
	for _, group := range m.Groups {
		s.leave(group, m.PIDs, false)
		s.watch.left(p, group, m.PIDs)
		if s.bugs.has(bugRemain) {
			continue
		}
		if r := k.val.groups.at(group); r != nil {
			if r.val = without(r.val, m.PIDs); len(r.val) == 0 {
				k.val.groups.remove(r)
			}
		}
	}
}

// down hears that a process has ended: a member, a scope, or one that was to be told.
func (s *scope) down(p *sim.Proc, d sim.Down) {
	member := s.local.at(d.Object)
	if member != nil && d.Ref != member.val.ref && p.Compat() == sim.OTP25 { // a watcher who is a member too (B50)
		panic(sim.Tuple{sim.Atom("case_clause"), sim.Tuple{sim.Tuple{member.val.ref, member.val.groups}}})
	}
	switch k := s.peers.at(d.Object); {
	case s.watch.drop(d.Ref):
	case member != nil && d.Ref == member.val.ref:
		s.memberDown(p, d.Object.(sim.PID), member)
	case k != nil && d.Ref == k.val.ref:
		s.peers.remove(k)
		for _, r := range k.val.groups.rows {
			s.leave(r.key, r.val, false)
			s.watch.left(p, r.key, r.val)
		}
	}
}

// memberDown takes a process that has ended out of its groups, one after the other as often as it is in.
func (s *scope) memberDown(p *sim.Proc, pid sim.PID, member *row[joiner]) {
	s.local.remove(member)
	for _, group := range member.val.groups {
		s.leave(group, []sim.PID{pid}, true)
		s.watch.left(p, group, []sim.PID{pid})
	}
	s.tell(p, leave{p.Self(), []sim.PID{pid}, member.val.groups})
}
