package scenarios

import "github.com/bedlam-sim/bedlam/sim"

// A Setting is where a program finds itself when it is started: a place in a tree, its arguments, the others.
type Setting struct {
	Path     string // its place, such as /pool/worker[3]
	Instance int    // which instance of a template it is, from 1; 0 if of none
	Args     Args   // what `with:` of the child says, and the defaults

	book *book
}

// Address is where messages for those that a selector selects can be sent: the registered name, or the
// process that the first of the selected children has now. It is nil if none of them has one.
func (s Setting) Address(sel Selector) sim.Addr {
	if sel.Name != "" {
		return sim.Local(sel.Name)
	}
	for _, x := range s.book.find(sel) {
		if x.state != down {
			return x.pid
		}
	}
	return nil
}

// Living is the processes that a selector selects and that have started, in the order of the trees.
func (s Setting) Living(sel Selector) []sim.PID {
	var pids []sim.PID
	for _, x := range s.book.find(sel) {
		if x.state == alive {
			pids = append(pids, x.pid)
		}
	}
	return pids
}

// Text is the argument of a name, "" if there is none.
func (s Setting) Text(name string) string { return arg[string](s.Args, name) }

func arg[V any](a Args, name string) V {
	v, _ := Value[V](a, name)
	return v
}
