package check

import (
	"fmt"
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Applications is node_goes_with_application: a node goes down if a permanent application ends there by itself, or a
// transient one other than normally (I14).
func Applications(l Limits) Rule {
	r := &applications{}
	r.atRest = newRest("node_goes_with_application", l, r.survivors)
	r.watches = r.observe
	return r
}

type applications struct {
	*atRest
	owed []ended
}

// ended is an application whose end a node must not survive.
type ended struct {
	node, name sim.Atom
	reason     string
}

func (r *applications) observe(f sim.Fact) {
	if about, is := f.Detail.(sim.Tuple); is && f.Kind == trace.Node && f.Text == "down" {
		r.owed = slices.DeleteFunc(r.owed, func(e ended) bool { return e.node == about[0] })
		return
	}
	rep, is := reportOf[*application.Report](f)
	if !is || f.Text != "application" || rep.Type == "" || rep.PrepStop != nil || rep.Reason == nil {
		return
	}
	r.Evaluate()
	if rep.Reason == sim.Atom("stopped") {
		return
	}
	if rep.Type == application.Permanent || rep.Type == application.Transient && !term.Is(rep.Reason, sim.Normal) {
		r.owed = append(r.owed, ended{f.Subject.Node(), rep.Application, term.Format(rep.Reason)})
	}
}

func (r *applications) survivors(v sim.View) (flaws []Flaw, judged bool) {
	for _, e := range r.owed {
		if v.NodeUp(e.node) {
			flaws = append(flaws, Flaw{Key: string(e.name), Got: fmt.Sprintf("%v lives on after its application %v has ended: %s",
				e.node, e.name, e.reason)})
		}
	}
	return flaws, false
}
