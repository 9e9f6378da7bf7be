package application

import (
	"maps"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Controller is the name of the application controller.
const Controller sim.Name = "application_controller"

// controller is the application controller: a gen_server. It loads, starts and stops, and goes down,
// taking the node along, when an application ends without which the node is not to be.
//
// It runs no code of the program's. While it stops an application it does nothing else: whoever asks it
// something meanwhile waits.
type controller struct {
	gen.Core
	table    *table
	conf     map[sim.Atom]Env // the node's configuration: it counts for more than what applications bring
	running  []instance       // newest first
	started  map[sim.Atom]Type
	starting map[sim.Atom]*start
}

// instance is an application that runs.
type instance struct {
	name   sim.Atom
	master sim.PID // zero for a library
}

// start is a start that is under way.
type start struct {
	typ    Type
	master sim.PID    // zero if another process starts it
	asking []otp.From // all are told how it ends
}

var controllerSpec = &gen.Spec{Behaviour: "gen_server", Name: Controller}

// startController starts the controller, a child of p.
func startController(p *sim.Proc, t *table, conf map[sim.Atom]Env) (sim.PID, error) {
	c := &controller{
		Core: gen.NewCore(controllerSpec, gen.Linked), table: t, conf: map[sim.Atom]Env{},
		started: map[sim.Atom]Type{}, starting: map[sim.Atom]*start{},
	}
	for name, env := range conf {
		c.conf[name] = maps.Clone(env)
	}
	started, err := otp.StartHandler(p, "apps", c, otp.StartOptions{Link: true})
	return started.PID, err
}

// Start is the beginning of the process.
func (c *controller) Start(p *sim.Proc) {
	if !c.Begin(p) {
		return
	}
	p.TrapExit(true)
	p.Share(tableKey, c.table)
	otp.InitAck(p, nil)
}

// Handle is one turn of its loop.
func (c *controller) Handle(p *sim.Proc, m *sim.Msg) {
	e := c.Sort(m)
	switch e.Kind {
	case gen.Call:
		if req, ok := e.Body.(request); ok {
			req.serve(c, p, e.From)
		}
	case gen.Cast:
		if res, ok := e.Body.(outcome); ok {
			c.launched(p, res)
		}
	case gen.Info:
		if exit, ok := e.Body.(sim.Exit); ok {
			c.ended(p, exit.From, exit.Reason)
		}
	case gen.System:
		c.System(p, c, e)
	case gen.ParentExit:
		c.terminate(p, e.Body)
	}
}

// launched does what is due when a start has ended, well or not (APP5).
func (c *controller) launched(p *sim.Proc, res outcome) {
	s := c.starting[res.name]
	delete(c.starting, res.name)
	c.answer(p, s, res)
	if res.reason == nil {
		p.Report("progress", res.master, &Report{Application: res.name, Node: p.Node()})
		c.running = slices.Insert(c.running, 0, instance{res.name, res.master})
		c.started[res.name] = s.typ
		return
	}
	if !res.early {
		reportExit(p, res.name, res.reason, s.typ)
	}
	if s.typ == Permanent || s.typ == Transient && !exitedNormally(res.reason) {
		c.stop(p, "application_start_failure", res.name, res.reason)
	}
}

// answer tells those who wait for the start how it ended, the last who asked first.
func (c *controller) answer(p *sim.Proc, s *start, res outcome) {
	var word any = okWord
	if res.reason != nil {
		word = &Error{res.reason}
	}
	for _, from := range slices.Backward(s.asking) {
		otp.Reply(p, from, word)
	}
}

// exitedNormally is whether a start failed by {{'EXIT',normal},_}: a transient application may do so.
func exitedNormally(reason sim.Reason) bool {
	t, ok := reason.(sim.Tuple)
	return ok && len(t) == 2 && term.Equal(t[0], sim.Tuple{exitWord, sim.Normal})
}

// ended does what is due when a linked process has ended: if it was the master of an application that runs,
// its type decides (APP3). One that ends before it has told how the start went was killed, and will not tell.
func (c *controller) ended(p *sim.Proc, pid sim.PID, reason sim.Reason) {
	c.table.forget(pid)
	for name, s := range c.starting { // in whatever order: a master is of one application
		if s.master == pid {
			c.launched(p, outcome{name: name, reason: reason})
			return
		}
	}
	i := slices.IndexFunc(c.running, func(r instance) bool { return r.master == pid })
	if i < 0 {
		return
	}
	name := c.running[i].name
	c.running = slices.Delete(c.running, i, i+1)
	typ := c.started[name] // it counts as started all the same
	reportExit(p, name, reason, typ)
	if typ == Permanent || typ == Transient && !term.Is(reason, sim.Normal) {
		c.stop(p, "application_terminated", name, reason)
	}
}

// stop ends the controller because of an application. What it exits with is a text, as in OTP.
func (c *controller) stop(p *sim.Proc, why, name sim.Atom, reason sim.Reason) {
	c.terminate(p, term.Format(sim.Tuple{why, name, reason}))
}

// terminate stops all applications, those started last first, and ends the controller (APP6). Those that
// are only being started are not its affair. OTP has no report of its end: init will tell (OTP-5811).
func (c *controller) terminate(p *sim.Proc, reason sim.Reason) {
	patience := c.patience()
	for _, r := range c.running {
		if !r.master.IsZero() {
			c.shutDown(p, r.master, patience)
		}
	}
	p.Share(tableKey, nil)
	p.Terminate(reason)
}

// patience is how long an application may take to stop when the node goes down.
func (c *controller) patience() time.Duration {
	switch d := c.table.env["kernel"]["shutdown_timeout"].(type) {
	case time.Duration:
		return d
	case int:
		return time.Duration(d) * time.Millisecond
	}
	return sim.Forever
}

// shutDown stops a master, and kills it if that takes too long.
func (c *controller) shutDown(p *sim.Proc, master sim.PID, patience time.Duration) {
	ref := p.Monitor(master)
	p.Unlink(master)
	p.Exit(master, sim.Shutdown)
	if _, gone := p.Await(sim.Mark{}, func(m *sim.Msg) bool { return otp.IsExit(m, master) }, 0); gone {
		return
	}
	isDown := func(m *sim.Msg) bool { return otp.IsDown(m, ref) }
	for {
		m, ok := p.Await(sim.Mark{}, func(m *sim.Msg) bool { return isDown(m) || c.refuses(p, m) }, patience)
		switch {
		case !ok:
			p.Exit(master, sim.Kill)
			p.Await(sim.Mark{}, isDown, sim.Forever)
			return
		case isDown(&m):
			return
		}
		otp.Reply(p, c.Sort(&m).From, terminating)
	}
}

// refuses is whether a message is a call to be refused: since OTP 27 the controller does so while it goes
// down. Before, callers waited for its end, and an application that called it as it stopped hung (OTP-19078).
func (c *controller) refuses(p *sim.Proc, m *sim.Msg) bool {
	return p.Compat() != sim.OTP25 && c.Sort(m).Kind == gen.Call
}

// halt stops an application and waits until nothing is left of it. For any type it has no effect on the node (APP4).
func (c *controller) halt(p *sim.Proc, r instance) {
	if !r.master.IsZero() {
		p.Unlink(r.master)
		ask(p, r.master, stopMaster{})
		c.table.forget(r.master)
	}
	reportExit(p, r.name, sim.Atom("stopped"), c.started[r.name])
}

// What package sys asks of it.

// SystemState is the controller itself.
func (c *controller) SystemState(*sim.Proc) any { return c }

// SystemReplaceState does nothing: its state is not to be replaced.
func (*controller) SystemReplaceState(*sim.Proc, any) {}

// SystemCodeChange accepts any change.
func (*controller) SystemCodeChange(*sim.Proc, any, any) error { return nil }

// SystemTerminate ends it, and the node.
func (c *controller) SystemTerminate(p *sim.Proc, reason sim.Reason) { c.terminate(p, reason) }

// SystemContinue has nothing to go on with.
func (*controller) SystemContinue(*sim.Proc) {}

// SystemModule is its name.
func (*controller) SystemModule() string { return string(Controller) }

// String prints what runs, newest first.
func (c *controller) String() string {
	names := make([]any, len(c.running))
	for i, r := range c.running {
		names[i] = r.name
	}
	return "#application_controller{running=" + term.Format(names) + "}"
}
