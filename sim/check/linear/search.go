package linear

import (
	"cmp"
	"reflect"
	"slices"

	"github.com/bedlam-sim/bedlam/sim/term"
)

// Outcome is what a search came to.
type Outcome struct {
	State   State
	Part    string      // the part of the object that is not linearizable
	Steps   int         // of the model, over all parts
	Deepest []Operation // if there is no order: the longest beginning of one
	Stuck   []Operation // … and those after it that had to come next, none of which can
}

// State is the word for an outcome.
type State uint8

// The states.
const (
	Linearizable State = iota
	NotLinearizable
	OutOfSteps // the budget was used up
)

// DefaultSteps is a search's budget unless said otherwise.
const DefaultSteps = 250_000

// Check searches for an order in which a model would have answered so, in at most so many steps of the model; 0: DefaultSteps.
// Parts are searched in the order of their first operations.
func Check(m Model, ops []Operation, steps int) Outcome {
	if steps == 0 {
		steps = DefaultSteps
	}
	out := Outcome{}
	for _, part := range parts(m, ops) {
		s := newSearch(m, part.ops, steps-out.Steps)
		out.State = s.run()
		out.Steps += s.steps
		if out.State != Linearizable {
			out.Part, out.Deepest, out.Stuck = part.name, s.deepest, s.stuck
			return out
		}
	}
	return out
}

type part struct {
	name string
	ops  []Operation
}

func parts(m Model, ops []Operation) (all []*part) {
	byName := map[string]*part{}
	for _, o := range ops {
		name := m.Part(o.Op)
		p := byName[name]
		if p == nil {
			p = &part{name: name}
			byName[name] = p
			all = append(all, p)
		}
		p.ops = append(p.ops, o)
	}
	return all
}

// search is the algorithm of Wing and Gong, with Lowe's memory of what was tried. The calls and answers that are not yet
// placed stand in a list, in their order in time. An operation may come next if its call stands before the first answer: whoever
// reaches an answer, going from the front, has passed over an operation that had to come before.
type search struct {
	model   Model
	ops     []Operation
	nodes   []node // 0 is the list's head; call of operation i: 1+2i; its answer: 2+2i
	left    int    // steps
	steps   int
	waiting int // operations with an answer that are not placed

	state  any
	placed []byte // a bit for each operation
	stack  []move
	tried  map[tried]bool

	deepest []Operation
	stuck   []Operation
}

// node is a call or an answer in the list.
type node struct{ before, after int32 }

// move is an operation that was placed, and the state before.
type move struct {
	op    int
	state any
}

// tried is what was placed and where that led.
type tried struct {
	placed string
	state  any
}

func newSearch(m Model, ops []Operation, left int) *search {
	s := &search{
		model: m, ops: ops, left: left, state: m.Init(), placed: make([]byte, (len(ops)+7)/8),
		nodes: make([]node, 1+2*len(ops)), tried: map[tried]bool{},
	}
	at := int32(0)
	for _, n := range s.inTime() {
		s.nodes[at].after, s.nodes[n].before = n, at
		at = n
	}
	for _, o := range ops {
		if o.Return != Never {
			s.waiting++
		}
	}
	return s
}

// inTime lists calls and answers as they came. Both are in order among themselves only if the history is: they are sorted.
func (s *search) inTime() []int32 {
	byPlace := make([]event, 0, 2*len(s.ops))
	for i, o := range s.ops {
		byPlace = append(byPlace, event{o.Call, int32(1 + 2*i)})
		if o.Return != Never {
			byPlace = append(byPlace, event{o.Return, int32(2 + 2*i)})
		}
	}
	slices.SortFunc(byPlace, func(a, b event) int { return cmp.Compare(a.place, b.place) })
	order := make([]int32, len(byPlace))
	for i, e := range byPlace {
		order[i] = e.node
	}
	return order
}

func (s *search) run() State {
	at := s.nodes[0].after
	for s.waiting > 0 {
		if op, isCall := s.callAt(at); isCall {
			if s.steps >= s.left {
				return OutOfSteps
			}
			s.steps++
			next, ok := s.model.Step(s.state, s.ops[op].Op, s.ops[op].Answer)
			if ok && s.place(op, next) {
				at = s.nodes[0].after
			} else {
				at = s.nodes[at].after
			}
			continue
		}
		s.note()
		if len(s.stack) == 0 {
			return NotLinearizable
		}
		at = s.nodes[s.takeBack()].after
	}
	return Linearizable
}

// callAt is the operation whose call stands there.
func (s *search) callAt(at int32) (op int, isCall bool) { return int(at-1) / 2, at%2 == 1 }

// place takes an operation as the next, unless the same was tried before.
func (s *search) place(op int, next any) (fresh bool) {
	bit := byte(1) << (op % 8)
	s.placed[op/8] |= bit
	key := tried{string(s.placed), keyOf(next)}
	if s.tried[key] {
		s.placed[op/8] &^= bit
		return false
	}
	s.tried[key] = true
	s.stack = append(s.stack, move{op, s.state})
	s.state = next
	s.unlink(int32(1 + 2*op))
	if s.ops[op].Return != Never {
		s.unlink(int32(2 + 2*op))
		s.waiting--
	}
	return true
}

// takeBack takes back the last operation and gives the place of its call.
func (s *search) takeBack() int32 {
	m := s.stack[len(s.stack)-1]
	s.stack = s.stack[:len(s.stack)-1]
	s.state = m.state
	s.placed[m.op/8] &^= byte(1) << (m.op % 8)
	if s.ops[m.op].Return != Never {
		s.link(int32(2 + 2*m.op))
		s.waiting++
	}
	s.link(int32(1 + 2*m.op))
	return int32(1 + 2*m.op)
}

func (s *search) unlink(n int32) {
	before, after := s.nodes[n].before, s.nodes[n].after
	s.nodes[before].after = after
	if after != 0 {
		s.nodes[after].before = before
	}
}

// link undoes unlink, in the opposite order.
func (s *search) link(n int32) {
	before, after := s.nodes[n].before, s.nodes[n].after
	s.nodes[before].after = n
	if after != 0 {
		s.nodes[after].before = n
	}
}

// note remembers the longest beginning of an order, and what could have come next.
func (s *search) note() {
	if s.stuck != nil && len(s.stack) <= len(s.deepest) {
		return
	}
	s.deepest, s.stuck = nil, nil
	for _, m := range s.stack {
		s.deepest = append(s.deepest, s.ops[m.op])
	}
	for at := s.nodes[0].after; ; at = s.nodes[at].after {
		op, isCall := s.callAt(at)
		if !isCall {
			return
		}
		s.stuck = append(s.stuck, s.ops[op])
	}
}

// keyOf makes of a state something that can be a key.
func keyOf(state any) any {
	if state == nil || reflect.ValueOf(state).Comparable() {
		return state
	}
	return printed(term.Format(state))
}

// printed is a state that cannot be compared, as it prints.
type printed string

// event is a call or an answer at its place in time.
type event struct {
	place int
	node  int32
}
