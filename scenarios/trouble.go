package scenarios

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// This file lets faults of nodes and of the net happen, and takes them back.

// A spell is one happening of a fault that lasts. Faults overlap: each takes back its own and nothing else.
type spell struct {
	occasion
	undo []func()
	over bool
}

// strike is one happening of a fault of nodes or of the net.
func (h *harm) strike() {
	r := h.run
	now := r.world.View().Now()
	what, act := h.mean()
	if what == "" { // there is nobody whom it could befall; a fact all the same, as in happen
		r.world.Note(trace.Fault, sim.PID{}, h.fault.Name, nil)
		return
	}
	r.pass(now)
	h.injected++
	h.tell(what)
	r.world.Note(trace.Fault, sim.PID{}, h.fault.Name, nil)
	s := &spell{occasion: occasion{harm: h}}
	h.spells = append(h.spells, s)
	act(s)
	s.happened(sim.PID{})
	if h.fault.For != (Drawn{}) {
		r.world.At(now+h.fault.For.Draw(h.choose("for", uint64(h.due))), h.fault.Name+" for "+strconv.Itoa(h.due), func() { h.heal(s) })
	}
	r.settle(now)
}

// heal takes one happening back.
func (h *harm) heal(s *spell) {
	if s.over {
		return
	}
	s.over = true
	r := h.run
	now := r.world.View().Now()
	r.pass(now)
	h.tell("it is over")
	for _, undo := range s.undo {
		undo()
	}
	h.spells = slices.DeleteFunc(h.spells, func(x *spell) bool { return x == s })
	r.settle(now)
}

// mean draws what the fault is to do this time: what that is in words, "" for nothing, and what does it.
func (h *harm) mean() (what string, act func(*spell)) {
	f, w := h.fault, h.run.world
	switch f.Kind {
	case Partition, HarmLinks:
		where := h.where()
		return h.wordsAt(where), func(s *spell) { h.harmLinks(s, netsim.Fault{Name: f.Name, Harm: f.Harm, Where: where}) }
	case Flap:
		where := h.where()
		return h.wordsAt(where), func(s *spell) { h.moments(s, f.flap(where).Moments(w.Source(), h.streamName())) }
	case Swizzle:
		z := f.swizzle(h.run.names)
		return z.String(), func(s *spell) { h.moments(s, z.Moments(w.Source(), h.streamName())) }
	case Disconnect:
		a, b := sim.Atom(f.Pair[0]), sim.Atom(f.Pair[1])
		if slices.Contains(w.View().Connected(a), b) {
			return f.text(f), func(*spell) { w.Disconnect(a, b) }
		}
	case NetRule:
		return f.text(f) + f.lastingText(), h.addRule
	case Poison:
		return f.text(f) + f.lastingText(), h.addToxic
	case HealFault:
		if slices.ContainsFunc(h.run.harms, func(x *harm) bool { return h.heals(x) && len(x.spells) > 0 }) {
			return f.text(f), h.healOthers
		}
	default:
		return h.meanNodes()
	}
	return "", nil
}

// where draws which links it befalls.
func (h *harm) where() netsim.Partition {
	k := uint64(h.due) << 32
	return h.fault.Links.partition(h.run.names, func(n int) int {
		k++
		return h.choose("where", k)(n)
	})
}

// wordsAt is what it does, with the links that were drawn.
func (h *harm) wordsAt(where netsim.Partition) string {
	f := h.fault
	return strings.TrimSuffix(f.text(f), f.Links.String()) + where.String() + f.lastingText()
}

// addRule adds a rule of the net until the spell is over.
func (h *harm) addRule(s *spell) {
	w := h.run.world
	id, err := w.AddRule(h.fault.Rule)
	if err != nil {
		panic("scenarios: " + err.Error()) // the file was checked
	}
	s.undo = append(s.undo, func() { w.RemoveRule(id) })
}

// addToxic harms TCP connections until the spell is over.
func (h *harm) addToxic(s *spell) {
	w := h.run.world
	id, err := w.AddToxic(h.fault.Toxic)
	if err != nil {
		panic("scenarios: " + err.Error()) // the file was checked
	}
	h.toxins = append(h.toxins, id)
	s.undo = append(s.undo, func() {
		h.poisoned += w.ToxicTook(id)
		h.toxins = slices.DeleteFunc(h.toxins, func(x sim.ToxicID) bool { return x == id })
		w.RemoveToxic(id)
	})
}

// poisons reports whether a toxic has had an effect.
func (h *harm) poisons() bool {
	for _, id := range h.toxins {
		h.poisoned += h.run.world.ToxicTook(id)
	}
	return h.poisoned > 0
}

// heals reports whether it heals what another fault does.
func (h *harm) heals(other *harm) bool {
	return slices.Contains(lasting, other.fault.Kind) && (h.fault.Heal == "" || other.fault.Name == h.fault.Heal)
}

// healOthers takes back what other faults have done.
func (h *harm) healOthers(*spell) {
	for _, other := range h.run.harms {
		if h.heals(other) {
			for _, s := range slices.Clone(other.spells) {
				other.heal(s)
			}
		}
	}
}

// streamName keys the draws of a schedule: each happening has its own.
func (h *harm) streamName() string { return h.fault.Name + "/" + strconv.Itoa(h.due) }

// harmLinks harms links until the spell is over.
func (h *harm) harmLinks(s *spell, f netsim.Fault) netsim.FaultID {
	w := h.run.world
	id, err := w.Inject(f)
	if err != nil {
		panic("scenarios: " + err.Error()) // the file was checked
	}
	s.undo = append(s.undo, func() { w.Heal(id) })
	return id
}

// moments plays a schedule of the net.
func (h *harm) moments(s *spell, ms []netsim.Moment) {
	w := h.run.world
	ids := map[int]netsim.FaultID{}
	begin := w.View().Now()
	for i, m := range ms {
		w.At(begin+m.After, h.streamName()+" step "+strconv.Itoa(i), func() {
			switch {
			case s.over:
			case m.Heal:
				w.Heal(ids[m.Fault])
			default:
				m.What.Name = h.fault.Name
				ids[m.Fault] = h.harmLinks(s, m.What)
			}
		})
	}
}

// meanNodes draws whom it befalls.
func (h *harm) meanNodes() (what string, act func(*spell)) {
	hit := h.pickHosts()
	if len(hit) == 0 {
		return "", nil
	}
	var names []string
	for _, x := range hit {
		names = append(names, string(x.name))
	}
	text := h.fault.Kind.verb() + " " + joined(names)
	if h.fault.Kind == SetClock {
		text += " " + h.fault.Clock.deed()
	}
	return text + h.fault.lastingText(), func(s *spell) {
		for _, x := range hit {
			h.strikeNode(s, x)
		}
	}
}

// deed is what becomes of a clock.
func (c Clock) deed() string {
	var parts []string
	if c.Has("step") {
		parts = append(parts, "jumps by "+signed(c.Step))
	}
	if c.Has("offset") {
		parts = append(parts, "is off by "+signed(c.Offset))
	}
	if c.Drift != 0 {
		parts = append(parts, "drifts by "+strconv.Itoa(c.Drift)+"ppm")
	}
	if c.Frozen {
		parts = append(parts, "stands still")
	}
	return joined(parts)
}

func signed(d time.Duration) string {
	if d < 0 {
		return "-" + FormatDuration(-d)
	}
	return FormatDuration(d)
}

// pickHosts draws which nodes it befalls, of those that it can.
func (h *harm) pickHosts() []*host {
	var can []*host
	for _, x := range h.run.hosts {
		if runsOn(h.fault.Nodes, string(x.name)) && x.up != (h.fault.Kind == BootNode) {
			can = append(can, x)
		}
	}
	n := h.fault.Pick.Of(len(can))
	for i := range n {
		if left := len(can) - i; left > 1 && n < len(can) {
			j := i + h.choose("pick", uint64(h.due)<<32|uint64(i))(left)
			can[i], can[j] = can[j], can[i]
		}
	}
	return can[:n]
}

// strikeNode does it to one node.
func (h *harm) strikeNode(s *spell, x *host) {
	w := h.run.world
	switch h.fault.Kind {
	case HaltNode:
		w.HaltNode(x.name, "halt")
		s.undo = append(s.undo, func() { w.BootNode(x.name) })
	case CutPower:
		w.CutPower(x.name, "power cut")
		s.undo = append(s.undo, func() { w.BootNode(x.name) })
	case StopNode:
		h.run.stopNode(x)
		s.undo = append(s.undo, func() { w.BootNode(x.name) })
	case BootNode:
		w.BootNode(x.name)
	case PauseNode:
		x.pauses = append(x.pauses, s)
		w.PauseNode(x.name)
		s.undo = append(s.undo, func() { h.run.unpause(x, s) })
	case SetClock:
		x.setClock(h.run, s, h.fault.Clock)
		s.undo = append(s.undo, func() { x.unsetClock(h.run, s) })
	}
}

// unpause ends one pause of a node; it goes on when there is no other.
func (r *Runner) unpause(x *host, s *spell) {
	i := slices.Index(x.pauses, s)
	if i < 0 { // it has gone down since
		return
	}
	if x.pauses = slices.Delete(x.pauses, i, i+1); len(x.pauses) == 0 {
		r.world.ResumeNode(x.name)
	}
}

// A wrongness is what a fault does to a clock.
type wrongness struct {
	of    *spell
	clock Clock
}

// setClock makes a node's clock wrong.
func (x *host) setClock(r *Runner, s *spell, c Clock) {
	x.clocks = append(x.clocks, wrongness{s, c})
	x.tellTime(r, c)
}

// unsetClock takes that back: the clock is as wrong as what is left makes it.
func (x *host) unsetClock(r *Runner, s *spell) {
	last := len(x.clocks) - 1
	i := slices.IndexFunc(x.clocks, func(w wrongness) bool { return w.of == s })
	if i < 0 {
		return
	}
	x.clocks = slices.Delete(x.clocks, i, i+1)
	switch {
	case i < last:
	case last > 0:
		x.tellTime(r, x.clocks[last-1].clock)
	default:
		r.world.SetClock(x.name, x.node.Clock.clock())
	}
}

// tellTime makes the clock wrong from now on.
func (x *host) tellTime(r *Runner, c Clock) {
	to := c.clock()
	if !c.Has("offset") { // it goes on from what it shows
		v := r.world.View()
		to.Offset = v.SystemTime(x.name) - v.Now() + c.Step
	}
	r.world.SetClock(x.name, to)
}
