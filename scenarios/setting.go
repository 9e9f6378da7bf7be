package scenarios

import (
	"slices"
	"strings"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// A Setting is where a program finds itself when it is started: a place in a tree, its arguments, the others.
type Setting struct {
	Path     string // its place, such as /pool/worker[3]; if nodes have names, with its node: /pool/worker[3]@a
	Instance int    // which instance of a template it is, from 1; 0 if of none
	Args     Args   // what `with:` of the child says, and the defaults

	find func(arg string) others // a function, so that nobody who prints a server's state prints the whole world
}

// others is whom an argument of ProcessType means.
type others struct {
	name  string // if it is a registered name
	slots []*slot
	far   bool // they are on another node than who asks
}

// setting is what the program of a slot is told. It serves all starts.
func (b *book) setting(s *slot) Setting {
	var args []string
	var found []others
	for _, a := range s.child.With {
		if sel, is := a.Value.(Selector); is {
			slots := b.near(sel, s.host)
			args, found = append(args, a.Name), append(found, others{sel.Name, slots, len(slots) > 0 && slots[0].host != s.host})
		}
	}
	return Setting{Path: s.label, Instance: s.instance, Args: s.child.With, find: func(arg string) others {
		if i := slices.Index(args, arg); i >= 0 {
			return found[i]
		}
		return others{}
	}}
}

// Address is where messages for those whom an argument of ProcessType selects can be sent: the registered
// name, on the node where it is, or the process that the first of them has now. It is nil if none has one.
func (s Setting) Address(arg string) sim.Addr {
	to := s.find(arg)
	name, global := strings.CutPrefix(to.name, globalPrefix)
	switch {
	case global:
		return term.Global(name)
	case name != "" && to.far:
		return term.NameAt{Name: sim.Name(name), Node: to.slots[0].host.name}
	case name != "":
		return sim.Local(name)
	}
	for _, x := range to.slots {
		if x.state != down {
			return x.pid
		}
	}
	return nil
}

// Pick draws one of those whom an argument of ProcessType selects; who has not started is passed over for
// the next. It is nil if nobody has.
func (s Setting) Pick(p *sim.Proc, arg string) sim.Addr {
	slots := s.find(arg).slots
	if len(slots) == 0 {
		return nil
	}
	first := p.Rand(len(slots))
	for i := range slots {
		if x := slots[(first+i)%len(slots)]; x.state == alive {
			return x.pid
		}
	}
	return nil
}
