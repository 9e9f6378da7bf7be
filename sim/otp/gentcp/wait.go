package gentcp

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// async is the tag of a socket's answers to those who wait for one.
var async = sim.NewTag("inet_async", func(m *sim.Msg) any { return sim.Tuple{sim.Atom("inet_async"), m.Ref(), m.Body()} })

// waiter is a process that waits for an answer.
type waiter struct {
	who sim.PID
	ref sim.Ref
	n   int // how many bytes it wants to read
}

func (k waiter) waits(s *sim.Socket) bool { return !k.who.IsZero() && s.Alive(k.who) }

// answer answers; the body is what there is to say, or an Errno.
func (k waiter) answer(s *sim.Socket, body any) { s.Tell(k.who, async, k.ref, body) }

// await puts a question and waits for its answer. If it takes too long, forget takes the question back and reports
// whether it had not been answered.
func await(p *sim.Proc, d time.Duration, ask func(k waiter), forget func(k waiter) bool) (body any, err error) {
	from := p.Mark()
	k := waiter{who: p.Self(), ref: p.MakeRef()}
	ask(k)
	match := func(m *sim.Msg) bool {
		if m.Tag() != async || m.Ref() != k.ref {
			return false
		}
		body = m.Body()
		return true
	}
	if !p.Take(from, match, max(d, 0)) {
		if forget(k) {
			return nil, ErrTimeout
		}
		p.Take(from, match, sim.Forever)
	}
	if e, failed := body.(Errno); failed {
		return nil, e
	}
	return body, nil
}

// waiters are those who wait for the same.
type waiters []waiter

func (l *waiters) add(k waiter) { *l = append(*l, k) }

// remove reports whether k was among them.
func (l *waiters) remove(k waiter) bool {
	for i, x := range *l {
		if x.ref == k.ref {
			*l = append((*l)[:i], (*l)[i+1:]...)
			return true
		}
	}
	return false
}

// answer answers all of them.
func (l *waiters) answer(s *sim.Socket, body any) {
	for _, k := range *l {
		k.answer(s, body)
	}
	*l = nil
}
