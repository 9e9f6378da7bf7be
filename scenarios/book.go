package scenarios

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// A book knows which process is in which slot. It is told of spawns and exits as they happen, and of starts
// by those who make them.
type book struct {
	slots  []*slot // parents first, in start order
	tops   []*slot
	groups []*group
	named  map[string]*group // by selector
	found  map[string][]*slot

	held      map[sim.PID]*slot // who is where
	root      sim.PID           // who starts the trees
	launching *slot             // the tree that is being started
}

func newBook(trees []*Child) *book {
	b := &book{named: map[string]*group{}, found: map[string][]*slot{}, held: map[sim.PID]*slot{}}
	for _, c := range trees {
		b.tops = append(b.tops, makeSlots(c, nil, 0, func(s *slot) { b.slots = append(b.slots, s) }))
	}
	return b
}

// find answers the slots that a selector selects.
func (b *book) find(sel Selector) []*slot {
	key := sel.String()
	found, ok := b.found[key]
	if !ok {
		for _, s := range b.slots {
			if sel.Matches(s.path, s.child.Name) {
				found = append(found, s)
			}
		}
		b.found[key] = found
	}
	return found
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
	b.launching, b.root = nil, sim.PID{}
}

// spawned takes the process that was spawned while a slot was launched for the slot's.
func (b *book) spawned(by, pid sim.PID) *slot {
	launching := &b.launching
	if up := b.held[by]; up != nil {
		launching = &up.launching
	} else if by != b.root {
		return nil
	}
	s := *launching
	if s == nil {
		return nil
	}
	*launching = nil // what it spawns beside is not in the tree
	s.state, s.pid = starting, pid
	s.hurt = s.hurt[:0]
	b.held[pid] = s
	return s
}

// launch says that what is spawned next by the process of the slot above, or by nobody's, is s's.
func (b *book) launch(s *slot) {
	if s.up != nil {
		s.up.launching = s
	} else {
		b.launching = s
	}
}

// landed says that a launch is over.
func (b *book) landed(s *slot) {
	if s.up != nil {
		s.up.launching = nil
	} else {
		b.launching = nil
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

// ended says that the process in s is no more.
func (b *book) ended(s *slot, reason sim.Reason, now time.Duration) {
	delete(b.held, s.pid)
	was := s.state
	s.state, s.launching = down, nil
	for _, g := range s.groups {
		if was == alive {
			g.alive--
			wake(g.onAlive)
		}
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
