package scenarios

import (
	"strconv"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// A slot is a place in a tree for one process at a time: a child as it is declared, or one instance of a
// template. The places are fixed; the processes in them come and go.
type slot struct {
	child    *Child
	host     *host  // the node it is on
	path     string // as files write it
	label    string // the same with its node, if nodes have names
	instance int    // from 1; 0 if it is of no template
	up       *slot
	kids     []*slot // children in the order they are started, or instances
	groups   []*group
	kind     Kind          // of its program, if clients ask it
	launcher otp.StartFunc // what its supervisor starts it with; made when it is first needed

	// Of the run
	state   life
	pid     sim.PID // of the process in it, or the last one
	starts  int     // that succeeded
	failing []failing
	hurt    []hurt // exit signals that faults have sent and that have not been answered yet
}

// life is what a slot's process is.
type life uint8

const (
	down     life = iota
	starting      // there is a process, and whoever starts it has not heard that it is ready
	alive
)

// failing is starts that a fault makes fail.
type failing struct {
	of     *occasion
	left   int
	reason sim.Reason
}

// hurt is an exit signal of a fault that is under way, or was trapped, or ignored.
type hurt struct {
	of     *occasion
	pid    sim.PID
	reason sim.Reason // with which a process ends that minds it
}

// A group is the slots that a selector selects, with what conditions ask about them, counted as it happens.
type group struct {
	slots    []*slot
	alive    int
	restarts int64
	exits    int64
	died     time.Duration // when the first ended, if exits > 0
	reasons  []*reasonCount

	onAlive, onRestart, onExit []*ruling // the rules that ask
}

// reasonCount counts the ends for one reason.
type reasonCount struct {
	reason sim.Reason
	n      int64
}

// count of ends for a reason, which is made when it is first asked for.
func (g *group) count(reason sim.Reason) *reasonCount {
	for _, c := range g.reasons {
		if term.Equal(c.reason, reason) {
			return c
		}
	}
	c := &reasonCount{reason: reason}
	g.reasons = append(g.reasons, c)
	return c
}

func (g *group) reset() {
	g.alive, g.restarts, g.exits, g.died = 0, 0, 0, 0
	for _, c := range g.reasons {
		c.n = 0
	}
}

func (s *slot) reset() {
	s.state, s.pid, s.starts = down, sim.PID{}, 0
	s.failing, s.hurt = s.failing[:0], s.hurt[:0]
}

// makeSlots makes the slots of a child and of all below it, on a node.
func makeSlots(h *host, c *Child, up *slot, instance int, add func(*slot)) *slot {
	s := &slot{host: h, child: c, up: up, instance: instance, path: "/" + c.ID}
	if instance > 0 {
		s.path += "[" + strconv.Itoa(instance) + "]"
	}
	if up != nil {
		s.path = up.path + s.path
	}
	s.label = s.path + h.suffix()
	add(s)
	for _, kid := range c.Children {
		s.kids = append(s.kids, makeSlots(h, kid, s, 0, add))
	}
	if c.Template != nil {
		for i := range c.Count {
			s.kids = append(s.kids, makeSlots(h, c.Template, s, i+1, add))
		}
	}
	return s
}
