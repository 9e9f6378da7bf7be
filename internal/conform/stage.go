package conform

import (
	"fmt"
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// stage is what the processes of one run share: who is called what, and what has happened. Only one
// of them runs at a time, so it needs no lock.
type stage struct {
	things map[string]any    // a symbolic name -> what it stands for now: a PID, a Ref, the Atom of a node
	labels map[any]string    // and back; the latest name counts
	living map[sim.PID]*role // processes that have said who they are
	timers map[sim.Ref]sim.Timer
	counts map[string]int // how often something of a name has been done
	events []event
	net    bool // there is one, between the nodes
	ghosts []ghost
	dying  []sim.Atom // nodes that have stopped all they can
}

// role is a named process.
type role struct {
	name   string
	puppet bool
}

// ghost is a puppet that could not be spawned on another node.
type ghost struct {
	name string
	node sim.Atom // of whoever tried
}

// event is something that happened and will be recorded when the step ends.
type event struct {
	kind  eventKind
	who   string
	step  int
	value any
}

type eventKind uint8

const (
	wasNamed     eventKind = iota // who now means value, a process
	hasDied                       // who ended, for reason value
	tookMessage                   // who received value
	hasLogged                     // who says value
	hasResult                     // an operation of step gave value
	isDone                        // all of step has been performed
	isSupervisor                  // who is one
)

func newStage(nodes []string) *stage {
	s := &stage{
		things: map[string]any{}, labels: map[any]string{}, living: map[sim.PID]*role{},
		timers: map[sim.Ref]sim.Timer{}, counts: map[string]int{},
	}
	if len(nodes) == 0 {
		s.labels[localNode] = "local" // cases cannot name it
	}
	for _, name := range nodes {
		s.bind(name, hostOf(name))
	}
	return s
}

func (s *stage) note(e event) { s.events = append(s.events, e) }

func (s *stage) log(who string, what any) { s.note(event{kind: hasLogged, who: who, value: what}) }

// bind gives a thing a symbolic name.
func (s *stage) bind(name string, thing any) {
	s.things[name] = thing
	s.labels[thing] = name
}

// count counts one more of a kind.
func (s *stage) count(kind, name string) int {
	key := kind + " " + name
	s.counts[key]++
	return s.counts[key]
}

// enter is how a process says who it is.
func (s *stage) enter(name string, pid sim.PID, puppet bool) {
	s.bind(name, pid)
	s.living[pid] = &role{name, puppet}
	s.note(event{kind: wasNamed, who: name, value: pid})
}

// enterChild is how a supervisor's child says who it is: the n-th called name is name#n. In cases, name
// means the latest.
func (s *stage) enterChild(name string, pid sim.PID) (full string) {
	full = fmt.Sprintf("%s#%d", name, s.count("incarnation on "+string(pid.Node()), name))
	s.enter(full, pid, false)
	s.things[name] = pid
	return full
}

// Observe notes the deaths of processes that have a name.
func (s *stage) Observe(f sim.Fact) {
	if f.Kind != trace.Exit {
		return
	}
	if r := s.living[f.Subject]; r != nil {
		delete(s.living, f.Subject)
		s.note(event{kind: hasDied, who: r.name, value: f.Detail})
	}
}

// layGhosts lets the ghosts of a node die with it.
func (s *stage) layGhosts(node sim.Atom) {
	for _, g := range s.ghosts {
		if g.node == node {
			s.note(event{kind: hasDied, who: g.name, value: sim.DownWithNode})
		}
	}
	s.ghosts = slices.DeleteFunc(s.ghosts, func(g ghost) bool { return g.node == node })
}

// unknownName is what an operation raises that names what does not exist.
var unknownName = &sim.Error{Reason: "unknown_name", Op: "lookup"}

// lookup is what a symbolic name stands for.
func (s *stage) lookup(name string) any {
	thing, ok := s.things[name]
	if !ok {
		panic(unknownName)
	}
	return thing
}

// term decodes a term of a case.
func (s *stage) term(v any) any {
	switch v := v.(type) {
	case string:
		if len(v) > 0 && v[0] == '@' {
			return s.lookup(v[1:])
		}
		return term.Atom(v)
	case bool:
		return atomOf(v)
	case []any:
		return term.Tuple(s.terms(v))
	case Op:
		if list, ok := v["list"].([]any); ok {
			return s.terms(list)
		}
		if name, ok := v["name"].(string); ok {
			return term.Atom(name)
		}
		v.wrong("is no term")
	}
	return v
}

func (s *stage) terms(row []any) []any {
	terms := make([]any, len(row))
	for i := range row {
		terms[i] = s.term(row[i])
	}
	return terms
}

// target decodes where something is sent. What is no address at all stays what it is.
func (s *stage) target(v any) any {
	switch v := v.(type) {
	case string:
		if len(v) > 0 && v[0] == '@' {
			return s.lookup(v[1:])
		}
		return term.Name(v)
	case Op:
		if name, ok := v["global"].(string); ok {
			return term.Global(name)
		}
		if at, ok := v["at"].([]any); ok && len(at) == 2 {
			name, _ := at[0].(string)
			node, _ := s.term(at[1]).(term.Atom)
			return term.NameAt{Name: term.Name(name), Node: node}
		}
		v.wrong("is no destination")
	}
	return v
}

func atomOf(b bool) term.Atom {
	if b {
		return "true"
	}
	return "false"
}
