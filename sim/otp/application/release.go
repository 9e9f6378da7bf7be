package application

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Release says what a node is made of: the applications it has and how they are configured.
type Release struct {
	Apps   []Item           // in the order in which they are started
	Config map[sim.Atom]Env // counts for more than what the applications bring: OTP's sys.config
	// Run is called when all have been started, by the process that has done so. It may be nil.
	Run func(p *sim.Proc)
}

// Item is an application of a release. Its type is Permanent if nothing is said; LoadOnly and OnPath are
// not started.
type Item struct {
	App  App
	Type Type
}

// Init is the name of a node's first process.
const Init sim.Name = "init"

// Boot makes a node of the release: it is the node's boot function. All applications are loaded, and then
// started in their order; one that does not start and is not permanent or transient keeps nobody else from
// starting. Beside them the node has kernel and stdlib, which are libraries here; the parameter
// shutdown_timeout of kernel says how long each application may take to stop when the node goes down.
//
// The node's first process becomes what init is to Erlang: when the controller ends, it waits half a second
// and then halts the node.
func (r Release) Boot(p *sim.Proc) {
	p.TrapExit(true)
	p.Register(Init, p.Self())
	i := &initial{}
	controller, err := startController(p, r.path(), r.Config)
	if err != nil {
		p.HaltNode("could not start kernel pid " + string(Controller))
	}
	i.controller = controller
	i.boot = otp.SpawnLink(p, "boot", r.start)
	p.Become(i)
}

// system are the applications that every node has.
var system = []Item{
	{App: App{Name: "kernel", Description: "ERTS  CXC 138 10"}},
	{App: App{Name: "stdlib", Description: "ERTS  CXC 138 10", Deps: []sim.Atom{"kernel"}}},
}

// items are the applications of the release behind those that every node has. A release may bring its own of
// these.
func (r Release) items() []Item {
	items := slices.Clone(system)
	for _, item := range r.Apps {
		i := slices.IndexFunc(system, func(s Item) bool { return s.App.Name == item.App.Name })
		if i < 0 {
			items = append(items, item)
		} else {
			items[i] = item
		}
	}
	return items
}

// path is a table in which nothing is loaded yet.
func (r Release) path() *table {
	t := newTable()
	for _, item := range r.items() {
		t.path[item.App.Name] = &item.App
	}
	return t
}

// start is the boot script.
func (r Release) start(p *sim.Proc) {
	items := r.items()
	for _, item := range items {
		if item.Type != OnPath {
			r.must(p, item, LoadByName(p, item.App.Name))
		}
	}
	for _, item := range items {
		if item.Type == LoadOnly || item.Type == OnPath {
			continue
		}
		typ := item.Type
		if typ == "" {
			typ = Permanent
		}
		r.must(p, item, command(p, startApp{item.App.Name, typ}))
	}
	if r.Run != nil {
		r.Run(p)
	}
}

// must notes in the log what went wrong. As in OTP's boot script, that is all.
func (r Release) must(p *sim.Proc, item Item, err error) {
	if err != nil {
		p.Logf("boot: %s: %v", item.App.Name, err)
	}
}

// initial is a node's first process when it has booted: OTP's init.
type initial struct {
	controller sim.PID
	boot       sim.PID
}

// stopNode asks it to stop the node.
var stopNode = sim.Tuple{sim.Atom("stop"), sim.Atom("stop")}

// StopNode stops the node in an orderly way, as init:stop does: applications are stopped, those started last
// first (APP6), what is left is killed, the node halts. It does not wait for that.
func StopNode(p *sim.Proc) { p.Send(Init, stopNode) }

// Handle is one turn of its loop.
func (i *initial) Handle(p *sim.Proc, m *sim.Msg) {
	exit, ok := m.Value().(sim.Exit)
	switch {
	case ok && exit.From == i.controller:
		p.Sleep(flushTime)
		i.die(p, "Kernel pid terminated ("+string(Controller)+") ("+text(exit.Reason)+")")
	case ok && exit.From == i.boot && !term.Is(exit.Reason, sim.Normal):
		i.die(p, "init terminating in do_boot ("+text(exit.Reason)+")")
	case m.Tag() == nil && term.Equal(m.Body(), stopNode):
		i.stop(p)
	}
}

// stop stops the node.
func (i *initial) stop(p *sim.Proc) {
	p.Exit(i.controller, sim.Shutdown)
	p.Await(sim.Mark{}, func(m *sim.Msg) bool { return otp.IsExit(m, i.controller) }, sim.Forever)
	for left := p.Processes(); len(left) > 0; left = p.Processes() {
		for _, pid := range left {
			p.Exit(pid, sim.Kill)
		}
		for _, pid := range left {
			p.Alive(pid)
		}
	}
	p.HaltNode("stopped")
}

// flushTime is how long a node lives on after its controller has ended, so that what it has to say is
// still heard.
const flushTime = 500 * time.Millisecond

// die halts the node and says why.
func (i *initial) die(p *sim.Proc, slogan string) {
	p.Report("init", p.Self(), slogan)
	p.HaltNode(slogan)
}

// text prints a reason; one that is a text already, as it is.
func text(reason sim.Reason) string {
	if s, ok := reason.(string); ok {
		return s
	}
	return term.Format(reason)
}
