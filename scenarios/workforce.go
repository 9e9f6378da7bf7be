package scenarios

import (
	"errors"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
)

// A workforce is the clients of a workload, and what has become of their requests. Its draws are keyed by
// the workload's name, the client's number and the request's: no other part of the file moves them.
type workforce struct {
	run     *Runner
	load    *Workload
	targets []*slot
	message func(Args) any
	handler genevent.ID // of event managers: who answers
	fixed   any         // the message of every request, if nothing in it is drawn
	drawn   bool
	on      []*ruling

	// Of the run
	sent, replies, timeouts, errors, waiting int
	clients                                  []client
}

// client is where one client is.
type client struct {
	pid    sim.PID
	asking *slot // whom it waits for; nil if it does not
}

func newWorkforce(r *Runner, w *Workload) *workforce {
	q := r.requestOf(w)
	f := &workforce{run: r, load: w, targets: r.book.find(w.To), message: q.Message, handler: q.Handler}
	for _, s := range f.targets {
		s.kind = r.program(s.child).Kind
	}
	f.drawn = slices.ContainsFunc(w.With, func(a Arg) bool {
		_, several := a.Value.(Choice)
		_, ranges := a.Value.(IntRange)
		return several || ranges
	})
	if !f.drawn {
		f.fixed = f.message(w.With)
	}
	return f
}

func (f *workforce) reset() {
	f.sent, f.replies, f.timeouts, f.errors, f.waiting = 0, 0, 0, 0, 0
	clear(f.clients)
	f.clients = slices.Grow(f.clients[:0], f.load.Count)[:f.load.Count]
}

// nodeDown counts the calls that were under way when the node went down: whom they asked is no more, and nor are
// the clients.
func (f *workforce) nodeDown() {
	f.errors += f.waiting
	f.waiting = 0
	clear(f.clients)
	wake(f.on)
}

// start starts the clients, as children of p.
func (f *workforce) start(p *sim.Proc) {
	for i := range f.load.Count {
		w := &worker{workforce: f, client: &f.clients[i], id: choice.Child(f.run.key("workload", f.load.Name), "client", uint32(i))}
		f.clients[i].pid, _ = p.SpawnHandler(f.load.Name, w, sim.SpawnOptions{})
	}
}

// worker is one client at work: a process that needs a stack only while it waits for an answer.
type worker struct {
	*workforce
	p       *sim.Proc // itself, while it is called
	client  *client
	id      uint64
	n       uint64          // requests so far
	moments []time.Duration // those to come, of a workload with at:
	at      time.Duration   // of the next request
}

// Start waits for the first request.
func (w *worker) Start(p *sim.Proc) {
	w.p = p
	for i, d := range w.load.At {
		w.moments = append(w.moments, d.Draw(w.choose(choice.Plan, "at", uint64(i))))
	}
	slices.Sort(w.moments)
	w.plan(max(p.Now(), w.load.Start))
}

// Handle makes a request, if it is time: whatever else comes is nothing to a client.
func (w *worker) Handle(p *sim.Proc, m *sim.Msg) {
	w.p = p
	if p.Now() >= w.at {
		w.request()
		if w.load.Call {
			w.plan(p.Now())
		} else {
			w.plan(w.at)
		}
		return
	}
	w.wait()
}

// plan finds out when the next request is due: the one before was made, or answered, at last.
func (w *worker) plan(last time.Duration) {
	w.at = noMoment
	switch {
	case len(w.moments) > 0:
		w.at, w.moments = max(last, w.moments[0]), w.moments[1:]
	case len(w.load.At) == 0:
		stop := w.load.Stop
		if !w.load.Has("stop") {
			stop = w.run.length
		}
		if at := last + w.load.Every.Draw(w.choose(choice.Plan, "every", w.n)); at <= stop {
			w.at = at
		}
	}
	w.wait()
}

// wait sleeps until the next request; for ever, if there is none.
func (w *worker) wait() {
	if w.at != noMoment {
		w.p.After(max(0, w.at-w.p.Now()))
	}
}

// choose answers the n-th draw of a kind.
func (w *worker) choose(d choice.Domain, what string, n uint64) func(int) int {
	return func(of int) int { return w.run.draw(d, choice.Child(w.id, what, 0), n, of) }
}

// request makes one request, and waits for the answer if it is a call.
func (w *worker) request() {
	to := w.target()
	msg := w.next()
	w.n++
	w.sent++
	w.run.wake(w.p.Now(), w.on)
	if !w.load.Call {
		if !to.pid.IsZero() {
			to.kind.cast(w.p, to.pid, msg)
		}
		return
	}
	w.call(to, msg)
}

// target draws whom the request is for. Whoever is not there is passed over for the next who is.
func (w *worker) target() *slot {
	n := len(w.targets)
	if n == 1 {
		return w.targets[0]
	}
	first := w.choose(choice.Value, "to", w.n)(n)
	for i := range n {
		if s := w.targets[(first+i)%n]; s.state != down {
			return s
		}
	}
	return w.targets[first]
}

// next is the message of the next request.
func (w *worker) next() any {
	if !w.drawn {
		return w.fixed
	}
	k := uint64(0)
	return w.message(w.load.With.Draw(func(of int) int {
		k++
		return w.choose(choice.Value, "with", w.n<<16|k)(of)
	}))
}

// call asks and counts what comes of it.
func (w *worker) call(to *slot, msg any) {
	if to.pid.IsZero() { // nobody has ever been there
		w.failed(to, sim.NoProc)
		return
	}
	patience := w.load.Timeout
	if patience == Infinity {
		patience = sim.Forever
	}
	w.client.asking = to
	w.waiting++
	_, err := to.kind.call(w.p, to.pid, w.handler, msg, otp.Within(patience))
	w.waiting--
	w.client.asking = nil
	var call *otp.CallError
	var handler *genevent.Error
	switch {
	case err == nil:
		w.replies++
		w.run.wake(w.p.Now(), w.on)
	case errors.Is(err, otp.ErrTimeout):
		w.timeouts++
		w.run.tell(happening{at: w.p.Now(), kind: reports.LineClient, slot: to, work: w.workforce, detail: sim.Atom("timeout")})
		w.run.wake(w.p.Now(), w.on)
	case errors.As(err, &call):
		w.failed(to, call.Reason)
	case errors.As(err, &handler):
		w.failed(to, handler.Reason)
	default:
		w.failed(to, err)
	}
}

func (w *worker) failed(to *slot, reason sim.Reason) {
	w.errors++
	w.run.tell(happening{at: w.p.Now(), kind: reports.LineClient, slot: to, work: w.workforce, detail: reason})
	w.run.wake(w.p.Now(), w.on)
}

// counts is what there is to report.
func (f *workforce) counts() reports.Workload {
	return reports.Workload{
		Name: f.load.Name, Clients: f.load.Count,
		Sent: f.sent, Replies: f.replies, Timeouts: f.timeouts, Errors: f.errors, Waiting: f.waiting,
	}
}
