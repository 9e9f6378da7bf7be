package observer

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
)

// Branch is a place in a tree: a child of a supervisor, or a process that is nobody's child and stands below
// the one that spawned it.
type Branch struct {
	ID        string    `json:"id"` // the child's; of others what their parent called them
	Kind      Kind      `json:"kind"`
	State     State     `json:"state"`
	PID       string    `json:"pid,omitempty"`
	Name      string    `json:"name,omitempty"`
	Behaviour string    `json:"behaviour,omitempty"`
	Module    string    `json:"module,omitempty"`
	Note      string    `json:"note,omitempty"`
	Suspended bool      `json:"suspended,omitempty"`
	Restart   string    `json:"restart,omitempty"`  // of a child: permanent, transient, temporary
	Strategy  string    `json:"strategy,omitempty"` // of a supervisor
	Restarts  *Restarts `json:"restarts,omitempty"` // of a supervisor
	Children  []*Branch `json:"children,omitempty"` // in the order in which they are started; then others, oldest first
}

// Kind is what a branch is to those above it.
type Kind string

// The kinds. What is a worker to its supervisor may be a supervisor all the same.
const (
	WorkerBranch     Kind = "worker"
	SupervisorBranch Kind = "supervisor"
	ProcessBranch    Kind = "process" // it is no supervisor's child
)

// State is what becomes of a branch.
type State string

// The states.
const (
	Running    State = "running"
	Starting   State = "starting"   // its supervisor waits for its first word
	Restarting State = "restarting" // it could not be restarted and will be tried again
	Terminated State = "terminated" // its process has ended, and the supervisor has not dealt with that yet
	Undefined  State = "undefined"  // it has no process: it was stopped, has ended for good, or chose not to run
)

// Restarts is a supervisor's restart window.
type Restarts struct {
	Counted int           `json:"counted"` // how many count now
	Allowed int           `json:"allowed"` // one more than so many, and the supervisor gives up
	Period  time.Duration `json:"period"`
}

// String prints the window as 3/5 in 10s.
func (r Restarts) String() string { return fmt.Sprintf("%d/%d in %v", r.Counted, r.Allowed, r.Period) }

// Full reports whether the next restart is one too many.
func (r Restarts) Full() bool { return r.Counted >= r.Allowed }

// grove is the trees of a snapshot under way.
type grove struct {
	*looking
	rows    map[sim.PID]*Process
	spawned map[sim.PID][]sim.PID // whom each has spawned, of those that live
	placed  map[sim.PID]bool      // whoever is some supervisor's child
}

// trees makes the trees, by node. rows are those of l.pids.
func (l *looking) trees(rows []Process) map[sim.Atom][]*Branch {
	g := &grove{l, map[sim.PID]*Process{}, map[sim.PID][]sim.PID{}, map[sim.PID]bool{}}
	for i, pid := range l.pids {
		g.rows[pid] = &rows[i]
		info, _ := l.view.Info(pid)
		g.spawned[info.Parent] = append(g.spawned[info.Parent], pid)
		if st, ok := supervisor.Inspect(l.view, pid); ok {
			for _, c := range st.Children {
				g.placed[c.PID] = true
			}
		}
	}
	all := map[sim.Atom][]*Branch{}
	for _, pid := range l.pids {
		info, _ := l.view.Info(pid)
		if !g.placed[pid] && g.rows[info.Parent] == nil { // nobody above it is left
			all[pid.Node()] = append(all[pid.Node()], g.process(pid))
		}
	}
	return all
}

// process is the branch of a process that is nobody's child.
func (g *grove) process(pid sim.PID) *Branch {
	b := &Branch{ID: *pid.Identity().Role, Kind: ProcessBranch, State: Running}
	g.fill(b, pid)
	return b
}

// fill puts a living process and all below it into a branch.
func (g *grove) fill(b *Branch, pid sim.PID) {
	p := g.rows[pid]
	if p == nil {
		return
	}
	b.PID, b.Name, b.Behaviour, b.Module, b.Note, b.Suspended = p.PID, p.Name, p.Behaviour, p.Module, p.Note, p.Suspended
	if st, ok := supervisor.Inspect(g.view, pid); ok {
		b.Kind = SupervisorBranch
		b.Strategy = st.Strategy.String()
		b.Restarts = &Restarts{st.Restarts, st.Intensity.Max, st.Intensity.Period}
		for _, c := range st.Children {
			b.Children = append(b.Children, g.child(c))
		}
	}
	for _, kid := range g.spawned[pid] {
		if !g.placed[kid] && !g.starts(b, kid) {
			other := g.process(kid)
			if p.Awaits == other.PID && b.Strategy != "" { // of a child that is started for the first time nobody knows yet
				other.State = Starting
			}
			b.Children = append(b.Children, other)
		}
	}
}

// child is the branch of a supervisor's child.
func (g *grove) child(c supervisor.ChildStatus) *Branch {
	b := &Branch{ID: c.ID, Kind: Kind(c.Type), State: State(c.State), Restart: c.Restart.String()}
	if c.State == supervisor.StateRunning {
		kind := b.Kind
		g.fill(b, c.PID)
		b.Kind = kind
	}
	return b
}

// starts reports whether a process is that of a child which is just being started, and puts it there.
func (g *grove) starts(sup *Branch, pid sim.PID) bool {
	for _, b := range sup.Children {
		if b.Kind != ProcessBranch && b.PID == "" && b.ID == *pid.Identity().Role {
			kind := b.Kind
			b.State = Starting
			g.fill(b, pid)
			b.Kind = kind
			return true
		}
	}
	return false
}
