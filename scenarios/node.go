package scenarios

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// A host is the node of a run and its applications, followed through it.
type host struct {
	apps []*appLife // in the order in which they are started
	on   []*ruling  // the rules that ask about the node

	// Of the run
	down bool
	died time.Duration
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

func newHost(apps []*App) *host {
	h := &host{}
	for _, a := range apps {
		h.apps = append(h.apps, &appLife{app: a})
	}
	return h
}

func (h *host) reset() {
	h.down, h.died = false, 0
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
	a := r.node.find(string(body.Application))
	switch {
	case a == nil || body.PrepStop != nil:
	case body.Reason != nil:
		if a.starts == 0 {
			a.reason = body.Reason
		}
	default:
		r.pass(f.At)
		a.up, a.master, a.starts = true, f.Object, a.starts+1
		r.tell(happening{at: f.At, kind: reports.LineNode, text: "application " + a.app.Name + " has started"})
		wake(a.on)
		r.settle(f.At)
	}
}

// appGone notes the end of an application, if it is its master that has ended.
func (r *Runner) appGone(f sim.Fact) {
	for _, a := range r.node.apps {
		if a.up && a.master == f.Subject {
			r.pass(f.At)
			a.end(f.At)
			r.tell(happening{at: f.At, kind: reports.LineNode, text: fmt.Sprintf("application %s, %s, has ended: %s", a.app.Name, a.app.Type, short(f.Detail))})
			r.settle(f.At)
		}
	}
}

// end notes that it has ended.
func (a *appLife) end(now time.Duration) {
	a.up = false
	if !a.ended {
		a.ended, a.died = true, now
	}
	wake(a.on)
}

// nodeDown notes the end of the node. All that was on it is gone at the same moment: no rule sees a part of it
// left.
func (r *Runner) nodeDown(f sim.Fact) {
	r.pass(f.At)
	r.tell(happening{at: f.At, kind: reports.LineNode, text: "the node goes down: " + whyDown(f.Detail)})
	r.node.down, r.node.died = true, f.At
	wake(r.node.on)
	for _, a := range r.node.apps {
		if a.up {
			a.end(f.At)
		}
	}
	for _, s := range r.book.slots {
		if s.state != down {
			r.book.ended(s, s.pid, sim.DownWithNode, f.At)
		}
	}
	for _, x := range r.forces {
		x.nodeDown()
	}
	r.settle(f.At)
}

// whyDown is what a node said that goes down.
func whyDown(detail any) string {
	if t, ok := detail.(sim.Tuple); ok && len(t) == 2 {
		return short(t[1])
	}
	return short(detail)
}

// release is the node of a scenario with applications, as data.
func (r *Runner) release() application.Release {
	rel := application.Release{Run: func(p *sim.Proc) { p.Spawn("users", r.bootUsers) }}
	for _, a := range r.sc.Apps {
		rel.Apps = append(rel.Apps, application.Item{App: r.application(a), Type: application.Type(a.Type)})
	}
	return rel
}

// application is one of its applications.
func (r *Runner) application(a *App) application.App {
	app := application.App{Name: sim.Atom(a.Name), Env: application.Env{}, Description: a.Name}
	for _, d := range a.Deps {
		app.Deps = append(app.Deps, sim.Atom(d.Name))
	}
	for _, x := range a.Env {
		app.Env[sim.Atom(x.Key)] = x.Value.reason()
	}
	if a.Tree != nil {
		top := r.book.top(a.Tree)
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
	for _, a := range r.node.apps {
		if a.starts == 0 {
			up = false
			r.unstartedApp(p.Now(), a)
		}
	}
	r.bootTrees(p, up)
	p.Become(idler{})
}

// unstartedApp notes an application that did not start.
func (r *Runner) unstartedApp(now time.Duration, a *appLife) {
	got := "not started: what it depends on does not run"
	if a.reason != nil {
		got = term.Format(a.reason)
	}
	r.failed = append(r.failed, reports.Verdict{
		Rule: "application " + a.app.Name + " starts", Kind: "start", Word: reports.Broken, At: now, Got: got, Evaluated: 1,
	})
	r.story.freeze()
}

// idler takes every message and does nothing.
type idler struct{}

// Handle does nothing.
func (idler) Handle(*sim.Proc, *sim.Msg) {}
