package application

import (
	"errors"
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
)

// EnsureAllStarted starts applications and before each whatever it depends on, one after the other, all with
// the same type, and returns those that it has started, in order. What runs already is left alone, and so is
// what it depends on. If one does not start, those it has started are stopped again, and the error's reason is
// {Name, Reason}.
//
// Applications that depend on each other in a circle are an error; in OTP this function would not return.
func EnsureAllStarted(p *sim.Proc, typ Type, names ...sim.Atom) ([]sim.Atom, error) {
	e := &ensuring{p: p, typ: typ}
	if err := e.all(names, nil); err != nil {
		return nil, e.undo(err)
	}
	return e.started, nil
}

// ensuring is one call of EnsureAllStarted.
type ensuring struct {
	p       *sim.Proc
	typ     Type
	started []sim.Atom
	above   []sim.Atom // what wants to be started and waits for what it depends on
}

// all starts applications of which some are optional.
func (e *ensuring) all(names, optional []sim.Atom) error {
	for _, name := range names {
		if err := e.one(name, contains(optional, name)); err != nil {
			return err
		}
	}
	return nil
}

// one starts an application and what it depends on. One that is optional may be missing.
func (e *ensuring) one(name sim.Atom, optional bool) error {
	runs, err := call(e.p, isRunning{name}, forever)
	if err != nil || runs == true {
		return err
	}
	err = ensureLoaded(e.p, name)
	switch {
	case optional && errors.Is(err, ErrNoSuchFile):
		return nil
	case err != nil:
		return failed(name, err)
	case contains(e.above, name):
		return &Error{sim.Tuple{sim.Atom("circular_dependency"), name}}
	}
	app := tableOf(e.p).loaded[name]
	if app == nil { // somebody has unloaded it since
		return failed(name, about(ErrNotLoaded, name))
	}
	e.above = append(e.above, name)
	if err := e.all(app.Deps, app.Optional); err != nil {
		return err
	}
	e.above = e.above[:len(e.above)-1]
	err = command(e.p, startApp{name, e.typ})
	switch {
	case err == nil:
		e.started = append(e.started, name)
	case !isRefusal(err, ErrAlreadyStarted, name):
		return failed(name, err)
	}
	return nil
}

// failed puts the application's name before the reason.
func failed(name sim.Atom, err error) error {
	if refusal, ok := err.(*Error); ok {
		return &Error{sim.Tuple{name, refusal.Reason}}
	}
	return err
}

// undo stops what was started, the last first. If the controller goes down meanwhile, that is the error.
func (e *ensuring) undo(err error) error {
	if !refused(err) { // Erlang's function has exited
		return err
	}
	for _, name := range slices.Backward(e.started) {
		if stopped := Stop(e.p, name); stopped != nil && !refused(stopped) {
			return stopped
		}
	}
	return err
}

// refused is whether an error is Erlang's {error, Reason}.
func refused(err error) bool {
	_, ok := err.(*Error)
	return ok
}
