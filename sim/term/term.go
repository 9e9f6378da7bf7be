// Package term is what everything else talks about, and how it prints: atoms, tuples, process
// identifiers, references, addresses and exit reasons.
//
// It holds no behaviour: a PID names a process and cannot reach it. Values of this package compare
// with Equal and print with Format; both are the same in every process on every machine.
package term

// Atom is a name that stands for itself, as in Erlang.
type Atom string

// String prints the atom as Erlang would, quoted where it must be.
func (a Atom) String() string { return quoteAtom(string(a)) }

// Tuple is a fixed row of terms: Tuple{Atom("shutdown"), 3} prints as {shutdown,3}.
type Tuple []any

// String prints the tuple in Erlang's syntax, without spaces.
func (t Tuple) String() string { return Format(t) }

// Reason is why a process ended. Any value serves; atoms and tuples of them are the custom.
type Reason = any

// The reasons that mean something to the machinery itself.
const (
	Normal       Atom = "normal"       // the process had nothing more to do
	Shutdown     Atom = "shutdown"     // its supervisor asked it to end
	Kill         Atom = "kill"         // Exit with this reason cannot be trapped
	Killed       Atom = "killed"       // what the links of a killed process are told
	NoProc       Atom = "noproc"       // there was no such process
	NoConnection Atom = "noconnection" // the node could not be reached
	Undefined    Atom = "undefined"
)

// ShutdownWith is the reason {shutdown, detail}: an orderly end that says more.
func ShutdownWith(detail any) Reason { return Tuple{Shutdown, detail} }

// Orderly reports whether a reason is one that nobody needs to be told about in a crash report:
// normal, shutdown or {shutdown, _}.
func Orderly(r Reason) bool {
	switch r := r.(type) {
	case Atom:
		return r == Normal || r == Shutdown
	case Tuple:
		return len(r) == 2 && r[0] == any(Shutdown)
	}
	return false
}

// Is reports whether r is the atom a.
func Is(r Reason, a Atom) bool {
	got, ok := r.(Atom)
	return ok && got == a
}

// Crash is the reason of a process whose code panicked: what it panicked with and where. It prints as
// Erlang's {Error, Stack}. Crashes are equal if their errors are.
type Crash struct {
	Err   any
	Stack Stack
}

// Error makes a Crash usable as a Go error.
func (c *Crash) Error() string { return "crashed: " + Format(c.Err) }

// String prints the crash as {Error,STACK}; the frames are printed by Stack.String.
func (c *Crash) String() string { return Format(c) }
