package global

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Lock is the identity of a lock: what is locked, and for whom. Both may be any term. Whoever uses the same
// Requester shares the lock (LCK1).
type Lock struct{ Resource, Requester any }

// Infinity is the number of retries of those who never give up.
const Infinity = -1

// theLock is the resource that global itself locks: registration waits while anybody holds it (LCK5).
const theLock = sim.Atom("global")

// SetLock sets a lock on the nodes; nil means this one and all it is connected to. If it is not free
// everywhere it is set nowhere, and SetLock tries again so many times, after pauses that grow to eight seconds.
// Nodes that cannot be reached have no say (LCK2, LCK3). The lock goes when all processes that have set it have
// deleted it or ended.
func SetLock(p *sim.Proc, id Lock, nodes []sim.Atom, retries int) bool {
	if retries < Infinity {
		panic(&sim.Error{Reason: "badarg", Op: "set_lock", Detail: "retries are Infinity or not negative"})
	}
	nodes = orAll(p, nodes)
	for times := 1; len(nodes) > 0 && !setOn(p, id, nodes); times++ {
		if retries == 0 {
			return false
		}
		if retries > 0 {
			retries--
		}
		randomSleep(p, times)
	}
	return true
}

// DelLock deletes what this process holds of a lock on the nodes; nil means this one and all it is connected
// to. If it holds nothing, nothing happens (LCK1).
func DelLock(p *sim.Proc, id Lock, nodes []sim.Atom) {
	genserver.MultiCall(p, orAll(p, nodes), serverName, delLock{Lock: id}, sim.Forever)
}

// Trans runs f while it holds a lock. ok is false, aborted, if the lock was not to be had. The lock is deleted even if
// f panics or exits the process, which then ends with that reason (LCK4).
func Trans[R any](p *sim.Proc, id Lock, f func() R, nodes []sim.Atom, retries int) (result R, ok bool) {
	nodes = orAll(p, nodes)
	if !SetLock(p, id, nodes, retries) {
		return result, false
	}
	reason, fine := otp.Try(p, func() { result = f() })
	DelLock(p, id, nodes)
	if !fine {
		p.ExitSelf(reason)
	}
	return result, true
}

func orAll(p *sim.Proc, nodes []sim.Atom) []sim.Atom {
	if nodes == nil {
		return append([]sim.Atom{p.Node()}, p.Nodes()...)
	}
	return nodes
}

// setOn is one attempt.
func setOn(p *sim.Proc, id Lock, nodes []sim.Atom) bool {
	if len(nodes) == 0 {
		return true
	}
	if len(nodes) > 1 && slices.Contains(nodes, p.Node()) { // who would say no himself need not ask
		if _, free := here(p).canSet(id); !free {
			return false
		}
	}
	votes, _ := genserver.MultiCall(p, nodes, serverName, setLock{Lock: id}, sim.Forever)
	var yes []sim.Atom
	for _, v := range votes {
		if v.Reply {
			yes = append(yes, v.Node)
		}
	}
	if len(yes) == len(votes) {
		return true
	}
	if len(yes) > 0 {
		DelLock(p, id, yes)
	}
	return false
}

// randomSleep pauses before another attempt, longer each time (GLB13).
func randomSleep(p *sim.Proc, times int) {
	limit := 8000
	if times <= 5 {
		limit = 1000 << times / 8
	}
	p.Sleep(time.Duration(1+p.Rand(limit)) * time.Millisecond)
}

// boss is the node that all ask first, so that two that want the same do not get half of it each.
func boss(nodes []sim.Atom) sim.Atom { return slices.Max(nodes) }

// releaseAll deletes a lock of global's own: where it was set first, it goes last.
func releaseAll(p *sim.Proc, id Lock, nodes []sim.Atom) {
	first := boss(nodes)
	DelLock(p, id, without(nodes, first))
	DelLock(p, id, []sim.Atom{first})
}

// without is the nodes but those.
func without(nodes []sim.Atom, those ...sim.Atom) []sim.Atom {
	rest := make([]sim.Atom, 0, len(nodes))
	for _, n := range nodes {
		if !slices.Contains(those, n) {
			rest = append(rest, n)
		}
	}
	return rest
}

// lock sets a lock on this node for a process.
func (s *server) lock(p *sim.Proc, id Lock, pid sim.PID) bool {
	h, free := s.canSet(id)
	switch {
	case !free:
		return false
	case h == nil:
		h = &held{resource: id.Resource, requester: id.Requester}
		s.locks.put(id.Resource, h)
	case slices.ContainsFunc(h.holders, func(o holder) bool { return o.pid == pid }):
		return true
	}
	ref := p.Monitor(pid)
	s.refs[ref] = &watch{key: id.Resource, lock: true}
	h.holders = append(h.holders, holder{pid, ref})
	return true
}

// unlock deletes what a process holds of a lock. down says that it has ended.
func (s *server) unlock(p *sim.Proc, h *held, pid sim.PID, down bool) {
	i := slices.IndexFunc(h.holders, func(o holder) bool { return o.pid == pid })
	if i < 0 {
		return
	}
	s.unwatch(p, h.holders[i].ref)
	h.holders = slices.Delete(h.holders, i, i+1)
	global := term.Equal(h.resource, theLock)
	if len(h.holders) == 0 {
		s.locks.remove(h.resource)
		if global {
			s.lockDown = down
		}
	}
	if !global {
		return
	}
	s.doubt(p)
	if down && pid.Node() != p.Node() {
		s.repair(p)
	}
}

// unwatch ends a monitor.
func (s *server) unwatch(p *sim.Proc, ref sim.Ref) {
	delete(s.refs, ref)
	p.Demonitor(ref, sim.Flush())
}

// stillLocked is whether a name may be inserted on behalf of a process, which is to hold the lock, or of a
// session with a node, whose lock is lock: the lock may be gone with the node that had set it (GLB5).
func (s *server) stillLocked(by sim.PID, lock any) bool {
	h := s.locks.at(theLock)
	switch {
	case h == nil:
		return !s.lockDown
	case !by.IsZero():
		return slices.ContainsFunc(h.holders, func(o holder) bool { return o.pid == by })
	}
	return term.Equal(h.requester, lock)
}
