package plan

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// A Parting is an error: two runs that should have been the same were not. It says where they part, in draws.
type Parting struct {
	A, B  Outcome
	Same  bool         // the plan was one and the same: the program is not deterministic
	Draw  int          // how many draws were asked and answered alike before; if A and B have the same draws, all of them
	First *choice.Draw // what A asked then, and was answered; nil: nothing more
	Other *choice.Draw // what B did
}

// Error tells the hashes and the first draws that differ.
func (e *Parting) Error() string {
	what := "the run is not the same in its normal form"
	if e.Same {
		what = "the program is not deterministic: two runs of one plan part"
	}
	text := fmt.Sprintf("%s: hash %016x after %d events%s, then %016x after %d%s", what,
		e.A.Hash, e.A.Events, broken(e.A), e.B.Hash, e.B.Events, broken(e.B))
	switch {
	case e.First != nil || e.Other != nil:
		return text + fmt.Sprintf("; after %d draws alike, one asked %s, the other %s", e.Draw, asked(e.First), asked(e.Other))
	case e.Draw > 0:
		return text + fmt.Sprintf("; all %d draws are the same, so what differs was not drawn", e.Draw)
	}
	return text // the draws were not written down, or there are none
}

func broken(o Outcome) string {
	if !o.Fails() {
		return ""
	}
	return " (" + o.Signature + ")"
}

func asked(d *choice.Draw) string {
	if d == nil {
		return "nothing more"
	}
	return d.String()
}

// part runs two plans that should give the same run and writes down every draw; nil if they do.
func part(run Runner, p, q Plan) error {
	var a, b choice.Recording
	e := &Parting{Same: p.Equal(q)}
	e.A, e.B = run(p, &a), run(q, &b)
	for e.Draw < len(a.Draws) && e.Draw < len(b.Draws) && a.Draws[e.Draw] == b.Draws[e.Draw] {
		e.Draw++
	}
	if e.Draw < len(a.Draws) {
		e.First = &a.Draws[e.Draw]
	}
	if e.Draw < len(b.Draws) {
		e.Other = &b.Draws[e.Draw]
	}
	if e.First == nil && e.Other == nil && same(e.A, e.B) {
		return nil
	}
	return e
}
