package supervisor

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Error is {error, Reason}: why a supervisor did not do what it was asked. errors.Is tells the common ones
// apart, otp.IsAlreadyStarted finds who runs already, and errors.As makes an *otp.StartError of it.
type Error struct{ Reason sim.Reason }

// What a supervisor refuses (SUP13).
var (
	ErrNotFound        error = &Error{term.Atom("not_found")}          // it has no such child
	ErrRunning         error = &Error{term.Atom("running")}            // the child has a process
	ErrRestarting      error = &Error{term.Atom("restarting")}         // the child is about to be tried again
	ErrAlreadyPresent  error = &Error{term.Atom("already_present")}    // there is such a child, without a process
	ErrSimpleOneForOne error = &Error{term.Atom("simple_one_for_one")} // its children have no names
)

// Error says why.
func (e *Error) Error() string { return "supervisor: " + term.Format(e.Reason) }

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

// StartChild starts another child, the last in the order, and keeps its specification. Started has no PID
// if the child chose not to run. The error is ErrAlreadyPresent, {already_started, PID}, what is wrong
// with the specification, or {Reason, Child} if the process did not start; or an *otp.CallError.
//
// Like all that asks a supervisor something, it waits as long as it takes: a supervisor that is starting
// or stopping a child answers nobody (SUP13). So a child that asks its own supervisor while it starts
// waits for ever.
func StartChild(p *sim.Proc, sup sim.Addr, c Child) (otp.Started, error) {
	return started(ask(p, sup, &startChild{c}))
}

// StartDynamic starts another child of a simple_one_for_one supervisor; args are handed to the template's
// start function.
func StartDynamic(p *sim.Proc, sup sim.Addr, args ...any) (otp.Started, error) {
	return started(ask(p, sup, startDynamic{args}))
}

// TerminateChild stops a child and waits for its end. Its specification stays, unless it is temporary;
// a retry that was due is called off. which is the child's ID or, of a dynamic one, its PID.
func TerminateChild(p *sim.Proc, sup sim.Addr, which any) error {
	_, err := ask(p, sup, terminateChild{which})
	return err
}

// RestartChild starts a child that has no process. It does not count as a restart.
func RestartChild(p *sim.Proc, sup sim.Addr, which any) (otp.Started, error) {
	return started(ask(p, sup, restartChild{which}))
}

// DeleteChild forgets a child that has no process.
func DeleteChild(p *sim.Proc, sup sim.Addr, which any) error {
	_, err := ask(p, sup, deleteChild{which})
	return err
}

// GetChildSpec is a child's specification with nothing left open. which is as for TerminateChild.
func GetChildSpec(p *sim.Proc, sup sim.Addr, which any) (Child, error) {
	spec, err := answer[*Child](ask(p, sup, getChildSpec{which}))
	if err != nil {
		return Child{}, err
	}
	return *spec, nil
}

// Info is what WhichChildren tells about a child.
type Info struct {
	ID         string // "" of a dynamic child
	PID        sim.PID
	Restarting bool // it could not be restarted and will be tried again
	Type       ChildType
	Modules    []string
}

// Term is {ID, PID, Type, Modules}.
func (i Info) Term() sim.Tuple {
	var id, who any = term.Atom(i.ID), pidTerm(i.PID)
	if i.ID == "" {
		id = term.Undefined
	}
	if i.Restarting {
		who = term.Atom("restarting")
	}
	mods := make([]any, len(i.Modules))
	for j, m := range i.Modules {
		mods[j] = term.Atom(m)
	}
	return sim.Tuple{id, who, term.Atom(i.Type), mods}
}

// String prints the child as OTP does.
func (i Info) String() string { return i.Term().String() }

// WhichChildren lists the children, those started last first (SUP1).
func WhichChildren(p *sim.Proc, sup sim.Addr) ([]Info, error) {
	return answer[[]Info](ask(p, sup, whichChildren{}))
}

// Counts is how many children a supervisor has.
type Counts struct {
	Specs       int // specifications; dynamic children have one
	Active      int // with a process that is alive
	Supervisors int
	Workers     int
}

// String prints the counts as OTP does.
func (c Counts) String() string {
	return fmt.Sprintf("[{specs,%d},{active,%d},{supervisors,%d},{workers,%d}]", c.Specs, c.Active, c.Supervisors, c.Workers)
}

// CountChildren counts the children (SUP14).
func CountChildren(p *sim.Proc, sup sim.Addr) (Counts, error) {
	return answer[Counts](ask(p, sup, countChildren{}))
}

// ask asks a supervisor, which answers an error if it will not, or cannot.
func ask(p *sim.Proc, sup sim.Addr, req any) (any, error) {
	v, err := otp.CallAny(p, sup, req, otp.Within(sim.Forever))
	if err != nil {
		return nil, err
	}
	if refusal, ok := v.(error); ok {
		return nil, refusal
	}
	return v, nil
}

// answer gives an answer its type. Whoever answers something else is no supervisor.
func answer[A any](v any, err error) (a A, _ error) {
	if err != nil {
		return a, err
	}
	a, ok := v.(A)
	if !ok {
		return a, &Error{term.Tuple{term.Atom("bad_reply"), v}}
	}
	return a, nil
}

func started(v any, err error) (otp.Started, error) { return answer[otp.Started](v, err) }
