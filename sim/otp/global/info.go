package global

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Info is what the global of one node knows, as plain data.
type Info struct {
	Names   []Entry    // in the order in which the node learned them
	Locks   []LockInfo // in the order in which they were set
	Known   []sim.Atom // nodes with which names are shared, by name; not the node itself
	Pending []sim.Atom // nodes that a session is under way with
	Synced  []sim.Atom // nodes whose names are the same

	// Registering says that the registrar is at work, and Since when. It may wait for a lock.
	Registering bool
	Since       time.Duration
}

// LockInfo is a lock that is set on a node, and the processes that have set it.
type LockInfo struct {
	Lock
	Holders []sim.PID
}

// InfoOf is what the node that p runs on knows.
func InfoOf(p *sim.Proc) Info { return here(p).look() }

// Of looks at a node from outside. ok is false if the node is down, or global is not started there.
func Of(v sim.View, node sim.Atom) (info Info, ok bool) {
	t, ok := v.Shared(node, shareKey).(*tables)
	if !ok {
		return Info{}, false
	}
	return t.look(), true
}

// Disconnect disconnects this node from all others and returns them, without making those that stay together take
// each other for lost (POP4).
func Disconnect(p *sim.Proc) []sim.Atom {
	return otp.MustCall(p, serverName, disconnectCall{}, otp.Within(sim.Forever))
}

func (t *tables) look() Info {
	s := t.server
	info := Info{Names: s.entries(), Known: s.known(), Registering: t.registering, Since: t.since}
	info.Pending = s.those(func(k *peer) bool { return k.my != 0 })
	info.Synced = s.those(func(k *peer) bool { return k.synced })
	for _, r := range t.locks.rows {
		l := LockInfo{Lock: Lock{r.value.resource, r.value.requester}}
		for _, h := range r.value.holders {
			l.Holders = append(l.Holders, h.pid)
		}
		info.Locks = append(info.Locks, l)
	}
	return info
}

func equal(a, b any) bool { return term.Equal(a, b) }
