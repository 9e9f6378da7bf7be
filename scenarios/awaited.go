package scenarios

import (
	"slices"
	"strconv"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// This file lets faults happen that wait for an event.

// An await is one who waits for an event.
type await struct {
	event fault.Event
	like  []fault.Event // those of package fault that it is
	of    Selector
	slots map[*slot]bool // whom it selects
	left  int            // how many times more it must happen
	after time.Duration
	key   string // of its moment, for draws
	act   func()
	heard *int // counts how often it happens, up to that
}

// await has a fault wait for the i-th of its events.
func (h *harm) await(i int) {
	a, r := h.fault.On[i], h.run
	x := &await{
		event: a.Event, like: r.vocabulary().means(a.Event), of: a.Of, slots: map[*slot]bool{}, left: a.Event.Nth,
		key: h.fault.Name + " on " + strconv.Itoa(i), act: h.happen, heard: &h.heard[i],
	}
	x.after = a.After.Draw(h.choose("after", uint64(i)))
	if !a.Event.OfNodes() {
		for _, s := range r.book.find(a.Of) {
			x.slots[s] = true
		}
	}
	if a.Event.What == fault.Message && !r.takes {
		r.takes = true
		r.world.Watch(taking{r})
	}
	r.awaits = append(r.awaits, x)
}

// happened counts an event for those who wait for it.
func (r *Runner) happened(is func(*await) bool) {
	kept := r.awaits[:0]
	for _, x := range r.awaits {
		if is(x) {
			x.left--
			*x.heard++
		}
		if x.left > 0 {
			kept = append(kept, x)
			continue
		}
		r.world.At(r.world.View().Now()+x.after, x.key, x.act)
		if x.after == 0 {
			r.world.Interrupt()
		}
	}
	r.awaits = kept
}

// tally counts a fact. It comes before the book hears of it, which forgets who has ended.
func (r *Runner) tally(f sim.Fact) {
	if len(r.awaits) == 0 && r.hears == nil {
		return
	}
	who, s := f.Subject, r.book.held[f.Subject]
	if f.Kind == trace.Spawn {
		who, s = f.Object, r.book.launching[f.Subject]
	}
	if r.hears != nil {
		r.hears.fact(s, f)
	}
	r.happened(func(x *await) bool { return x.likeFact(f) && (x.event.OfNodes() || x.means(who, s)) })
}

// likeFact reports whether it waits for facts like f.
func (x *await) likeFact(f sim.Fact) bool {
	return slices.ContainsFunc(x.like, func(e fault.Event) bool { return e.LikeFact(f) })
}

// likeMessage reports whether it waits for messages like m.
func (x *await) likeMessage(m *sim.Msg) bool {
	return slices.ContainsFunc(x.like, func(e fault.Event) bool { return e.LikeMessage(m) })
}

// means reports whether it waits for what happens to a process, in a slot if it is in one.
func (x *await) means(pid sim.PID, s *slot) bool {
	if x.of.Name == anyNode {
		return x.of.Node == "" || x.of.Node == anyNode || x.of.Node == string(pid.Node())
	}
	return s != nil && x.slots[s]
}

// taking is told of the messages that processes take.
type taking struct{ r *Runner }

// Took counts a message.
func (t taking) Took(by sim.PID, m *sim.Msg) {
	s := t.r.book.held[by]
	if t.r.hears != nil {
		t.r.hears.message(s, m)
	}
	t.r.trapped(s, m)
	if len(t.r.awaits) > 0 {
		t.r.happened(func(x *await) bool { return x.likeMessage(m) && x.means(by, s) })
	}
}

// Observe does nothing: the runner is told of all else.
func (taking) Observe(sim.Fact) {}
