package scenarios

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// A workforce is the clients of a workload, and what has become of their requests. Its draws are keyed by
// the workload's name, the client's number and the request's: no other part of the file moves them.
type workforce struct {
	run     *Runner
	load    *Workload
	message func(Args) any
	handler genevent.ID // of event managers: who answers
	fixed   any         // the message of every request, if nothing in it is drawn
	drawn   bool
	asked   []*ruling // the rules that ask about it

	// Of the run
	sent, replies, timeouts, errors, waiting int
	clients                                  []*client
	started                                  int // how many times clients were started
}

// client is where one client is.
type client struct {
	pid    sim.PID
	host   *host
	asking *slot // whom it waits for; nil if it does not
}

func newWorkforce(r *Runner, w *Workload) *workforce {
	q := r.requestOf(w)
	f := &workforce{run: r, load: w, message: q.Message, handler: q.Handler}
	for _, s := range r.book.find(w.To) {
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
	f.clients, f.started = f.clients[:0], 0
}

// nodeDown counts the calls that were under way on a node when it went down: the clients are no more.
func (f *workforce) nodeDown(h *host) {
	for _, c := range f.clients {
		if c.host == h && c.asking != nil {
			f.errors++
			f.waiting--
		}
	}
	f.clients = slices.DeleteFunc(f.clients, func(c *client) bool { return c.host == h })
	wake(f.asked)
}

// start starts the clients of a node, as children of p. Each has draws of its own, also when it takes the place of one
// whose node went down.
func (f *workforce) start(p *sim.Proc, h *host) {
	if !runsOn(f.load.On, string(h.name)) {
		return
	}
	targets := f.run.book.near(f.load.To, h)
	for range f.load.Count {
		c := &client{host: h}
		w := &worker{workforce: f, client: c, targets: targets, id: choice.Child(f.run.key("workload", f.load.Name), "client", uint32(f.started))}
		f.started++
		c.pid, _ = p.SpawnHandler(f.load.Name, w, sim.SpawnOptions{})
		f.clients = append(f.clients, c)
	}
}

// worker is one client at work: a process that needs a stack only while it waits for an answer.
type worker struct {
	*workforce
	p       *sim.Proc // itself, while it is called
	client  *client
	targets []*slot
	id      uint64
	n       uint64          // requests so far
	moments []time.Duration // those to come, of a workload with at:
	at      time.Duration   // of the next request
}

// Start waits for the first request.
func (w *worker) Start(p *sim.Proc) {
	w.p = p
	for i, d := range w.load.At {
		at := d.Draw(w.choose(choice.Plan, "at", uint64(i)))
		if !w.client.host.gone || at >= p.Now() { // who takes another's place does not make up for what that one has missed
			w.moments = append(w.moments, at)
		}
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
	w.run.wake(w.p.Now(), w.asked)
	if !w.load.Call {
		if addr := w.address(to); addr != nil {
			to.kind.cast(w.p, addr, msg)
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

// address is where a request is sent: to the process, or to whom the cluster knows by the name that the workload
// says. It is nil if there is nobody.
func (w *worker) address(to *slot) sim.Addr {
	if name, global := strings.CutPrefix(w.load.To.Name, globalPrefix); global {
		if _, known := otp.Whereis(w.p, term.Global(name)); !known {
			return nil
		}
		return term.Global(name)
	}
	if to.pid.IsZero() {
		return nil
	}
	return to.pid
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
	addr := w.address(to)
	if addr == nil { // nobody has ever been there
		w.failed(to, sim.NoProc)
		return
	}
	patience := w.load.Timeout
	if patience == Infinity {
		patience = sim.Forever
	}
	w.client.asking = to
	w.waiting++
	_, err := to.kind.call(w.p, addr, w.handler, msg, otp.Within(patience))
	w.waiting--
	w.client.asking = nil
	var call *otp.CallError
	var handler *genevent.Error
	switch {
	case err == nil:
		w.replies++
		w.run.wake(w.p.Now(), w.asked)
	case errors.Is(err, otp.ErrTimeout):
		w.timeouts++
		w.run.tell(happening{at: w.p.Now(), kind: reports.LineClient, slot: to, work: w.workforce, detail: sim.Atom("timeout")})
		w.run.wake(w.p.Now(), w.asked)
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
	w.run.wake(w.p.Now(), w.asked)
}

// counts is what there is to report.
func (f *workforce) counts() reports.Workload {
	return reports.Workload{
		Name: f.load.Name, Clients: f.load.Count,
		Sent: f.sent, Replies: f.replies, Timeouts: f.timeouts, Errors: f.errors, Waiting: f.waiting,
	}
}
