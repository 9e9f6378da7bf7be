package fault

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Sightings are the events that were seen in a world, each once, in the order in which it was first so: what faults
// might wait for.
type Sightings struct {
	names map[sim.PID]sim.Name
	seen  map[Event]bool
	list  []Event
}

// mostSightings is how many are kept.
const mostSightings = 500

// Look begins to note which events there are in a world. Processes that have a name go by that, others by their path.
func Look(w *sim.World) *Sightings {
	s := &Sightings{names: watch(w).names, seen: map[Event]bool{}}
	w.Watch(s)
	return s
}

// Events are those that were seen so far; their Nth is to be drawn.
func (s *Sightings) Events() []Event { return s.list }

func (s *Sightings) add(e Event) {
	if s.seen[e] || len(s.list) == mostSightings {
		return
	}
	s.seen[e] = true
	if _, err := ParseEvent(e.String()); err == nil { // what cannot be said cannot be waited for
		s.list = append(s.list, e)
	}
}

func (s *Sightings) who(pid sim.PID) Select {
	if name := s.names[pid]; name != "" {
		return Select(name)
	}
	return Select("/" + pid.Path())
}

// Took notes a message.
func (s *Sightings) Took(by sim.PID, m *sim.Msg) {
	e := MessageSound(m)
	e.Who = s.who(by)
	s.add(e)
}

// Observe notes what else happens.
func (s *Sightings) Observe(f sim.Fact) {
	switch f.Kind {
	case trace.Register:
		s.add(Event{What: Start, Who: s.who(f.Subject)})
	case trace.Exit:
		s.add(Event{What: End, Kind: reasonOf(f.Detail), Who: s.who(f.Subject)})
	case trace.User:
		s.add(Event{What: Fact, Kind: f.Text, Who: s.who(f.Subject)})
	case trace.Report:
		s.add(Event{What: Report, Kind: f.Text, Who: s.who(f.Subject)})
	case trace.Node:
		about, at := nodesOf(f)
		switch f.Text {
		case NodeUp, NodeDown:
			s.add(Event{What: f.Text, Who: Select(about + "@" + at)})
		case Up, Down:
			s.add(Event{What: f.Text, Who: Select(about)})
		}
	}
}
