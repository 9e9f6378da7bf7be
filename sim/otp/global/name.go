package global

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// RegisterName gives a process a name that all connected nodes know when RegisterName returns. It reports whether
// it was given: the name was free, and the process, which may be anywhere, had none (GLB1). It waits for as long as
// anybody holds the lock `global`. When two parts of a cluster meet that have both given the name, resolve decides;
// nil is RandomExitName.
func RegisterName(p *sim.Proc, name any, pid sim.PID, resolve Resolver) bool {
	return change(p, func(p *sim.Proc, nodes []sim.Atom) bool {
		t := here(p)
		if _, taken := t.where(p, name); taken || !t.nameless(p, name, pid) {
			return false
		}
		tell(p, nodes, register{Name: name, PID: pid, Method: resolve.orDefault()})
		return true
	})
}

// ReRegisterName gives a process a name, whoever had it, and whatever names the process has.
func ReRegisterName(p *sim.Proc, name any, pid sim.PID, resolve Resolver) {
	change(p, func(p *sim.Proc, nodes []sim.Atom) bool {
		tell(p, nodes, register{Name: name, PID: pid, Method: resolve.orDefault()})
		return true
	})
}

// UnregisterName frees a name on all connected nodes. Any process may; if nobody has it, nothing happens.
func UnregisterName(p *sim.Proc, name any) {
	if _, ok := WhereisName(p, name); !ok {
		return
	}
	change(p, func(p *sim.Proc, nodes []sim.Atom) bool {
		tell(p, nodes, unregister{Name: name})
		return true
	})
}

// WhereisName is the process that has a name as far as this node knows, which nobody is asked. A process of
// another node may have ended; one of this node has not (GLB2).
func WhereisName(p *sim.Proc, name any) (sim.PID, bool) { return here(p).where(p, name) }

// Send sends a message to the process that has a name, and returns it. If nobody has it, the caller exits with
// {badarg, {Name, Message}}.
func Send(p *sim.Proc, name, msg any) sim.PID {
	pid, ok := WhereisName(p, name)
	if !ok {
		p.ExitSelf(sim.Tuple{sim.Atom("badarg"), sim.Tuple{name, msg}})
	}
	p.Send(pid, msg)
	return pid
}

// RegisteredNames lists the names that this node knows, in the order in which it learned them.
func RegisteredNames(p *sim.Proc) []any {
	var names []any
	for _, r := range here(p).names.rows {
		names = append(names, r.key)
	}
	return names
}

// change has the registrar do something while it holds the lock `global` on all known nodes.
func change(p *sim.Proc, do func(p *sim.Proc, nodes []sim.Atom) bool) bool {
	return otp.MustCall(p, serverName, registrarCall{do: do}, otp.Within(sim.Forever))
}

// tell asks the name servers of the nodes for the same.
func tell(p *sim.Proc, nodes []sim.Atom, req otp.Request[bool]) {
	genserver.MultiCall(p, nodes, serverName, req, sim.Forever)
}

// where is whereis_name.
func (t *tables) where(p *sim.Proc, name any) (sim.PID, bool) {
	n := t.names.at(name)
	switch {
	case n == nil:
		return sim.PID{}, false
	case n.pid.Node() != p.Node() || t.bugs.has(bugDeadHere):
		return n.pid, true
	case !p.IsLocal(n.pid) || !p.Alive(n.pid): // an earlier life of this node's, or over
		return sim.PID{}, false
	}
	return n.pid, true
}

// nameless is whether a process has no name yet. If it has one that is reported as an error.
func (t *tables) nameless(p *sim.Proc, name any, pid sim.PID) bool {
	if len(t.owned[pid]) == 0 || t.bugs.has(bugTwoNames) {
		return true
	}
	p.Report("error", pid, sim.Tuple{sim.Atom("registered_under_several_names"), pid, append([]any{name}, t.owned[pid]...)})
	return false
}

// insert gives a process a name on this node, on behalf of a process or of a session.
func (s *server) insert(p *sim.Proc, name any, pid sim.PID, method Resolver, by sim.PID, lock any) {
	s.drop(p, name)
	n := &named{name: name, pid: pid, method: method, ref: p.Monitor(pid)}
	s.names.put(name, n)
	s.owned[pid] = append(s.owned[pid], name)
	s.refs[n.ref] = &watch{key: name}
	if !s.stillLocked(by, lock) {
		s.drop(p, name)
	}
}

// drop frees a name on this node.
func (s *server) drop(p *sim.Proc, name any) {
	n := s.names.at(name)
	if n == nil {
		return
	}
	s.names.remove(name)
	s.unwatch(p, n.ref)
	left := slices.DeleteFunc(s.owned[n.pid], func(o any) bool { return equal(o, name) })
	if len(left) == 0 {
		delete(s.owned, n.pid)
	} else {
		s.owned[n.pid] = left
	}
}

// down hears that a process has ended that has a name or holds a lock, or that its node is lost.
func (s *server) down(p *sim.Proc, d sim.Down) {
	w := s.refs[d.Ref]
	pid, _ := d.Object.(sim.PID)
	if w == nil || equal(d.Reason, noConnection) && s.isBack(p, pid.Node()) {
		return
	}
	if k := s.peer(pid.Node()); k.known && k.conn == 0 && equal(d.Reason, noConnection) && !s.bugs.has(bugStale) {
		s.unreachable(p, k) // that its process has a name here is what has tried to connect
		return
	}
	if !w.lock {
		if !s.bugs.has(bugDeadName) {
			s.drop(p, w.key)
		}
		return
	}
	if s.bugs.has(bugDeadLock) {
		return
	}
	if h := s.locks.at(w.key); h != nil {
		s.unlockRef(p, h, d.Ref)
	}
}

// unlockRef is unlock for the holder that a monitor is of.
func (s *server) unlockRef(p *sim.Proc, h *held, ref sim.Ref) {
	for _, o := range h.holders {
		if o.ref == ref {
			s.unlock(p, h, o.pid, true)
			return
		}
	}
}

// isBack is the mistake of those who ask whether a node is there before they believe that it was lost.
func (s *server) isBack(p *sim.Proc, node sim.Atom) bool {
	return s.bugs.has(bugNodeBack) && slices.Contains(p.Nodes(), node)
}

// forgetOf drops all that processes of a node have here.
func (s *server) forgetOf(p *sim.Proc, node sim.Atom) {
	s.dropOf(p, node)
	s.unlockOf(p, node)
}

// dropOf drops the names of a node's processes.
func (s *server) dropOf(p *sim.Proc, node sim.Atom) {
	for _, r := range slices.Clone(s.names.rows) {
		if r.value.pid.Node() == node {
			s.drop(p, r.key)
		}
	}
}

// unlockOf deletes the locks that a node's processes hold.
func (s *server) unlockOf(p *sim.Proc, node sim.Atom) {
	for _, r := range slices.Clone(s.locks.rows) {
		for _, o := range slices.Clone(r.value.holders) {
			if o.pid.Node() == node {
				s.unlock(p, r.value, o.pid, true)
			}
		}
	}
}
