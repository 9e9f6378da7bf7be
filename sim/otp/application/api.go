package application

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// What all of the functions below have in common: an error is an *Error if the controller, or the
// application, said no; an *otp.CallError where Erlang's function would have exited, because the node has no
// controller, or, since OTP 27, because it is going down: then the reason is terminating. Those that wait for
// the controller wait as long as it takes, if nothing else is said.

// Load makes an application known to the node, with its environment; those that it includes too.
func Load(p *sim.Proc, app App) error { return command(p, loadApp{&app}) }

// LoadByName loads an application that the node's Release has.
func LoadByName(p *sim.Proc, name sim.Atom) error { return command(p, loadByName{name}) }

// Unload makes the node forget an application that does not run, and those that it includes.
func Unload(p *sim.Proc, name sim.Atom) error { return command(p, unloadApp{name}) }

// Start starts an application, which is loaded first if need be, and waits until it has started. What it
// depends on must have been started. If somebody else is starting it already, both are told the same (APP1).
//
// If it does not start that is an error, and, unless the type is Temporary, the end of the node (APP5).
func Start(p *sim.Proc, name sim.Atom, typ Type) error {
	if err := ensureLoaded(p, name); err != nil {
		return err
	}
	return command(p, startApp{name, typ})
}

// EnsureStarted is Start, and no error if it runs already.
func EnsureStarted(p *sim.Proc, name sim.Atom, typ Type) error {
	if err := Start(p, name, typ); err != nil && !isRefusal(err, ErrAlreadyStarted, name) {
		return err
	}
	return nil
}

// Stop stops an application and waits until it is gone: PrepStop, the top supervisor, Stop, and then whoever
// is left of its processes is killed. It has no effect on the node, whatever the type, and takes no notice of
// applications that depend on this one (APP4).
func Stop(p *sim.Proc, name sim.Atom) error { return command(p, stopApp{name}) }

// Info is what is told about an application.
type Info struct {
	Name        sim.Atom
	Description string
	Vsn         string
}

// Term is {Name, Description, Vsn}.
func (i Info) Term() sim.Tuple { return sim.Tuple{i.Name, i.Description, i.Vsn} }

// String prints the application as OTP does.
func (i Info) String() string { return i.Term().String() }

// WhichApplications lists the applications that run, those started last first.
func WhichApplications(p *sim.Proc, opts ...otp.CallOpt) ([]Info, error) {
	v, err := call(p, whichApps{}, opts...)
	list, _ := v.([]Info)
	return list, err
}

// LoadedApplications lists the applications that are loaded, by name. Like all that follow it asks nobody.
func LoadedApplications(p *sim.Proc) []Info {
	t := tableOf(p)
	var list []Info
	for _, name := range t.names() {
		list = append(list, t.info(name))
	}
	return list
}

func (t *table) info(name sim.Atom) Info {
	if a := t.loaded[name]; a != nil {
		return Info{name, a.Description, a.Vsn}
	}
	return Info{Name: name}
}

// Spec is a loaded application as it was loaded.
func Spec(p *sim.Proc, name sim.Atom) (App, bool) {
	a := tableOf(p).loaded[name]
	if a == nil {
		return App{}, false
	}
	return *a, true
}

// Of is the application that a process belongs to: the one whose master is its group leader.
func Of(p *sim.Proc, pid sim.PID) (name sim.Atom, ok bool) {
	if pid == p.Self() {
		return Own(p)
	}
	info, alive := p.Info(pid)
	if !alive {
		return "", false
	}
	name, ok = tableOf(p).ofPID[info.GroupLeader]
	return name, ok
}

// Own is the application that the calling process belongs to.
func Own(p *sim.Proc) (name sim.Atom, ok bool) {
	name, ok = tableOf(p).ofPID[p.GroupLeader()]
	return name, ok
}

// Supervisor is the top supervisor of an application that runs. It asks the application's master.
func Supervisor(p *sim.Proc, name sim.Atom) (top sim.PID, ok bool) {
	master, ok := tableOf(p).masters[name]
	if !ok {
		return sim.PID{}, false
	}
	v, _ := ask(p, master, topOf{})
	top, _ = v.(sim.PID)
	return top, !top.IsZero()
}

// ensureLoaded loads an application by its name, unless it is loaded.
func ensureLoaded(p *sim.Proc, name sim.Atom) error {
	if err := LoadByName(p, name); err != nil && !isRefusal(err, ErrAlreadyLoaded, name) {
		return err
	}
	return nil
}

// isRefusal is whether an error is {Word, Name}.
func isRefusal(err, word error, name sim.Atom) bool {
	e, ok := err.(*Error)
	return ok && is(e.Reason, word.(*Error).Reason) && e.Reason.(sim.Tuple)[1] == any(name)
}

// command asks the controller to do something and waits as long as it takes.
func command(p *sim.Proc, req request) error {
	_, err := call(p, req, forever)
	return err
}

// forever is how long most functions wait.
var forever = otp.Within(sim.Forever)

// call asks the controller, which answers an *Error if it will not.
func call(p *sim.Proc, req request, opts ...otp.CallOpt) (any, error) {
	v, err := otp.CallAny(p, Controller, req, opts...)
	if err != nil {
		return nil, err
	}
	if refusal, ok := v.(*Error); ok {
		return nil, refusal
	}
	if v == any(terminating) {
		return nil, &otp.CallError{Reason: terminating, To: Controller, Req: req}
	}
	return v, nil
}
