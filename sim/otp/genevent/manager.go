package genevent

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// manager is the process: it is called for each message.
type manager struct {
	gen.Core
	handlers   []installed // the newest last
	hibernates bool        // it does, between messages
}

// Start is the beginning of the process. A manager always traps exits (EV1).
func (m *manager) Start(p *sim.Proc) {
	if !m.Begin(p) {
		return
	}
	p.TrapExit(true)
	otp.InitAck(p, nil)
	m.SystemContinue(p)
}

// Handle is one turn of the manager's loop.
func (m *manager) Handle(p *sim.Proc, msg *sim.Msg) {
	switch msg.Tag() {
	case notifyTag:
		m.In(p, msg)
		m.wait(p, m.tellAll(p, onEvent, msg.Body()))
	case syncTag:
		m.In(p, msg)
		m.sync(p, otp.FromOf(msg), msg.Body())
	case requestTag:
		m.In(p, msg)
		m.serve(p, otp.FromOf(msg), msg.Body())
	default:
		m.other(p, msg)
	}
}

// other handles what is no request of this package, unless it looks like one.
func (m *manager) other(p *sim.Proc, msg *sim.Msg) {
	switch e := m.Sort(msg); e.Kind {
	case gen.System:
		m.System(p, m, e)
		return
	case gen.ParentExit:
		m.terminate(p, e.Body)
		return
	case gen.TimedOut: // it is HibernateAfter that is over
		m.wait(p, true)
		return
	}
	m.In(p, msg)
	switch v := msg.Value().(type) {
	case NotifyMsg:
		m.wait(p, m.tellAll(p, onEvent, v.Event))
	case RequestMsg:
		m.serve(p, v.From, v.Req)
	case sim.Exit:
		m.exited(p, v)
	default:
		m.wait(p, m.tellAll(p, onInfo, v))
	}
}

// wait makes the process wait for its next message.
func (m *manager) wait(p *sim.Proc, hibernate bool) {
	m.hibernates = hibernate
	m.SystemContinue(p)
}

// SystemContinue makes the process wait as before.
func (m *manager) SystemContinue(p *sim.Proc) {
	switch {
	case m.hibernates:
		p.Doze()
	case m.Spec.HibernateAfter > 0 && !m.Suspended():
		p.After(m.Spec.HibernateAfter)
	}
}

// serve does what a request asks and answers it.
func (m *manager) serve(p *sim.Proc, from otp.From, req any) {
	var reply any = okWord
	hibernate := false
	switch req := req.(type) {
	case syncNotify:
		m.sync(p, from, req.Event)
		return
	case *call:
		reply, hibernate = m.call(p, req)
	case *addHandler:
		reply, hibernate = m.add(p, req.ID, req.New, req.Owner, Predecessor{})
	case *deleteHandler:
		reply = m.delete(p, req)
	case *swapHandler:
		reply, hibernate = m.swap(p, req)
	case whichHandlers:
		reply = m.ids()
	default: // it only looked like a request
		m.wait(p, m.tellAll(p, onInfo, RequestMsg{from, req}))
		return
	}
	otp.Reply(p, from, reply)
	m.wait(p, hibernate)
}

// sync tells all and then answers.
func (m *manager) sync(p *sim.Proc, from otp.From, event any) {
	hibernate := m.tellAll(p, onEvent, event)
	otp.Reply(p, from, okWord)
	m.wait(p, hibernate)
}

func (m *manager) ids() []ID {
	ids := make([]ID, 0, len(m.handlers))
	for _, h := range slices.Backward(m.handlers) {
		ids = append(ids, h.id)
	}
	return ids
}

// find is where the newest handler of a name stands; -1 if there is none.
func (m *manager) find(id ID) int {
	for i, h := range slices.Backward(m.handlers) {
		if h.id.is(id) {
			return i
		}
	}
	return -1
}

func (m *manager) drop(i int) { m.handlers = slices.Delete(m.handlers, i, i+1) }

// add installs a handler. The link to its owner is made first, and stays whatever Init says (EV2).
func (m *manager) add(p *sim.Proc, id ID, new func() Handler, owner sim.PID, before Predecessor) (reply any, hibernate bool) {
	if !owner.IsZero() {
		p.Link(owner)
	}
	h := installed{id: id, owner: owner}
	r := h.begin(p, new, before)
	if r.kind != stays {
		return failure{r.Term()}, false
	}
	m.handlers = append(m.handlers, h)
	return okWord, r.hibernates
}

// delete removes a handler at somebody's request.
func (m *manager) delete(p *sim.Proc, req *deleteHandler) (reply any) {
	i := m.find(req.ID)
	if i < 0 {
		return failure{moduleNotFound}
	}
	h := m.handlers[i]
	m.drop(i)
	left, ok := h.end(p, req.Args)
	m.gone(p, &h, sim.Normal, nil)
	if !ok {
		return failure{left}
	}
	return left
}

// swap puts a handler in another's place at somebody's request: the new one becomes the newest.
func (m *manager) swap(p *sim.Proc, req *swapHandler) (reply any, hibernate bool) {
	before, owner := Predecessor{Swapped: true, Left: errorWord}, req.Owner
	if i := m.find(req.Old); i >= 0 {
		h := m.handlers[i]
		m.drop(i)
		if owner.IsZero() {
			owner = h.owner
		}
		before.Left, _ = h.end(p, req.Args)
		m.gone(p, &h, Swapped{req.ID, owner}, nil)
	}
	return m.add(p, req.ID, req.New, owner, before)
}

// call asks one handler.
func (m *manager) call(p *sim.Proc, req *call) (reply any, hibernate bool) {
	i := m.find(req.ID)
	if i < 0 {
		return failure{badModule}, false
	}
	r := m.handlers[i].callback(p, onCall, req.Req)
	if !r.fits(onCall) {
		reply = failure{r.Term()}
	} else {
		reply, hibernate = r.value, r.hibernates
	}
	m.settle(p, i, onCall, &r, req.Req)
	return reply, hibernate
}

// crashed is all that the owner of a handler is told that should have taken another's place and did not start.
const crashed sim.Atom = "crash"

// replace puts a handler in another's place because that one said so: the new one stands where the old one
// stood. An Init that wants to hibernate counts as one that failed: gen_event.erl forgets that it may.
func (m *manager) replace(p *sim.Proc, i int, s *swap) {
	old := m.handlers[i]
	left, _ := old.end(p, s.args)
	m.gone(p, &old, Swapped{s.id, old.owner}, nil)
	h := installed{id: s.id, owner: old.owner}
	if r := h.begin(p, s.new, Predecessor{Swapped: true, Left: left}); r.kind != stays || r.hibernates {
		m.drop(i)
		m.gone(p, &h, crashed, sim.Tuple{errorWord, r.Term()})
		return
	}
	m.handlers[i] = h
}

// exited removes the handlers of an owner that has ended, then tells all that are left (EV5).
func (m *manager) exited(p *sim.Proc, e sim.Exit) {
	for i := len(m.handlers) - 1; i >= 0; i-- {
		if h := m.handlers[i]; h.owner == e.From {
			m.drop(i)
			h.end(p, sim.Tuple{Stopped, e.Reason})
			m.gone(p, &h, sim.Shutdown, nil)
		}
	}
	m.tellAll(p, onInfo, e)
	m.wait(p, false)
}

// gone tells the owner of a handler that it is gone, and reports it if it crashed.
func (m *manager) gone(p *sim.Proc, h *installed, reason sim.Reason, last any) {
	if _, swapped := reason.(Swapped); !swapped && !term.Is(reason, sim.Normal) && !term.Is(reason, sim.Shutdown) {
		m.report(p, h, reason, last)
	}
	if !h.owner.IsZero() {
		p.Send(h.owner, HandlerExit{h.id, reason})
	}
}

func (m *manager) report(p *sim.Proc, h *installed, reason sim.Reason, last any) {
	if !p.Reporting() {
		p.Report("handler", p.Self(), nil)
		return
	}
	p.Report("handler", p.Self(), HandlerReport{h.id, m.Name(p), last, h.impl, reason})
}

// terminate ends the manager: all handlers, newest first, then the process (EV5).
func (m *manager) terminate(p *sim.Proc, reason sim.Reason) {
	for _, h := range slices.Backward(m.handlers) {
		h.end(p, Stopped)
		m.gone(p, &h, sim.Shutdown, nil)
	}
	for _, h := range m.handlers {
		if !h.owner.IsZero() && h.owner != m.Parent {
			p.Unlink(h.owner)
		}
	}
	m.Exit(p, reason)
}
