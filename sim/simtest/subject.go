package simtest

import (
	"fmt"
	"strings"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// subject is what is tested: a Spec, or a scenario. The elements of its declaration have places, as a plan's Without has.
type subject interface {
	// run is a plan.Runner. Runs take place one after the other, each in the world of the one before, until close.
	run(p plan.Plan, rec *choice.Recording) plan.Outcome
	close()
	another() subject // the same, for somebody who works beside

	noun() string
	digest() uint64 // tells declarations apart
	places() int
	elements(p plan.Plan) []string      // what stands at the places, "" where nothing does
	declared(p plan.Plan) []choice.Draw // what the declaration draws

	token(p plan.Plan, hash uint64) string
	named(token string) (plan.Token, error)

	tell(p plan.Plan, o plan.Outcome) tale
	idle() []string // what no run has tested
}

// tale is what is said of a failing run. It follows from the plan.
type tale struct {
	head  string                          // what broke, in lines
	tail  string                          // what else there is to say
	place func(place int) string          // what stands at a place
	words func(d choice.Deviation) string // what a deviation does; "": something else says it
}

// runs is the subject that a Spec is. It must be closed.
type runs struct {
	spec  *Spec
	bed   bed
	count int
}

// run is a plan.Runner.
func (r *runs) run(p plan.Plan, rec *choice.Recording) plan.Outcome {
	r.count++
	fine := false
	defer func() { // a harness that broke off leaves the world as it was
		if !fine {
			r.close()
		}
	}()
	o := r.bed.open(r.spec, p, rec, 0).play()
	fine = true
	return o
}

func (r *runs) close() {
	if r.bed.world != nil {
		r.bed.world.Close()
		r.bed.world = nil
	}
}

func (r *runs) another() subject { return &runs{spec: r.spec} }
func (r *runs) noun() string     { return "spec" }
func (r *runs) digest() uint64   { return r.spec.Digest() }
func (r *runs) places() int      { return r.spec.Elements() }

func (r *runs) elements(p plan.Plan) []string {
	d := r.spec.draw(p.Source())
	all := make([]string, r.places())
	for place := range all {
		all[place] = r.spec.element(d, place)
	}
	return all
}

func (r *runs) declared(p plan.Plan) []choice.Draw {
	var drawn choice.Recording
	source := p.Source()
	source.Record(&drawn)
	r.spec.draw(source)
	return drawn.Draws
}

func (r *runs) idle() []string { return r.spec.shown.idle(r.spec) }

func (r *runs) token(p plan.Plan, hash uint64) string { return p.Token(r.digest(), hash) }

func (r *runs) named(token string) (plan.Token, error) { return plan.ParseToken(token) }

// tell runs the plan once more, and keeps what happens.
func (r *runs) tell(p plan.Plan, o plan.Outcome) tale {
	r.close() // the world of before has kept no facts
	l := r.bed.open(r.spec, p, nil, int(min(o.Events, 1<<18)))
	l.facts.tell = true
	l.play()
	v, _ := l.Broken()
	t := tale{head: v.String() + "\n", place: func(place int) string { return l.element(place) }}
	if lines := l.facts.lines; len(lines) > 0 {
		t.tail = "the last that happened\n  " + strings.Join(lines, "\n  ") + "\n"
	}
	words := plan.Words{Name: names(l).Of, Policy: policy(l)}
	t.words = func(d choice.Deviation) string {
		if _, asked := l.steps.asked[d.Key]; asked {
			return "" // the step itself says it
		}
		return words.Describe(d)
	}
	return t
}

// spawned tells names of the processes of a run.
func spawned(n *plan.Names, r *trace.Record) {
	for _, e := range r.Events {
		if e.Kind == trace.Spawn {
			n.Process(e.Word, r.Name(e.Object))
		}
	}
}

// names finds out who the identities of a run's keys are.
func names(l *Live) *plan.Names {
	var n plan.Names
	spawned(&n, l.Trace().Record())
	n.Say(choice.ID("portfolio"), "the choice of a policy")
	n.Say(choice.ID("pct"), "how long one runs in a row")
	for _, s := range l.View().BuggifySites() {
		n.Site(s.Name)
	}
	nodes := l.spec.config().Nodes
	for i, a := range nodes {
		for _, b := range nodes[i+1:] {
			n.Link(string(a.Name), string(b.Name))
		}
	}
	return &n
}

// policy is the name of a run's policy if it is not random.
func policy(l *Live) string {
	if s, ok := l.View().Policy().(fmt.Stringer); ok && s.String() != "random" {
		return s.String()
	}
	return ""
}
