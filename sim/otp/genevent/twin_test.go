package genevent_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"pgregory.net/rapid"
)

// spec says how a handler behaves. Reactions are ok, sleep (ok and hibernate), remove, crash, bad, and swap
// for those who name a successor.
type spec struct {
	ID, Init, Event, Call, Info, Leave string
	Next                               *spec // whom it names
}

// move is what somebody does to a manager.
type move struct {
	Kind  string // add, addsup, delete, swap, swapsup, notify, sync, call, info, die
	Owner int    // who does it
	ID    string // of delete, swap, call
	Spec  spec
}

func drawSpec(t *rapid.T, depth int) spec {
	s := spec{
		ID:    drawID(t),
		Init:  rapid.SampledFrom([]string{"ok", "ok", "ok", "sleep", "crash", "bad"}).Draw(t, "init"),
		Leave: rapid.SampledFrom([]string{"ok", "ok", "crash"}).Draw(t, "leave"),
	}
	reactions := []string{"ok", "ok", "ok", "sleep", "remove", "crash", "bad"}
	if depth > 0 {
		reactions = append(reactions, "swap", "swap")
		next := drawSpec(t, depth-1)
		s.Next = &next
	}
	s.Event = rapid.SampledFrom(reactions).Draw(t, "event")
	s.Call = rapid.SampledFrom(reactions).Draw(t, "call")
	s.Info = rapid.SampledFrom(reactions).Draw(t, "info")
	return s
}

func drawID(t *rapid.T) string { return rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id") }

var moveKinds = []string{"add", "add", "addsup", "addsup", "delete", "swap", "swapsup", "notify", "notify", "sync", "call", "info", "die"}

func drawMove(t *rapid.T) move {
	return move{
		Kind:  rapid.SampledFrom(moveKinds).Draw(t, "kind"),
		Owner: rapid.IntRange(0, owners-1).Draw(t, "owner"),
		ID:    drawID(t),
		Spec:  drawSpec(t, 2),
	}
}

// owners is how many processes own handlers.
const owners = 2

// twin is a manager as dumb as can be: a list, newest first.
type twin struct {
	list   []twinHandler
	linked [owners]bool
	lines  []string
}

type twinHandler struct {
	spec
	owner int // -1: nobody
}

func (w *twin) say(format string, args ...any) {
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

func (w *twin) tell(h twinHandler, why string) {
	if h.owner >= 0 {
		w.say("owner%d hears %s %s", h.owner, h.ID, why)
	}
}

const crashText = "{'EXIT',{boom,STACK}}"

func (w *twin) leave(h twinHandler, arg string) (left string, ok bool) {
	w.say("%s terminate %s", h.ID, arg)
	if h.Leave == "crash" {
		return crashText, false
	}
	return "gone", true
}

func (w *twin) begin(h twinHandler, after string) (ok bool, why string) {
	w.say("%s init%s", h.ID, after)
	switch h.Init {
	case "crash":
		return false, crashText
	case "bad":
		return false, "bad"
	}
	return true, "ok"
}

func (w *twin) find(id string) int {
	return slices.IndexFunc(w.list, func(h twinHandler) bool { return h.ID == id })
}

func (w *twin) without(i int) []twinHandler {
	return append(slices.Clone(w.list[:i]), w.list[i+1:]...)
}

func (w *twin) add(s spec, owner int, after string) string {
	if owner >= 0 {
		w.linked[owner] = true
	}
	h := twinHandler{s, owner}
	ok, why := w.begin(h, after)
	if !ok {
		return why
	}
	w.list = append([]twinHandler{h}, w.list...)
	return "ok"
}

// reacted is what becomes of a handler that has reacted: it, another, or none.
func (w *twin) reacted(h twinHandler, reaction string) []twinHandler {
	switch reaction {
	case "crash":
		w.leave(h, "{error,"+crashText+"}")
		w.tell(h, crashText)
		return nil
	case "bad":
		w.leave(h, "{error,bad}")
		w.tell(h, "bad")
		return nil
	case "remove":
		w.leave(h, "remove_handler")
		w.tell(h, "normal")
		return nil
	case "swap":
		left, _ := w.leave(h, "sw")
		w.tell(h, "swapped "+h.Next.ID)
		next := twinHandler{*h.Next, h.owner}
		if ok, _ := w.begin(next, " after "+left); !ok || next.Init == "sleep" {
			w.tell(next, "crash")
			return nil
		}
		return []twinHandler{next}
	}
	return []twinHandler{h}
}

func (w *twin) all(what, arg string, reaction func(twinHandler) string) {
	var list []twinHandler
	for _, h := range w.list {
		w.say("%s %s %s", h.ID, what, arg)
		list = append(list, w.reacted(h, reaction(h))...)
	}
	w.list = list
}

func (w *twin) swap(m move, owner int) string {
	after := " after error"
	if i := w.find(m.ID); i >= 0 {
		h := w.list[i]
		w.list = w.without(i)
		if owner < 0 {
			owner = h.owner
		}
		left, _ := w.leave(h, "sw")
		after = " after " + left
		w.tell(h, "swapped "+m.Spec.ID)
	}
	return w.add(m.Spec, owner, after)
}

func (w *twin) die(owner int) {
	if !w.linked[owner] {
		return
	}
	w.linked[owner] = false
	var list []twinHandler
	for _, h := range w.list {
		if h.owner == owner {
			w.leave(h, "{stop,killed}")
			continue
		}
		list = append(list, h)
	}
	w.list = list
	w.all("info", "exit", func(h twinHandler) string { return h.Info })
}

func (w *twin) call(id string) string {
	i := w.find(id)
	if i < 0 {
		return "bad_module"
	}
	h := w.list[i]
	w.say("%s call x", h.ID)
	after := w.reacted(h, h.Call)
	w.list = append(append(slices.Clone(w.list[:i]), after...), w.list[i+1:]...)
	switch h.Call {
	case "crash":
		return crashText
	case "bad":
		return "bad"
	}
	return "fine"
}

func (w *twin) delete(id string) string {
	i := w.find(id)
	if i < 0 {
		return "module_not_found"
	}
	h := w.list[i]
	w.list = w.without(i)
	left, _ := w.leave(h, "bye")
	w.tell(h, "normal")
	return left
}

// play makes a move.
func (w *twin) play(m move) {
	result := "ok"
	switch m.Kind {
	case "add":
		result = w.add(m.Spec, -1, "")
	case "addsup":
		result = w.add(m.Spec, m.Owner, "")
	case "delete":
		result = w.delete(m.ID)
	case "swap":
		result = w.swap(m, -1)
	case "swapsup":
		result = w.swap(m, m.Owner)
	case "notify", "sync":
		w.all("event", "x", func(h twinHandler) string { return h.Event })
	case "info":
		w.all("info", "x", func(h twinHandler) string { return h.Info })
	case "call":
		result = w.call(m.ID)
	case "die":
		w.die(m.Owner)
	}
	var ids []string
	for _, h := range w.list {
		ids = append(ids, h.ID)
	}
	w.say("%s: %s [%s]", m.Kind, result, strings.Join(ids, ","))
}

// real plays the moves on a manager.
type real struct {
	t      *rapid.T
	bus    sim.PID
	owners [owners]sim.PID
	lines  []string
}

func (r *real) say(format string, args ...any) {
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

// acted is a handler that behaves as a spec says.
type acted struct {
	spec
	r *real
}

func (r *real) make(s spec) func() *acted { return func() *acted { return &acted{s, r} } }

func named(id string) genevent.ID { return genevent.Module("m").With(sim.Atom(id)) }

func (h *acted) react(reaction string, ok genevent.Result) genevent.Result {
	switch reaction {
	case "sleep":
		return ok.Hibernate()
	case "crash":
		panic(boom)
	case "bad":
		return genevent.Bad(sim.Atom("bad"))
	case "remove":
		return genevent.Remove()
	case "swap":
		return genevent.Swap(sim.Atom("sw"), named(h.Next.ID), h.r.make(*h.Next))
	}
	return ok
}

func (h *acted) Init(_ *sim.Proc, before genevent.Predecessor) genevent.Result {
	after := ""
	if before.Swapped {
		after = " after " + show(before.Left)
	}
	h.r.say("%s init%s", h.ID, after)
	return h.react(h.spec.Init, genevent.Ok())
}

func (h *acted) HandleEvent(*sim.Proc, any) genevent.Result {
	h.r.say("%s event x", h.ID)
	return h.react(h.Event, genevent.Ok())
}

func (h *acted) HandleInfo(_ *sim.Proc, msg any) genevent.Result {
	text := "x"
	if _, ok := msg.(sim.Exit); ok {
		text = "exit"
	}
	h.r.say("%s info %s", h.ID, text)
	return h.react(h.Info, genevent.Ok())
}

func (h *acted) HandleCall(*sim.Proc, any) genevent.Result {
	h.r.say("%s call x", h.ID)
	fine := sim.Atom("fine")
	if r := h.react(h.Call, genevent.ReplyAny(fine)); r.Term() != any(sim.Atom("bad")) {
		return r.Replying(fine)
	}
	return genevent.Bad(sim.Atom("bad"))
}

func (h *acted) Terminate(_ *sim.Proc, arg any) any {
	h.r.say("%s terminate %s", h.ID, show(arg))
	if h.Leave == "crash" {
		panic(boom)
	}
	return sim.Atom("gone")
}

func (h *acted) CodeChange(*sim.Proc, any, any) error { return nil }

// owner does what it is sent, then tells what it hears.
func (r *real) owner(i int) sim.Body {
	return func(p *sim.Proc) {
		for {
			m, _ := sim.Any(p)
			switch m := m.(type) {
			case func(*sim.Proc):
				m(p)
			case genevent.HandlerExit:
				why := show(m.Reason)
				if s, ok := m.Reason.(genevent.Swapped); ok {
					why = "swapped " + show(s.New.ID)
				}
				r.say("owner%d hears %s %s", i, show(m.Handler.ID), why)
			}
		}
	}
}

// as has an owner do something, and waits until all is quiet.
func (r *real) as(p *sim.Proc, owner int, f func(p *sim.Proc)) {
	p.Send(r.owners[owner], f)
	p.Sleep(1)
}

func (r *real) play(p *sim.Proc, m move) {
	var result any = "ok"
	var err error
	to, id, next := r.bus, named(m.ID), named(m.Spec.ID)
	sw := sim.Atom("sw")
	switch m.Kind {
	case "add":
		err = genevent.AddHandler(p, to, next, r.make(m.Spec))
	case "addsup":
		r.as(p, m.Owner, func(p *sim.Proc) { err = genevent.AddSupHandler(p, to, next, r.make(m.Spec)) })
	case "delete":
		result, err = genevent.DeleteHandler(p, to, id, sim.Atom("bye"))
	case "swap":
		err = genevent.SwapHandler(p, to, id, sw, next, r.make(m.Spec))
	case "swapsup":
		r.as(p, m.Owner, func(p *sim.Proc) { err = genevent.SwapSupHandler(p, to, id, sw, next, r.make(m.Spec)) })
	case "notify":
		genevent.Notify(p, to, x)
	case "sync":
		err = genevent.SyncNotify(p, to, x)
	case "info":
		p.Send(to, x)
	case "call":
		result, err = genevent.CallAny(p, to, id, x)
	case "die":
		p.Exit(r.owners[m.Owner], sim.Kill)
		r.owners[m.Owner] = p.Spawn("owner", r.owner(m.Owner))
	}
	p.Sleep(1)
	if err != nil {
		result = reason(err)
	}
	if text, ok := result.(string); ok {
		result = sim.Atom(text)
	}
	ids, _ := genevent.WhichHandlers(p, to)
	var names []string
	for _, id := range ids {
		names = append(names, show(id.ID))
	}
	r.say("%s: %s [%s]", m.Kind, show(result), strings.Join(names, ","))
}

func (r *real) run(p *sim.Proc, moves []move) {
	started, err := genevent.StartAlone(p, nil)
	if err != nil {
		r.t.Error(err)
	}
	r.bus = started.PID
	for i := range r.owners {
		r.owners[i] = p.Spawn("owner", r.owner(i))
	}
	for _, m := range moves {
		r.play(p, m)
	}
}

// tidy puts what owners hear in a move behind what handlers say: they are other processes, and hear it when they may.
func tidy(lines []string) []string {
	var out, heard []string
	for _, l := range lines {
		switch {
		case strings.HasPrefix(l, "owner"):
			heard = append(heard, l)
			continue
		case strings.Contains(l, ": "):
			slices.SortStableFunc(heard, func(a, b string) int { return strings.Compare(a[:6], b[:6]) })
			out, heard = append(out, heard...), nil
		}
		out = append(out, l)
	}
	return out
}

// A manager does what a plain list of handlers would do, whatever is done to it, and under every schedule.
func TestManager_doesAsAListWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		moves := rapid.SliceOfN(rapid.Custom(drawMove), 1, 25).Draw(t, "moves")
		seed := rapid.Uint64().Draw(t, "seed")
		dumb := &twin{}
		for _, m := range moves {
			dumb.play(m)
		}
		r := &real{t: t}
		w := sim.New(sim.Config{
			Seed: seed, Policy: scheduler.Random{}, ReductionCost: sim.Free, Abandon: abandon,
			Boot: func(p *sim.Proc) { p.Spawn("main", func(p *sim.Proc) { r.run(p, moves) }) },
		})
		defer w.Close()
		w.Run(sim.Forever)
		got, want := tidy(r.lines), tidy(dumb.lines)
		for i := range max(len(got), len(want)) {
			if i >= len(got) || i >= len(want) || got[i] != want[i] {
				t.Fatalf("line %d\n%s\nshould be\n%s", i, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	})
}

// abandon lets rapid's own panics through.
func abandon(v any) bool { return strings.Contains(fmt.Sprintf("%T", v), "rapid") }
