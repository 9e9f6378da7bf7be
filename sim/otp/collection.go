package otp

import (
	"errors"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// ErrNoRequest says that a collection holds no request whose answer one could wait for.
var ErrNoRequest = errors.New("no_request")

// Requests is a collection of requests that are under way, each with a label, for those who wait for
// whichever answer comes first: Erlang's reqids (GC7). The zero value is an empty one.
type Requests[R, L any] struct{ all []labelled[R, L] }

type labelled[R, L any] struct {
	id    RequestID[R]
	label L
}

// Add puts a request into the collection.
func (c *Requests[R, L]) Add(id RequestID[R], label L) {
	c.all = append(c.all, labelled[R, L]{id, label})
}

// Len is how many requests have not been answered.
func (c *Requests[R, L]) Len() int { return len(c.all) }

// Labels lists the labels of those, in the order in which they were added.
func (c *Requests[R, L]) Labels() []L {
	labels := make([]L, len(c.all))
	for i, r := range c.all {
		labels[i] = r.label
	}
	return labels
}

// WaitAny waits at most d for the answer to any request of the collection, and takes that request out. If
// it gives up with ErrTimeout all requests stand.
func WaitAny[R, L any](p *sim.Proc, c *Requests[R, L], d time.Duration) (label L, r R, err error) {
	if len(c.all) == 0 {
		return label, r, ErrNoRequest
	}
	which := 0
	m, ok := p.Await(sim.Mark{}, func(m *sim.Msg) bool {
		which = slices.IndexFunc(c.all, func(l labelled[R, L]) bool { return isOutcome(m, l.id.ref) })
		return which >= 0
	}, d)
	if !ok {
		return label, r, ErrTimeout
	}
	answered := c.all[which]
	c.all = slices.Delete(c.all, which, which+1)
	r, err = response(p, &m, answered.id)
	return answered.label, r, err
}

// ReceiveAny is WaitAny, but if it gives up all requests of the collection are abandoned: late answers are
// dropped, and the collection is empty.
func ReceiveAny[R, L any](p *sim.Proc, c *Requests[R, L], d time.Duration) (label L, r R, err error) {
	label, r, err = WaitAny(p, c, d)
	if !errors.Is(err, ErrTimeout) {
		return label, r, err
	}
	for _, l := range c.all {
		p.Demonitor(l.id.ref, sim.Flush())
	}
	c.all = nil
	return label, r, err
}
