package application

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Error is {error, Reason}: why the controller did not do what it was asked, or why an application did not
// start. errors.Is tells the common ones apart, errors.As makes an *otp.StartError of it.
type Error struct{ Reason sim.Reason }

// What the controller refuses. The reason of an error that is one of them is {Word, Name}; that of Load, if the
// application is loaded, has all of it in the name's place, as in OTP.
var (
	ErrNotStarted     error = &Error{term.Atom("not_started")}     // it, or what it depends on, has not been started
	ErrNotRunning     error = &Error{term.Atom("not_running")}     // what it depends on was started and has ended
	ErrAlreadyStarted error = &Error{term.Atom("already_started")} // it runs
	ErrNotLoaded      error = &Error{term.Atom("not_loaded")}
	ErrAlreadyLoaded  error = &Error{term.Atom("already_loaded")}
	ErrRunning        error = &Error{term.Atom("running")} // what runs cannot be unloaded
	ErrNoSuchFile     error = &Error{noSuchFile}           // the node has no application of that name
)

const noSuchFile = "no such file or directory"

// Error says why.
func (e *Error) Error() string { return "application: " + term.Format(e.Reason) }

// Is matches the errors above by the first word of the reason, also where EnsureAllStarted has put the
// name of the application before it.
func (e *Error) Is(target error) bool {
	want, ok := target.(*Error)
	if !ok {
		return false
	}
	if is(e.Reason, want.Reason) {
		return true
	}
	t, _ := e.Reason.(sim.Tuple)
	return len(t) == 2 && is(t[1], want.Reason)
}

// is reports whether a reason is {word, Name}, or has {application, Name, _} in the name's place.
func is(r sim.Reason, word any) bool {
	t, _ := r.(sim.Tuple)
	if len(t) != 2 || !term.Equal(t[0], word) {
		return false
	}
	switch about := t[1].(type) {
	case sim.Atom, string:
		return true
	case sim.Tuple:
		return len(about) == 3 && about[0] == any(applicationWord)
	}
	return false
}

// As makes an *otp.StartError of it.
func (e *Error) As(target any) bool {
	start, ok := target.(**otp.StartError)
	if ok {
		*start = &otp.StartError{Reason: e.Reason}
	}
	return ok
}

// Unwrap is the reason, if that is an error itself.
func (e *Error) Unwrap() error {
	err, _ := e.Reason.(error)
	return err
}

// about is the error {Word, Name}.
func about(word error, name sim.Atom) *Error {
	return &Error{sim.Tuple{word.(*Error).Reason, name}}
}

// fileMissing is what loading by name fails with if the node has no such application.
func fileMissing(name sim.Atom) *Error {
	return &Error{sim.Tuple{noSuchFile, string(name) + ".app"}}
}
