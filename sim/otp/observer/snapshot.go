// Package observer looks at a world that stands still, as Erlang's observer looks at a node: its supervision
// trees, its processes, its applications, its timers.
//
//	w.Run(12 * time.Second)
//	s := observer.Look(w.View())
//	s.WriteTree(os.Stdout, observer.Text{})
//	w.Run(time.Minute) // as if nobody had looked
//
// A Snapshot is plain data: it refers to nothing in the world, it prints, and it encodes as JSON. Looking
// changes nothing: the run goes on as if nobody had looked, to the last fact.
package observer

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// Snapshot is a world at one moment. Processes are called by their PIDs as they print; times are in nanoseconds.
type Snapshot struct {
	Now       time.Duration `json:"now"`
	Stop      string        `json:"stop,omitempty"` // why it stands still, if whoever made it knows: see sim.Stop
	Nodes     []Node        `json:"nodes"`
	Processes []Process     `json:"processes"` // oldest first
	Timers    []Timer       `json:"timers"`    // what is due first first
}

// Node is what is to be seen of a node that is up.
type Node struct {
	Name         string        `json:"name"`
	Applications []Application `json:"applications,omitempty"` // by name
	Tree         []*Branch     `json:"tree"`                   // what stands by itself, oldest first
}

// Look makes a snapshot of a world.
func Look(v sim.View) *Snapshot {
	s := &Snapshot{Now: v.Now(), Processes: []Process{}, Timers: []Timer{}}
	l := &looking{view: v, left: map[sim.PID]time.Duration{}}
	s.Timers = append(s.Timers, l.timers()...)
	for _, pid := range v.Processes() {
		if p, ok := l.process(pid); ok {
			s.Processes = append(s.Processes, p)
		}
	}
	trees := l.trees(s.Processes)
	for _, name := range v.Nodes() {
		s.Nodes = append(s.Nodes, Node{name.String(), l.applications(name), trees[name]})
	}
	return s
}

// looking is a snapshot under way.
type looking struct {
	view sim.View
	left map[sim.PID]time.Duration // until a wait ends that has a limit
	pids []sim.PID                 // of the processes that were looked at
}

// Gone puts a process into a node's tree that should stand there by itself and does not: it has ended, or, if pid is
// zero, never was.
func (s *Snapshot) Gone(node sim.Atom, id string, pid sim.PID) {
	b := &Branch{ID: id, Kind: SupervisorBranch, State: Undefined}
	if !pid.IsZero() {
		b.State, b.PID = Terminated, pid.String()
	}
	for i := range s.Nodes {
		if s.Nodes[i].Name == node.String() {
			s.Nodes[i].Tree = append([]*Branch{b}, s.Nodes[i].Tree...)
		}
	}
}

// Process finds the row of a process by its PID as it prints, or by its registered name.
func (s *Snapshot) Process(who string) (p Process, ok bool) {
	for _, p := range s.Processes {
		if p.PID == who || p.Name != "" && p.Name == who {
			return p, true
		}
	}
	return Process{}, false
}
