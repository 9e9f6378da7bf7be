package fault

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// This file is for those who list what there is to wait for: the words that an Event would take.

// MessageSound is the event that a message is, without whom it happens to. The kind is that of the body, or the tag if there
// is none, or if the body is but a reason.
func MessageSound(m *sim.Msg) Event {
	switch tag := m.Tag(); {
	case tag == nil:
	case tag == sim.DownTag, tag == sim.ExitTag, m.Body() == nil:
		return Event{What: Message, Kind: tag.String()}
	}
	return Event{What: Message, Kind: kindOf(m.Body())}
}

// FactSound is the event that a fact is, without whom it happens to; ok is false if no event is about such facts.
func FactSound(f sim.Fact) (e Event, ok bool) {
	switch f.Kind {
	case trace.Spawn:
		return Event{What: Start}, true
	case trace.Exit:
		return Event{What: End, Kind: reasonOf(f.Detail)}, true
	case trace.User:
		return Event{What: Fact, Kind: f.Text}, true
	case trace.Report:
		return Event{What: Report, Kind: f.Text}, true
	case trace.Node:
		switch e.What = f.Text; e.What {
		case NodeUp, NodeDown, Up, Down:
			about, at := nodesOf(f)
			if e.Who = Select(about); e.What == NodeUp || e.What == NodeDown {
				e.Who += "@" + Select(at)
			}
			return e, true
		}
	}
	return Event{}, false
}

// KindOf is the kind of messages with a body, as events name it.
func KindOf(body any) string { return kindOf(body) }
