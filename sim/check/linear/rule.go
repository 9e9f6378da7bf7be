package linear

import (
	"fmt"
	"strings"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
)

// Rule demands that what was asked of an object is linearizable. It judges when the run is over; how that came about is of no
// account. A search that uses up its budget leaves it undecided.
func Rule(name, object string, m Model) check.Rule { return RuleWithin(name, object, m, DefaultSteps) }

// RuleWithin is Rule with a budget: steps of the model.
func RuleWithin(name, object string, m Model, steps int) check.Rule {
	return &rule{check.NewBase(name, check.KindHistory), NewHistory(object), m, steps}
}

type rule struct {
	check.Base
	*History
	model Model
	steps int
}

// Observe writes the history.
func (r *rule) Observe(f sim.Fact) { r.History.Observe(f) }

// Finish judges it.
func (r *rule) Finish(v sim.View, res sim.Result) {
	ops := r.Operations()
	for range ops {
		r.Evaluate()
	}
	out := Check(r.model, ops, r.steps)
	switch out.State {
	case NotLinearizable:
		r.Break(res.Now, r.object, out.String())
	case OutOfSteps:
		r.Leave(fmt.Sprintf("no order of %d operations was found, nor that there is none, in %d steps", len(ops), r.steps))
	}
	r.Near(check.Margin{Came: int64(out.Steps), Allowed: int64(r.steps)})
	r.Base.Finish(v, res)
}

// shown is how many operations of each sort people are told.
const shown = 6

// String tells why there is no order: how far one comes, and what cannot come next.
func (o Outcome) String() string {
	switch o.State {
	case Linearizable:
		return "linearizable"
	case OutOfSteps:
		return fmt.Sprintf("undecided after %d steps", o.Steps)
	}
	var b strings.Builder
	b.WriteString("no order explains")
	if o.Part != "" {
		b.WriteString(" " + o.Part)
	}
	b.WriteString("; after ")
	list(&b, o.Deepest[max(0, len(o.Deepest)-shown):], "nothing")
	b.WriteString(" none of these can come: ")
	list(&b, o.Stuck[:min(len(o.Stuck), shown)], "")
	return b.String()
}

func list(b *strings.Builder, ops []Operation, none string) {
	if len(ops) == 0 {
		b.WriteString(none)
	}
	for i, o := range ops {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(o.String())
	}
}
