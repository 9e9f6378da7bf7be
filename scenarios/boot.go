package scenarios

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// boot starts the applications, then the trees in their order, then the clients. An application or a tree that
// does not start keeps nobody else from starting, but then no rule begins.
func (r *Runner) boot(p *sim.Proc) {
	h := r.host(p.Node())
	h.init = p.Self()
	if h.node != nil {
		r.join(p, h)
	}
	if len(h.apps) > 0 {
		r.release(h).Boot(p)
		return
	}
	r.bootTrees(p, h, true)
	if h.node != nil {
		p.Become(caretaker{h})
	}
}

// bootTrees starts the trees that are of no application, and the clients; up says whether all is up so far. Rules begin when
// all is up on all nodes that are not down from the beginning.
func (r *Runner) bootTrees(p *sim.Proc, h *host, up bool) {
	for _, s := range h.tops {
		if s.child.App != nil {
			continue
		}
		if _, err := otp.As(p, s.child.ID, r.launcher(s)); err != nil {
			up = false
			r.unstarted(p, s, err)
		}
	}
	h.ready = up
	if !r.ready && r.allReady() {
		r.ready = true
		for _, x := range r.rulings {
			x.ready(p.Now())
		}
		r.schedule()
		r.pass(p.Now())
	}
	for i, f := range r.forces {
		if !r.leaves(len(r.harms) + i) {
			f.start(p, h)
		}
	}
}

func (r *Runner) allReady() bool {
	for _, h := range r.hosts {
		if !h.ready && (h.up || h.node == nil || !h.node.Down) {
			return false
		}
	}
	return true
}

// unstarted notes a tree that did not start.
func (r *Runner) unstarted(p *sim.Proc, s *slot, err error) {
	r.failed = append(r.failed, reports.Verdict{
		Rule: "tree " + s.label + " starts", Kind: "start", Word: reports.Broken, At: p.Now(),
		Got: term.Format(otp.ExitReason(err)), Evaluated: 1,
	})
	r.story.freeze()
}

// launcher is the start function of what is in a slot. Whatever it starts is noted as the slot's.
func (r *Runner) launcher(s *slot) otp.StartFunc {
	if s.launcher == nil {
		s.launcher = r.newLauncher(s, r.starter(s))
	}
	return s.launcher
}

func (r *Runner) newLauncher(s *slot, start otp.StartFunc) otp.StartFunc {
	return func(p *sim.Proc, _ ...any) (otp.Started, error) {
		fail, fails := failing{}, false
		if s.child.Type == Worker {
			fail, fails = s.fails()
		}
		r.book.launch(p.Self(), s)
		do := start
		if fails {
			do = failingStart(s.child, fail.reason)
		}
		started, err := do(p)
		r.book.landed(p.Self())
		r.launched(p, s, started, err, fail)
		if err == nil && s.child.Template != nil {
			r.populate(p, s, started.PID)
		}
		return started, err
	}
}

// launched notes how a start went.
func (r *Runner) launched(p *sim.Proc, s *slot, started otp.Started, err error, fail failing) {
	now := p.Now()
	r.pass(now)
	switch {
	case err == nil:
		if r.book.started(s, started.PID) {
			r.tell(happening{at: now, kind: reports.LineRestart, slot: s, n: s.starts - 1})
		} else if r.ready {
			r.tell(happening{at: now, kind: reports.LineStart, slot: s})
		}
	case !errors.Is(err, otp.ErrIgnore):
		r.tell(happening{at: now, kind: reports.LineStart, slot: s, text: "fails", detail: otp.ExitReason(err)})
		if fail.of != nil {
			fail.of.effect(s)
		}
	}
	r.settle(now)
}

// populate starts the instances of a template, whenever their supervisor was started: the idiom of a
// start_link that starts the supervisor and then its children.
func (r *Runner) populate(p *sim.Proc, s *slot, sup sim.PID) {
	for i := range s.kids {
		if _, err := supervisor.StartDynamic(p, sup, i+1); errors.Is(err, otp.ErrNoProc) {
			return
		}
	}
}

// starter starts a worker's program or a supervisor.
func (r *Runner) starter(s *slot) otp.StartFunc {
	if s.child.Type == Supervisor {
		return supervisor.Start(nameOf(s.child), r.spec(s))
	}
	prog := r.program(s.child)
	setting := r.book.setting(s)
	if m := r.code[s.child.Start]; m != nil {
		return genserver.Start(nameOf(s.child), m.Server(setting))
	}
	if prog.Start != nil {
		return prog.Start(nameOf(s.child), setting)
	}
	return genserver.Start(nameOf(s.child), func() genserver.Server {
		if prog.New == nil {
			panic(fmt.Sprintf("program %s cannot be run", s.child.Start))
		}
		return prog.New(setting)
	})
}

// failingStart starts a server whose init answers {stop, Reason}.
func failingStart(c *Child, reason sim.Reason) otp.StartFunc {
	return genserver.Start(nameOf(c), func() genserver.Server { return failingServer{reason: reason} })
}

// failingServer stands in for the program of a child that a fault keeps from starting.
type failingServer struct {
	genserver.Base
	reason sim.Reason
}

// Init fails.
func (s failingServer) Init(*sim.Proc) genserver.InitResult { return genserver.StopInit(s.reason) }

// nameOf is the name that a child registers; nil if none.
func nameOf(c *Child) sim.Addr {
	name, global := strings.CutPrefix(c.Name, globalPrefix)
	switch {
	case name == "":
		return nil
	case global:
		return term.Global(name)
	}
	return sim.Local(name)
}

// spec is the supervisor of a slot, as data.
func (r *Runner) spec(s *slot) supervisor.Spec {
	c := s.child
	spec := supervisor.Spec{
		Strategy: supervisor.Strategy(c.Strategy), Intensity: supervisor.Restarts(c.Intensity, c.Period),
		AutoShutdown: supervisor.AutoShutdown(c.AutoShutdown),
	}
	if c.Template != nil {
		spec.Children = []supervisor.Child{childSpec(c.Template, r.template(s))}
		return spec
	}
	for _, kid := range s.kids {
		spec.Children = append(spec.Children, childSpec(kid.child, r.launcher(kid)))
	}
	return spec
}

// template starts the instance whose number it is given.
func (r *Runner) template(s *slot) otp.StartFunc {
	return func(p *sim.Proc, extra ...any) (otp.Started, error) {
		return r.launcher(s.kids[extra[0].(int)-1])(p)
	}
}

func childSpec(c *Child, start otp.StartFunc) supervisor.Child {
	return supervisor.Child{
		ID: c.ID, Start: start, Restart: supervisor.Restart(c.Restart), Shutdown: shutdownOf(c),
		Type: supervisor.ChildType(c.Type), Significant: c.Significant,
	}
}

func shutdownOf(c *Child) supervisor.Shutdown {
	switch c.Shutdown {
	case Infinity:
		return supervisor.Infinity
	case BrutalKill:
		return supervisor.BrutalKill
	}
	return supervisor.After(c.Shutdown)
}
