package otp

import (
	"errors"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// ErrNoRequest says that a collection holds no request whose answer one could wait for.
var ErrNoRequest = errors.New("no_request")

// Awaited is a request whose answer, an R, is fetched later: a RequestID, or that of another package.
type Awaited[R any] interface {
	// Ref is the request's reference.
	Ref() sim.Ref
	// Ends reports whether a message is what the request comes to: the answer, or that there is none. It must change nothing.
	Ends(m *sim.Msg) bool
	// Check asks whether a message that was received is that; ok is false if it is something else. It agrees with Ends.
	Check(p *sim.Proc, msg any) (r R, ok bool, err error)
	// Abandon gives the request up: a late answer is dropped.
	Abandon(p *sim.Proc)
}

// Requests is a collection of requests that are under way, each with a label, for those who wait for
// whichever answer comes first: Erlang's reqids (GC7). The zero value is an empty one, as of reqids_new. Requests of
// several packages may be in one collection.
type Requests[R, L any] struct{ all []Labelled[R, L] }

// Labelled is a request of a collection.
type Labelled[R, L any] struct {
	Request Awaited[R]
	Label   L
}

// Add puts a request into the collection: reqids_add.
func (c *Requests[R, L]) Add(id Awaited[R], label L) {
	c.all = append(c.all, Labelled[R, L]{id, label})
}

// Len is how many requests have not been answered: reqids_size.
func (c *Requests[R, L]) Len() int { return len(c.all) }

// List lists those, in the order in which they were added: reqids_to_list.
func (c *Requests[R, L]) List() []Labelled[R, L] { return slices.Clone(c.all) }

// Labels lists their labels.
func (c *Requests[R, L]) Labels() []L {
	labels := make([]L, len(c.all))
	for i, r := range c.all {
		labels[i] = r.Label
	}
	return labels
}

// WaitAny waits at most d for the answer to any request of the collection, and takes that request out: wait_response. If
// it gives up with ErrTimeout all requests stand.
func WaitAny[R, L any](p *sim.Proc, c *Requests[R, L], d time.Duration) (label L, r R, err error) {
	if len(c.all) == 0 {
		return label, r, ErrNoRequest
	}
	m, ok := p.Await(sim.Mark{}, func(m *sim.Msg) bool {
		return slices.ContainsFunc(c.all, func(l Labelled[R, L]) bool { return l.Request.Ends(m) })
	}, d)
	if !ok {
		return label, r, ErrTimeout
	}
	if label, r, ok, err = CheckAny(p, m.Value(), c); !ok {
		panic("otp: Ends and Check of a request disagree")
	}
	return label, r, err
}

// ReceiveAny is WaitAny, but if it gives up all requests of the collection are abandoned, and it is empty: receive_response.
func ReceiveAny[R, L any](p *sim.Proc, c *Requests[R, L], d time.Duration) (label L, r R, err error) {
	label, r, err = WaitAny(p, c, d)
	if !errors.Is(err, ErrTimeout) {
		return label, r, err
	}
	for _, l := range c.all {
		l.Request.Abandon(p)
	}
	c.all = nil
	return label, r, err
}

// CheckAny asks whether a message that was received is the answer to any request of the collection, and takes that request
// out: check_response. ok is false if it is something else.
func CheckAny[R, L any](p *sim.Proc, msg any, c *Requests[R, L]) (label L, r R, ok bool, err error) {
	for i, l := range c.all {
		if r, ok, err = l.Request.Check(p, msg); ok {
			c.all = slices.Delete(c.all, i, i+1)
			return l.Label, r, true, err
		}
	}
	return label, r, false, nil
}
