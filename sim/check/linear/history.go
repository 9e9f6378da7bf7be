package linear

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// The facts that make up a history.
const (
	invokeFact = "invoke"
	returnFact = "return"
)

// Op is an operation under way.
type Op struct{ ref sim.Ref }

// invoked and returned are the details of the facts.
type invoked struct {
	Ref    sim.Ref
	Object string
	Op     any
}

type returned struct {
	Ref    sim.Ref
	Answer any
	How    outcome
}

type outcome uint8

const (
	answered outcome = iota
	lost
	refused
)

// Invoke says that a process asks something of an object: before it does.
func Invoke(p *sim.Proc, object string, op any) Op {
	ref := p.MakeRef()
	p.Trace(invokeFact, invoked{ref, object, op})
	return Op{ref}
}

// Return says what was answered.
func (o Op) Return(p *sim.Proc, answer any) { p.Trace(returnFact, returned{o.ref, answer, answered}) }

// Lost says that no answer will be known: the operation may have happened, or happen still. It is the same as to say
// nothing.
func (o Op) Lost(p *sim.Proc) { p.Trace(returnFact, returned{o.ref, nil, lost}) }

// Refused says that the operation has certainly not happened and will not: it is as if it had not been asked.
func (o Op) Refused(p *sim.Proc) { p.Trace(returnFact, returned{o.ref, nil, refused}) }

// Operation is one of a history.
type Operation struct {
	Who    sim.PID
	Op     any
	Answer any // Unknown, if Return is Never
	Call   int // its place among all calls and answers
	Return int // …, or Never
	At     time.Duration
}

// Never is the place of an answer that did not come.
const Never = int(^uint(0) >> 1)

// String tells the operation in one line: <n/client> #Add{N=1} -> 3.
func (o Operation) String() string {
	s := fmt.Sprintf("%v at %v: %s", o.Who, o.At, term.Format(o.Op))
	if o.Return == Never {
		return s + " without an answer"
	}
	return s + " -> " + term.Format(o.Answer)
}

// History is what was asked of one object, in the order of the calls.
type History struct {
	object string
	ops    []Operation
	open   map[sim.Ref]int
	gone   map[int]bool // refused
	place  int
}

// NewHistory is an empty history of an object.
func NewHistory(object string) *History {
	return &History{object: object, open: map[sim.Ref]int{}, gone: map[int]bool{}}
}

// Observe takes a fact that belongs to it.
func (h *History) Observe(f sim.Fact) {
	if f.Kind != trace.User {
		return
	}
	switch d := f.Detail.(type) {
	case invoked:
		if d.Object == h.object {
			h.open[d.Ref] = len(h.ops)
			h.ops = append(h.ops, Operation{f.Subject, d.Op, Unknown{}, h.next(), Never, f.At})
		}
	case returned:
		i, ours := h.open[d.Ref]
		if !ours {
			return
		}
		delete(h.open, d.Ref)
		switch d.How {
		case answered:
			h.ops[i].Answer, h.ops[i].Return = d.Answer, h.next()
		case refused:
			h.gone[i] = true
		}
	}
}

func (h *History) next() int {
	h.place++
	return h.place
}

// Operations are those of the history that may have happened.
func (h *History) Operations() []Operation {
	var all []Operation
	for i, o := range h.ops {
		if !h.gone[i] {
			all = append(all, o)
		}
	}
	return all
}
