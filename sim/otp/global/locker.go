package global

import (
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// locker is the_locker: for each session it sets the lock `global` on both sides, with the other side's locker.
// Both ask for the same lock, so that both may have it. One session at a time: while it has a lock it waits for
// nothing else.
type locker struct {
	*tables
	server sim.PID
	local  []him // sessions to lock for, with nodes of the same machine: they come first
	remote []him
	known  []sim.Atom
	boss   sim.Atom
	first  sim.Atom // who was the boss when the lock was set
	synced bool     // the last one came to its end: go on at once
}

// him is the other side of a session.
type him struct {
	node    sim.Atom
	locker  sim.PID
	my, his int // the tags
}

func newLocker(t *tables, server sim.PID) *locker {
	return &locker{tables: t, server: server}
}

// run is the body of the process.
func (l *locker) run(p *sim.Proc) {
	p.TrapExit(true)
	l.learn(p, nil)
	for {
		m, err := sim.Any(p, sim.After(0))
		if err != nil {
			wait := l.patience()
			l.synced = false
			if m, err = sim.Any(p, sim.After(wait)); err != nil {
				if !l.set() {
					l.turn(p)
				}
				continue
			}
		}
		l.handle(p, m)
	}
}

// patience is how long the locker waits for something to happen before it takes the first step itself (GLB13).
func (l *locker) patience() time.Duration {
	switch {
	case len(l.local)+len(l.remote) == 0:
		return sim.Forever
	case l.synced:
		return 0
	case len(l.known) == 0:
		return 200 * time.Millisecond
	}
	return min(time.Duration(1000+100*len(l.known))*time.Millisecond, 3*time.Second)
}

func (l *locker) handle(p *sim.Proc, m any) {
	switch m := m.(type) {
	case hisTheLocker:
		if sameHost(m.node, p.Node()) {
			l.local = slices.Insert(l.local, 0, m.him)
		} else {
			l.remote = slices.Insert(l.remote, 0, m.him)
		}
	case cancel:
		l.forget(m.node, m.tag)
	case lockSet:
		if m.Set {
			l.asked(p, m)
		}
	case addToKnown:
		l.learn(p, m.nodes)
	case removeFromKnown:
		l.unlearn(p, m.node)
	}
}

// sameHost is whether two nodes are on one machine, by their names.
func sameHost(a, b sim.Atom) bool {
	_, host, ok := strings.Cut(string(a), "@")
	_, other, ok2 := strings.Cut(string(b), "@")
	return ok && ok2 && host == other
}

// learn adds nodes that are known from now on.
func (l *locker) learn(p *sim.Proc, nodes []sim.Atom) {
	l.known = append(l.known, nodes...)
	l.boss = boss(append([]sim.Atom{p.Node()}, l.known...))
}

func (l *locker) unlearn(p *sim.Proc, node sim.Atom) {
	l.known = without(l.known, node)
	l.learn(p, nil)
}

// catchUp takes in what is in the mailbox about who is known, and leaves the rest.
func (l *locker) catchUp(p *sim.Proc) {
	for {
		m, err := sim.Receive(p, func(m any) (any, bool) {
			switch m.(type) {
			case addToKnown, removeFromKnown:
				return m, true
			}
			return nil, false
		}, sim.After(0))
		if err != nil {
			return
		}
		l.handle(p, m)
	}
}

// forget drops a session.
func (l *locker) forget(node sim.Atom, tag int) {
	over := func(h him) bool { return h.node == node && h.my == tag }
	l.local = slices.DeleteFunc(l.local, over)
	l.remote = slices.DeleteFunc(l.remote, over)
}

// find is the session with a node.
func (l *locker) find(node sim.Atom) (him, bool) {
	for _, h := range slices.Concat(l.local, l.remote) {
		if h.node == node {
			return h, true
		}
	}
	return him{}, false
}

// turn picks one of those who wait, at random, locks both sides, and waits for the other to do the same.
func (l *locker) turn(p *sim.Proc) {
	list := &l.local
	if len(l.local) == 0 {
		list = &l.remote
	}
	*list = slices.DeleteFunc(*list, func(h him) bool { return slices.Contains(l.known, h.node) })
	if len(*list) == 0 {
		return
	}
	h := (*list)[p.Rand(len(*list))]
	id := l.lockID(p, h.locker)
	if !l.lockSafely(p, id, h.node) {
		return
	}
	whom := l.locked(p, h.node)
	l.answer(p, h, true)
	if l.awaitHim(p, h, id, whom) {
		l.hold(p, h, id, whom)
	}
}

// asked: the other side has both locked and waits for us to do the same.
func (l *locker) asked(p *sim.Proc, m lockSet) {
	h, ok := l.find(m.Locker.Node())
	if !ok || m.Tag != 0 && h.my != m.Tag {
		l.answer(p, him{node: m.Locker.Node(), locker: m.Locker}, false)
		return
	}
	id := l.lockID(p, m.Locker)
	got := l.lockSafely(p, id)
	l.answer(p, h, got)
	if !got {
		l.synced = false
		return
	}
	l.hold(p, h, id, l.locked(p))
}

// lockID is the lock that both sides ask for.
func (l *locker) lockID(p *sim.Proc, his sim.PID) Lock {
	both := []any{p.Self(), his}
	if his.Compare(p.Self()) < 0 {
		slices.Reverse(both)
	}
	return Lock{theLock, both}
}

// answer tells the other locker whether we have locked. It goes by his name server, so that it cannot overtake what
// that has yet to hear about us.
func (l *locker) answer(p *sim.Proc, h him, set bool) {
	if l.bugs.has(bugDirect) {
		p.Send(h.locker, lockSet{Locker: p.Self(), Set: set})
		return
	}
	otp.Cast(p, at(h.node), lockSet{Locker: p.Self(), Set: set, Tag: h.his})
}

// lockSafely sets a lock on the greatest node, then on this one and an extra, then on all others that are known.
// It has it everywhere or nowhere.
func (l *locker) lockSafely(p *sim.Proc, id Lock, extra ...sim.Atom) bool {
	first := []sim.Atom{l.boss}
	if _, free := l.canSet(id); !free && l.boss != p.Node() || !SetLock(p, id, first, 0) {
		return false
	}
	l.first = l.boss
	l.catchUp(p)
	second := without(append([]sim.Atom{p.Node()}, extra...), first...)
	if !SetLock(p, id, second, 0) {
		DelLock(p, id, first)
		return false
	}
	if !SetLock(p, id, without(l.known, first...), 0) {
		DelLock(p, id, append(first, second...))
		return false
	}
	return true
}

// locked is the nodes on which lockSafely has set the lock, as far as it is to be deleted there.
func (l *locker) locked(p *sim.Proc, extra ...sim.Atom) []sim.Atom {
	nodes := append(append([]sim.Atom{p.Node()}, extra...), l.known...)
	if !slices.Contains(nodes, l.first) && !l.bugs.has(bugLeftover) { // it was known when it was locked
		nodes = append(nodes, l.first)
	}
	return nodes
}

// awaitHim waits for the other locker's answer. If it is no, or the session is over, it unlocks.
func (l *locker) awaitHim(p *sim.Proc, h him, id Lock, whom []sim.Atom) (yes bool) {
	m, _ := sim.Receive(p, func(m any) (any, bool) {
		switch m := m.(type) {
		case lockSet:
			return m, m.Locker.Node() == h.node && (m.Tag == h.my || m.Tag == 0)
		case cancel:
			return m, m.node == h.node && m.tag == h.my
		}
		return nil, false
	})
	switch m := m.(type) {
	case lockSet:
		if m.Set {
			return true
		}
	case cancel:
		l.pass(p, m)
		l.forget(h.node, h.my)
	}
	releaseAll(p, id, whom)
	return false
}

// hold has both sides: it says so, and keeps the lock until the session is over.
func (l *locker) hold(p *sim.Proc, h him, id Lock, whom []sim.Atom) {
	otp.Cast(p, l.server, lockIsSet{h.node, h.my, id.Requester})
	m, _ := sim.Receive(p, func(m any) (cancel, bool) {
		c, is := m.(cancel)
		return c, is && c.node == h.node && c.tag == h.my
	})
	l.pass(p, m)
	releaseAll(p, id, whom)
	l.synced = true
	l.forget(h.node, h.my)
}

// pass tells those that a session has concerned, while the lock is still set.
func (l *locker) pass(p *sim.Proc, m cancel) {
	if m.tell == nil {
		return
	}
	for _, c := range m.whom {
		if l.bugs.has(bugStale) {
			otp.Cast(p, at(c.node), *m.tell)
			continue
		}
		c.say(p, otp.CastTag, *m.tell)
	}
}
