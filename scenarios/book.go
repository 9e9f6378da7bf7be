package scenarios

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// A book knows which process is in which slot. It is told of spawns and exits as they happen, and of starts
// by those who make them.
type book struct {
	slots  []*slot // node for node, parents first, in start order
	groups []*group
	named  map[string]*group // by selector
	found  map[string][]*slot

	held      map[sim.PID]*slot // who is where
	launching map[sim.PID]*slot // what a process is about to start
}

func newBook(trees []*Child, hosts []*host) *book {
	b := &book{named: map[string]*group{}, found: map[string][]*slot{}, held: map[sim.PID]*slot{}, launching: map[sim.PID]*slot{}}
	for _, h := range hosts {
		for _, c := range trees {
			if runsOn(c.nodes(), string(h.name)) {
				h.tops = append(h.tops, makeSlots(h, c, nil, 0, func(s *slot) { b.slots = append(b.slots, s) }))
			}
		}
	}
	return b
}

// top is the slot of the top of a tree.
func (h *host) top(c *Child) *slot {
	for _, s := range h.tops {
		if s.child == c {
			return s
		}
	}
	panic("scenarios: " + c.Path + " is no tree")
}

// find answers the slots that a selector selects.
func (b *book) find(sel Selector) []*slot {
	key := sel.String()
	found, ok := b.found[key]
	if !ok {
		for _, s := range b.slots {
			if sel.Matches(s.path, s.child.Name) && sel.on(s.host) {
				found = append(found, s)
			}
		}
		b.found[key] = found
	}
	return found
}

// on reports whether a selector means processes on a node.
func (s Selector) on(h *host) bool {
	return s.Node == "" || s.Node == anyNode || s.Node == string(h.name)
}

// near answers those of a selector's slots that whoever is on a node means: those on the same node, if there are
// any, unless the selector names a node.
func (b *book) near(sel Selector, h *host) []*slot {
	all := b.find(sel)
	if sel.Node != "" || h.node == nil {
		return all
	}
	var here []*slot
	for _, s := range all {
		if s.host == h {
			here = append(here, s)
		}
	}
	if len(here) == 0 {
		return all
	}
	return here
}

// group answers the group of a selector.
func (b *book) group(sel Selector) *group {
	return b.groupOf(sel.String(), func() []*slot { return b.find(sel) })
}

// permanent answers the group of those of a tree that must be there for it to be up.
func (b *book) permanent(tree Selector) *group {
	return b.groupOf("up "+tree.String(), func() []*slot {
		var slots []*slot
		for _, top := range b.find(tree) {
			for _, s := range b.slots {
				if s == top || s.under(top) && s.child.Restart == Permanent {
					slots = append(slots, s)
				}
			}
		}
		return slots
	})
}

func (s *slot) under(top *slot) bool {
	for up := s.up; up != nil; up = up.up {
		if up == top {
			return true
		}
	}
	return false
}

func (b *book) groupOf(key string, slots func() []*slot) *group {
	g := b.named[key]
	if g == nil {
		g = &group{slots: slots()}
		for _, s := range g.slots {
			s.groups = append(s.groups, g)
		}
		b.named[key] = g
		b.groups = append(b.groups, g)
	}
	return g
}

func (b *book) reset() {
	for _, s := range b.slots {
		s.reset()
	}
	for _, g := range b.groups {
		g.reset()
	}
	clear(b.held)
	clear(b.launching)
}

// spawned takes the process that was spawned while its parent was launching a slot for the slot's. Who was
// there before is not the slot's any more: a supervisor that was killed is started again while the old
// one's children are still on their way out.
func (b *book) spawned(by, pid sim.PID) (ousted bool) {
	s := b.launching[by]
	if s == nil {
		return false
	}
	delete(b.launching, by) // what the parent spawns beside is not in the tree
	if ousted = s.state == alive; ousted {
		s.gone()
	}
	s.state, s.pid = starting, pid
	b.held[pid] = s
	return ousted
}

// launch says that what by spawns next is s's.
func (b *book) launch(by sim.PID, s *slot) { b.launching[by] = s }

// landed says that a launch is over.
func (b *book) landed(by sim.PID) { delete(b.launching, by) }

// gone says that nobody lives in a slot any more.
func (s *slot) gone() {
	for _, g := range s.groups {
		g.alive--
		wake(g.onAlive)
	}
}

// started says that pid, in slot s, has started. It may have ended since.
func (b *book) started(s *slot, pid sim.PID) (again bool) {
	s.starts++
	again = s.starts > 1
	live := s.state == starting && s.pid == pid
	if live {
		s.state = alive
	}
	for _, g := range s.groups {
		if live {
			g.alive++
			wake(g.onAlive)
		}
		if again {
			g.restarts++
			wake(g.onRestart)
		}
	}
	return again
}

// ended says that a process of s is no more.
func (b *book) ended(s *slot, pid sim.PID, reason sim.Reason, now time.Duration) {
	delete(b.held, pid)
	delete(b.launching, pid)
	if pid == s.pid {
		if s.state == alive {
			s.gone()
		}
		s.state = down
	}
	for _, g := range s.groups {
		if g.exits == 0 {
			g.died = now
		}
		g.exits++
		for _, c := range g.reasons {
			if isReason(reason, c.reason) {
				c.n++
			}
		}
		wake(g.onExit)
	}
}

// isReason reports whether a process ended for a reason that a file names. A crash has a stack, which no file
// can name: the error counts.
func isReason(reason, named sim.Reason) bool {
	if crash, ok := reason.(*term.Crash); ok && term.Equal(crash.Err, named) {
		return true
	}
	return term.Equal(reason, named)
}

func wake(rules []*ruling) {
	for _, x := range rules {
		x.woken = true
	}
}
