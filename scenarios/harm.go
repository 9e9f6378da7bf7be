package scenarios

import (
	"slices"
	"strconv"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// A harm is a fault, followed through a run. It takes effect when a process ends of it, or takes the message that its exit
// signal has become, or when a start fails for it, which is later than when it is injected. Its draws are keyed by its name.
type harm struct {
	run    *Runner
	fault  *Fault
	slots  []*slot
	reason sim.Reason // of the signal, or of the failing starts
	id     uint64
	onTook []*ruling // the rules that count it
	onBack []*ruling // the rules that count how often it was rolled back
	after  []*ruling // the rules that begin with it
	living []*slot   // used by happen

	// Of the run
	due, injected, took int
	rolledBack          int           // upgrades that have failed
	left                bool          // it takes no part
	heard               []int         // how often the events that it waits for happened
	toxins              []sim.ToxicID // of a toxic: those at work
	poisoned            uint64        // and what those that are not have done
	spells              []*spell      // of faults of nodes and of the net: those that are not over
}

// An occasion is one happening of a fault.
type occasion struct {
	harm *harm
	took bool
}

func newHarm(r *Runner, f *Fault) *harm {
	h := &harm{run: r, fault: f, slots: r.book.find(f.Select), reason: sim.Kill, id: r.key("fault", f.Name)}
	h.heard = make([]int, len(f.On))
	if f.Kind == Exit || f.Kind == FailStart {
		h.reason = f.Reason.reason()
	}
	return h
}

func (h *harm) reset() {
	clear(h.heard)
	h.left = false
	h.due, h.injected, h.took, h.rolledBack, h.spells, h.toxins, h.poisoned = 0, 0, 0, 0, nil, nil, 0
}

// plan makes the fault happen when it must.
func (h *harm) plan() {
	for i, d := range h.fault.At {
		at := d.Draw(h.choose("at", uint64(i)))
		h.run.world.At(at, h.fault.Name+" at "+strconv.Itoa(i), h.happen)
	}
	for i := range h.fault.On {
		h.await(i)
	}
	if h.fault.Every != (Drawn{}) {
		h.again(h.fault.Between.From)
	}
}

// again makes it happen one gap after a moment, and so on.
func (h *harm) again(from time.Duration) {
	to := h.fault.Between.To
	if !h.fault.Has("between") {
		to = h.run.length
	}
	at := from + h.fault.Every.Draw(h.choose("every", uint64(h.due)))
	if at > to {
		return
	}
	h.run.world.At(at, h.fault.Name+" every "+strconv.Itoa(h.due), func() {
		h.happen()
		h.again(at)
	})
}

// choose answers the n-th draw of a kind.
func (h *harm) choose(what string, n uint64) func(int) int {
	return func(of int) int { return h.run.draw(choice.Fault, choice.Child(h.id, what, 0), n, of) }
}

// happen is one happening of the fault.
func (h *harm) happen() {
	h.due++
	if h.run.spent() {
		return
	}
	switch h.fault.Kind {
	case FailStart:
		h.failStarts()
		return
	case UpgradeCode:
		h.upgrade()
		return
	case Kill, Exit:
	default:
		h.strike()
		return
	}
	victims := h.pick()
	if len(victims) == 0 { // a fact all the same: that nobody was there must not go on for ever unnoticed
		h.run.world.Note(trace.Fault, sim.PID{}, h.fault.Name, nil)
		return
	}
	h.injected++
	o := &occasion{harm: h}
	for _, s := range victims {
		h.inject(s)
		mark := h.reason
		if term.Is(mark, sim.Kill) {
			mark = sim.Killed // EXT1: kill ends whom it hits, with another reason
		}
		s.hurt = append(s.hurt, hurt{o, s.pid, mark})
		h.run.world.Exit(s.pid, h.reason)
	}
}

// inject notes that the fault is done to a slot.
func (h *harm) inject(s *slot) {
	h.run.tell(happening{at: h.run.world.View().Now(), kind: reports.LineFault, slot: s, harm: h})
	h.run.world.Note(trace.Fault, s.pid, h.fault.Name, nil)
}

func (h *harm) failStarts() {
	h.injected++
	o := &occasion{harm: h}
	for _, s := range h.slots {
		h.inject(s)
		s.failing = append(s.failing, failing{of: o, left: h.fault.Times, reason: h.reason})
	}
}

// pick draws whom of those that live it befalls, in the order of the trees.
func (h *harm) pick() []*slot {
	h.living = h.living[:0]
	for _, s := range h.slots {
		if s.state != down {
			h.living = append(h.living, s)
		}
	}
	n := h.fault.Pick.Of(len(h.living))
	for i := range n {
		if left := len(h.living) - i; left > 1 && n < len(h.living) {
			j := i + h.choose("pick", uint64(h.due)<<32|uint64(i))(left)
			h.living[i], h.living[j] = h.living[j], h.living[i]
		}
	}
	return h.living[:n]
}

// effect notes that the happening has taken effect on a slot: the rules that begin with the fault begin.
func (o *occasion) effect(s *slot) { o.happened(s.pid) }

// happened is effect on a process that may be in no slot.
func (o *occasion) happened(pid sim.PID) {
	h := o.harm
	if !o.took {
		o.took = true
		h.took++
		wake(h.onTook)
	}
	h.run.world.Note(trace.Took, pid, h.fault.Name, nil)
	for _, x := range h.after {
		x.fresh = true
	}
}

// suffered finds the fault that a process ended of.
func (s *slot) suffered(pid sim.PID, reason sim.Reason) {
	for _, x := range s.hurt {
		if x.pid == pid && term.Equal(x.reason, reason) {
			x.of.effect(s)
			break
		}
	}
	s.hurt = slices.DeleteFunc(s.hurt, func(x hurt) bool { return x.pid == pid })
}

// trapped finds the fault whose exit signal has become a message that the process of a slot takes.
func (r *Runner) trapped(s *slot, m *sim.Msg) {
	if s == nil || m.Tag() != sim.ExitTag || !m.From().IsZero() {
		return
	}
	i := slices.IndexFunc(s.hurt, func(x hurt) bool { return x.pid == s.pid && term.Equal(x.reason, m.Body()) })
	if i < 0 {
		return
	}
	of, now := s.hurt[i].of, r.world.View().Now()
	s.hurt = slices.Delete(s.hurt, i, i+1)
	r.pass(now)
	of.effect(s)
	r.settle(now)
}

// becomesMessage reports whether its exit signals may be trapped.
func (f *Fault) becomesMessage() bool { return f.Kind == Exit && !term.Is(f.Reason.reason(), sim.Kill) }

// fails takes the next failing start of a slot, if there is one.
func (s *slot) fails() (f failing, ok bool) {
	for len(s.failing) > 0 {
		if s.failing[0].left > 0 {
			s.failing[0].left--
			return s.failing[0], true
		}
		s.failing = s.failing[1:]
	}
	return failing{}, false
}

func (h *harm) counts() reports.Fault {
	took := h.took
	if slices.Contains(ofNet, h.fault.Kind) && h.fault.Kind != Disconnect && !h.noticed() {
		took = 0
	}
	if h.fault.Kind == Poison && !h.poisons() {
		took = 0
	}
	c := reports.Fault{Name: h.fault.Name, Kind: string(h.fault.Kind), Due: h.due, Injected: h.injected, Took: took}
	c.RolledBack = h.rolledBack
	for i, a := range h.fault.On {
		e := reports.FaultEvent{Event: a.Event.String(), File: h.run.sc.File, Line: a.Pos.Line, Col: a.Pos.Col, Times: h.heard[i]}
		if h.heard[i] == a.Event.Nth {
			e.Came = 1
		}
		c.Events = append(c.Events, e)
	}
	if h.left {
		c.Left = 1
	}
	return c
}

// noticed reports whether a fault of the net has held, delayed or lost anything.
func (h *harm) noticed() bool {
	name := h.fault.Name
	if h.fault.Kind == NetRule {
		name = h.fault.Rule.String()
	}
	return slices.ContainsFunc(h.run.world.Net().Efficacy(), func(e netsim.Efficacy) bool { return e.Name == name && e.Took > 0 })
}
