package genevent

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// tellAll calls a callback of every handler, newest first (EV1), and reports whether one of them wants the
// manager to hibernate. It allocates nothing.
func (m *manager) tellAll(p *sim.Proc, what callback, arg any) (hibernate bool) {
	t := round{what: what, arg: arg, at: len(m.handlers)}
	for t.at > 0 {
		if why, ok := m.tellOn(p, &t); !ok {
			t.answer = exited(why)
		}
		if !t.answer.quiet() {
			m.settle(p, t.at, what, &t.answer, arg)
		}
	}
	return t.hibernate
}

// round is a callback of all handlers on its way through them.
type round struct {
	what      callback
	arg       any
	at        int // who was called last; those before it are yet to be called
	answer    Result
	hibernate bool
}

// tellOn goes on until one of the handlers crashes or answers more than ok: to guard every call by itself
// would cost more than the calls.
func (m *manager) tellOn(p *sim.Proc, t *round) (why sim.Reason, ok bool) {
	defer otp.Catch(p, &why, &ok)
	for t.at > 0 {
		t.at--
		t.answer = m.handlers[t.at].ask(p, t.what, t.arg)
		if !t.answer.quiet() {
			break
		}
		t.hibernate = t.hibernate || t.answer.hibernates
	}
	return nil, true
}

// settle does with a handler what its callback has answered.
func (m *manager) settle(p *sim.Proc, i int, what callback, r *Result, last any) {
	h := m.handlers[i]
	switch {
	case !r.fits(what):
		m.drop(i)
		v := r.Term()
		h.end(p, sim.Tuple{errorWord, v})
		m.gone(p, &h, v, last)
	case r.kind == removes:
		m.drop(i)
		h.end(p, Removed)
		m.gone(p, &h, sim.Normal, last)
	case r.kind == swaps:
		m.replace(p, i, r.swap)
	}
}
