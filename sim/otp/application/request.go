package application

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// The words that travel.
const (
	okWord          sim.Atom = "ok"
	exitWord        sim.Atom = "EXIT"
	terminating     sim.Atom = "terminating"
	applicationWord sim.Atom = "application"
)

// request is what the controller can be asked. It answers a value, or an *Error; for a start, later.
type request interface {
	serve(c *controller, p *sim.Proc, from otp.From)
}

// The requests. They print as OTP's.
type (
	loadApp    struct{ app *App }
	loadByName struct{ name sim.Atom }
	unloadApp  struct{ name sim.Atom }
	startApp   struct {
		name sim.Atom
		typ  Type
	}
	stopApp   struct{ name sim.Atom }
	isRunning struct{ name sim.Atom }
	whichApps struct{}
	setEnv    struct {
		name, key  sim.Atom
		value      any
		persistent bool
	}
	unsetEnv struct {
		name, key  sim.Atom
		persistent bool
	}
)

func (r loadApp) String() string    { return printed("load_application", r.app.Name) }
func (r loadByName) String() string { return printed("load_application", r.name) }
func (r unloadApp) String() string  { return printed("unload_application", r.name) }
func (r startApp) String() string {
	return printed("start_application", r.name, sim.Atom(r.typ.String()))
}
func (r stopApp) String() string   { return printed("stop_application", r.name) }
func (r isRunning) String() string { return printed("is_running", r.name) }
func (whichApps) String() string   { return "which_applications" }
func (r setEnv) String() string    { return printed("set_env", r.name, r.key, r.value) }
func (r unsetEnv) String() string  { return printed("unset_env", r.name, r.key) }

func printed(what sim.Atom, args ...any) string {
	return append(sim.Tuple{what}, args...).String()
}

// reply answers ok, or what is wrong.
func reply(p *sim.Proc, to otp.From, wrong *Error) {
	if wrong != nil {
		otp.Reply(p, to, wrong)
		return
	}
	otp.Reply(p, to, okWord)
}

// serve loads what it is given. If that is loaded already, the refusal repeats all of it, where others have the name.
func (r loadApp) serve(c *controller, p *sim.Proc, from otp.From) {
	if c.table.loaded[r.app.Name] != nil {
		reply(p, from, &Error{sim.Tuple{ErrAlreadyLoaded.(*Error).Reason, r.app.file()}})
		return
	}
	reply(p, from, c.load(r.app))
}

func (r loadByName) serve(c *controller, p *sim.Proc, from otp.From) {
	app, known := c.table.path[r.name]
	if !known {
		if app = c.table.loaded[r.name]; app == nil {
			reply(p, from, fileMissing(r.name))
			return
		}
	}
	reply(p, from, c.load(app))
}

// load loads an application and those that it includes. If one of those is not to be had the application
// stays loaded all the same, as in OTP.
func (c *controller) load(a *App) *Error {
	if c.table.loaded[a.Name] != nil {
		return about(ErrAlreadyLoaded, a.Name)
	}
	c.table.load(a, c.conf[a.Name])
	for _, name := range a.Included {
		if c.table.loaded[name] != nil {
			continue
		}
		included := c.table.path[name]
		if included == nil {
			return fileMissing(name)
		}
		if wrong := c.load(included); wrong != nil {
			return wrong
		}
	}
	return nil
}

func (r unloadApp) serve(c *controller, p *sim.Proc, from otp.From) {
	switch {
	case c.isRunning(r.name):
		reply(p, from, about(ErrRunning, r.name))
	case c.table.loaded[r.name] == nil:
		reply(p, from, about(ErrNotLoaded, r.name))
	default:
		c.unload(r.name)
		reply(p, from, nil)
	}
}

// unload unloads an application and those that it includes.
func (c *controller) unload(name sim.Atom) {
	included := c.table.loaded[name].Included
	c.table.unload(name)
	for _, other := range included {
		if c.table.loaded[other] != nil {
			c.unload(other)
		}
	}
}

func (r startApp) serve(c *controller, p *sim.Proc, from otp.From) {
	if s := c.starting[r.name]; s != nil { // somebody else's start of it is under way
		s.asking = append(s.asking, from)
		return
	}
	if wrong := c.check(r); wrong != nil {
		reply(p, from, wrong)
		return
	}
	c.starting[r.name] = &start{typ: Type(r.typ.String()), asking: []otp.From{from}}
	c.launch(p, c.table.loaded[r.name])
}

// check is whether an application may be started (APP1). What it depends on must have been started; whether
// it still runs is asked later.
func (c *controller) check(r startApp) *Error {
	switch Type(r.typ.String()) {
	case Permanent, Transient, Temporary:
	default:
		return &Error{sim.Tuple{term.Atom("invalid_restart_type"), term.Atom(r.typ)}}
	}
	app := c.table.loaded[r.name]
	switch {
	case app == nil:
		return about(ErrNotLoaded, r.name)
	case c.isRunning(r.name):
		return about(ErrAlreadyStarted, r.name)
	}
	if dep, ok := missing(app.required(), c.started); ok {
		return about(ErrNotStarted, dep)
	}
	return nil
}

func (c *controller) isRunning(name sim.Atom) bool {
	return slices.ContainsFunc(c.running, func(r instance) bool { return r.name == name })
}

func (r stopApp) serve(c *controller, p *sim.Proc, from otp.From) {
	_, started := c.started[r.name]
	if !started {
		reply(p, from, about(ErrNotStarted, r.name))
		return
	}
	if i := slices.IndexFunc(c.running, func(i instance) bool { return i.name == r.name }); i >= 0 {
		c.halt(p, c.running[i])
		c.running = slices.Delete(c.running, i, i+1)
	}
	delete(c.started, r.name)
	reply(p, from, nil)
}

func (r isRunning) serve(c *controller, p *sim.Proc, from otp.From) {
	otp.Reply(p, from, c.isRunning(r.name))
}

func (whichApps) serve(c *controller, p *sim.Proc, from otp.From) {
	list := make([]Info, len(c.running))
	for i, r := range c.running {
		list[i] = c.table.info(r.name)
	}
	otp.Reply(p, from, list)
}

func (r setEnv) serve(c *controller, p *sim.Proc, from otp.From) {
	c.table.set(r.name, r.key, r.value)
	if r.persistent {
		if c.conf[r.name] == nil {
			c.conf[r.name] = Env{}
		}
		c.conf[r.name][r.key] = r.value
	}
	reply(p, from, nil)
}

func (r unsetEnv) serve(c *controller, p *sim.Proc, from otp.From) {
	delete(c.table.env[r.name], r.key)
	if r.persistent {
		delete(c.conf[r.name], r.key)
	}
	reply(p, from, nil)
}
