package scenarios

import (
	"fmt"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// A host is a node of a run and its applications, followed through it.
type host struct {
	name sim.Atom // "" of the one node of a file without nodes
	node *Node    // nil of that node
	tops []*slot
	apps []*appLife // in the order in which they are started
	on   []*ruling  // the rules that ask about the node

	// Of the run
	up     bool
	gone   bool          // it has gone down, once at least
	died   time.Duration // when it went down first
	ready  bool          // its trees are up
	init   sim.PID       // its first process
	pauses []*spell      // the faults that let it stand still
	clocks []wrongness   // those that make its clock wrong
}

// appLife is an application, followed through a run.
type appLife struct {
	app *App
	on  []*ruling // the rules that ask about it

	// Of the run
	master sim.PID
	starts int
	up     bool
	ended  bool
	died   time.Duration // when it ended first
	reason sim.Reason    // why it did not start
}

// newHosts makes the hosts of a scenario: one if it knows nothing of nodes.
func newHosts(sc *Scenario) []*host {
	if !sc.clustered() {
		return []*host{newHost(nil, sc.Apps)}
	}
	var hosts []*host
	for _, n := range sc.Nodes {
		hosts = append(hosts, newHost(n, sc.Apps))
	}
	return hosts
}

func newHost(n *Node, apps []*App) *host {
	h := &host{node: n}
	if n != nil {
		h.name = sim.Atom(n.Name)
	}
	for _, a := range apps {
		if runsOn(a.On, string(h.name)) {
			h.apps = append(h.apps, &appLife{app: a})
		}
	}
	return h
}

// title is the node in a story.
func (h *host) title() string {
	if h.node == nil {
		return "the node"
	}
	return "node " + h.node.Name
}

// host is the node of that name.
func (r *Runner) host(name sim.Atom) *host {
	for _, h := range r.hosts {
		if h.name == name || h.node == nil {
			return h
		}
	}
	panic("scenarios: there is no node " + string(name))
}

func (h *host) reset() {
	*h = host{name: h.name, node: h.node, tops: h.tops, apps: h.apps, on: h.on, up: h.node == nil || !h.node.Down}
	for _, a := range h.apps {
		*a = appLife{app: a.app, on: a.on}
	}
}

// find is the application of a name, nil if there is none.
func (h *host) find(name string) *appLife {
	for _, a := range h.apps {
		if a.app.Name == name {
			return a
		}
	}
	return nil
}

// appReported notes what the controller says of an application. That it has ended is seen at its master.
func (r *Runner) appReported(f sim.Fact, body *application.Report) {
	h := r.host(f.Subject.Node())
	a := h.find(string(body.Application))
	switch {
	case a == nil || body.PrepStop != nil:
	case body.Reason != nil:
		if a.starts == 0 {
			a.reason = body.Reason
		}
	default:
		r.pass(f.At)
		a.up, a.master, a.starts = true, f.Object, a.starts+1
		r.tell(happening{at: f.At, kind: reports.LineNode, text: "application " + a.app.Name + h.suffix() + " has started"})
		wake(a.on)
		r.settle(f.At)
	}
}

// appGone notes the end of an application, if it is its master that has ended.
func (r *Runner) appGone(f sim.Fact) {
	if len(r.sc.Apps) == 0 {
		return
	}
	h := r.host(f.Subject.Node())
	for _, a := range h.apps {
		if a.up && a.master == f.Subject {
			r.pass(f.At)
			a.end(f.At)
			r.tell(happening{at: f.At, kind: reports.LineNode, text: fmt.Sprintf("application %s%s, %s, has ended: %s", a.app.Name, h.suffix(), a.app.Type, short(f.Detail))})
			r.settle(f.At)
		}
	}
}

// suffix is what stands behind the name of something that is on the node.
func (h *host) suffix() string {
	if h.node == nil {
		return ""
	}
	return "@" + h.node.Name
}

// end notes that it has ended.
func (a *appLife) end(now time.Duration) {
	a.up = false
	if !a.ended {
		a.ended, a.died = true, now
	}
	wake(a.on)
}

// nodeDown notes the end of a node. All that was on it is gone at the same moment: no rule sees a part of it
// left.
func (r *Runner) nodeDown(f sim.Fact) {
	h := r.host(f.Detail.(sim.Tuple)[0].(sim.Atom))
	r.pass(f.At)
	r.tell(happening{at: f.At, kind: reports.LineNode, text: h.title() + " goes down: " + whyDown(f.Detail)})
	if !h.gone {
		h.gone, h.died = true, f.At
	}
	h.up, h.ready, h.pauses = false, false, nil
	r.contacts = slices.DeleteFunc(r.contacts, func(c contact) bool { return c.of == h.name })
	wake(h.on)
	for _, a := range h.apps {
		if a.up {
			a.end(f.At)
		}
		a.starts, a.reason = 0, nil
	}
	for _, s := range r.book.slots {
		if s.host != h {
			continue
		}
		if s.state != down {
			r.book.ended(s, s.pid, sim.DownWithNode, f.At)
		}
		if h.node != nil {
			s.starts = 0
		}
	}
	for _, x := range r.forces {
		x.nodeDown(h)
	}
	r.settle(f.At)
}

// nodeUp notes that a node boots.
func (r *Runner) nodeUp(f sim.Fact) {
	h := r.host(f.Detail.(sim.Atom))
	r.pass(f.At)
	r.tell(happening{at: f.At, kind: reports.LineNode, text: h.title() + " boots"})
	h.up = true
	wake(h.on)
	r.settle(f.At)
}

// whyDown is what a node said that goes down.
func whyDown(detail any) string {
	if t, ok := detail.(sim.Tuple); ok && len(t) == 2 {
		return short(t[1])
	}
	return short(detail)
}

// release is a node of a scenario with applications, as data.
func (r *Runner) release(h *host) application.Release {
	rel := application.Release{Run: func(p *sim.Proc) { p.Spawn("users", r.bootUsers) }}
	for _, a := range h.apps {
		rel.Apps = append(rel.Apps, application.Item{App: r.application(h, a.app), Type: application.Type(a.app.Type)})
	}
	return rel
}

// application is one of its applications.
func (r *Runner) application(h *host, a *App) application.App {
	app := application.App{Name: sim.Atom(a.Name), Env: application.Env{}, Description: a.Name}
	for _, d := range a.Deps {
		app.Deps = append(app.Deps, sim.Atom(d.Name))
	}
	for _, x := range a.Env {
		app.Env[sim.Atom(x.Key)] = x.Value.reason()
	}
	if a.Tree != nil {
		top := h.top(a.Tree)
		app.Start = func(p *sim.Proc, _ application.StartType, _ any) (otp.Started, error) {
			return otp.As(p, a.Tree.ID, r.launcher(top))
		}
	}
	return app
}

// bootUsers is the process that starts what is on a node beside its applications, once they were started.
func (r *Runner) bootUsers(p *sim.Proc) {
	p.TrapExit(true)
	// Who starts an application is answered before the controller reports it. What it says next, it says after that.
	application.WhichApplications(p, otp.Within(sim.Forever))
	up := true
	h := r.host(p.Node())
	for _, a := range h.apps {
		if a.starts == 0 {
			up = false
			r.unstartedApp(p.Now(), h, a)
		}
	}
	r.bootTrees(p, h, up)
	p.Become(idler{})
}

// unstartedApp notes an application that did not start.
func (r *Runner) unstartedApp(now time.Duration, h *host, a *appLife) {
	got := "not started: what it depends on does not run"
	if a.reason != nil {
		got = term.Format(a.reason)
	}
	r.failed = append(r.failed, reports.Verdict{
		Rule: "application " + a.app.Name + h.suffix() + " starts", Kind: "start", Word: reports.Broken, At: now, Got: got, Evaluated: 1,
	})
	r.story.freeze()
}

// idler takes every message and does nothing.
type idler struct{}

// Handle does nothing.
func (idler) Handle(*sim.Proc, *sim.Msg) {}
