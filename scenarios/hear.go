package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Sounds are the words that events may name of one place in the trees, or of the nodes: what happened there in some
// runs.
type Sounds struct {
	Who   string              `json:"who"` // as events name it; of a place on several nodes or of a pool any of them
	Kinds map[string][]string `json:"kinds"`
}

// hearing gathers what happens in a run.
type hearing struct {
	words *vocabulary
	all   []*Sounds
	named map[string]*Sounds
}

// mostKinds is how many kinds there are of what happens in one place: programs may make them up.
const mostKinds = 50

// Hear runs the scenario with some seeds and lists what happened of whom, the trees' places first, in their order.
// What happens to clients and to servers of the system is in no list: events name only those that the file
// declares.
func (r *Runner) Hear(seeds []uint64, opts RunOptions) []Sounds {
	x := &hearing{words: r.vocabulary(), named: map[string]*Sounds{}}
	r.hears = x
	defer func() { r.hears = nil }()
	for _, s := range r.book.slots {
		x.of(placeOf(s))
	}
	for _, seed := range seeds {
		r.Run(seed, opts)
	}
	var list []Sounds
	for _, s := range x.all {
		for _, kinds := range s.Kinds {
			slices.Sort(kinds)
		}
		list = append(list, *s)
	}
	return list
}

// placeOf is how events name a slot wherever it is, and whichever of a pool.
func placeOf(s *slot) string {
	var b strings.Builder
	for i, step := range strings.Split(s.path, "[") {
		if i > 0 {
			_, step, _ = strings.Cut(step, "]")
		}
		b.WriteString(step)
	}
	return b.String()
}

func (x *hearing) of(who string) *Sounds {
	s := x.named[who]
	if s == nil {
		s = &Sounds{Who: who, Kinds: map[string][]string{}}
		x.named[who] = s
		x.all = append(x.all, s)
	}
	return s
}

func (x *hearing) add(who string, e fault.Event) {
	e = x.words.sound(e)
	kinds := x.of(who).Kinds
	if _, known := kinds[e.What]; !known {
		kinds[e.What] = []string{}
	}
	e.Nth, e.Who = 1, anyNode
	if _, err := fault.ParseEvent(e.String()); err != nil { // what cannot be said cannot be waited for
		return
	}
	if e.Kind != "" && len(kinds[e.What]) < mostKinds && !slices.Contains(kinds[e.What], e.Kind) {
		kinds[e.What] = append(kinds[e.What], e.Kind)
	}
}

// message hears of a message that a process takes.
func (x *hearing) message(s *slot, m *sim.Msg) {
	if s != nil {
		x.add(placeOf(s), fault.MessageSound(m))
	}
}

// fact hears of what else happens.
func (x *hearing) fact(s *slot, f sim.Fact) {
	e, ok := fault.FactSound(f)
	switch {
	case !ok:
	case f.Kind == trace.Node:
		x.add(string(e.Who), e)
	case s != nil:
		x.add(placeOf(s), e)
	}
}

// Kind is the kind of the messages that a request is, as events of files name it: the request's name; "" if that cannot
// be told from others.
func (q Request) Kind() string {
	if q.kind() == "" {
		return ""
	}
	return q.Name
}

// kind is what package fault calls that kind.
func (q Request) kind() (kind string) {
	if q.Message == nil {
		return q.Name
	}
	if q.Handler != (genevent.ID{}) {
		return "" // the message is the manager's, the request is in it
	}
	defer func() {
		if recover() != nil { // it minds arguments that are nothing
			kind = ""
		}
	}()
	var args Args
	for _, p := range q.Params {
		args = append(args, Arg{Name: p.Name, Value: p.nothing()})
	}
	return fault.KindOf(q.Message(args))
}

// nothing is a value of a parameter: its default, or an empty one.
func (p Param) nothing() any {
	if p.Default != "" {
		if v, bad := p.Type.parse(p.Default); bad == nil {
			return v
		}
	}
	switch p.Type {
	case IntType:
		return int64(0)
	case BoolType:
		return false
	case DurationType:
		return time.Duration(0)
	case DrawnType:
		return Drawn{}
	case PercentType:
		return Percent(0)
	case ProcessType:
		return Selector{}
	}
	if len(p.OneOf) > 0 {
		return p.OneOf[0]
	}
	return ""
}

// Meant says what may have been meant by the i-th event of a fault, which never happened; heard is what Hear has
// heard. hint is "" if the event is of no kind, or of one that there is, or nothing is known of those to whom it
// was to happen. likely is whether one word is near, or the hint just lists what there is.
func (r *Runner) Meant(f *Fault, i int, heard []Sounds) (hint string, likely bool) {
	e := f.On[i].Event
	if e.Kind == "" || e.OfNodes() {
		return "", false
	}
	var words []string
	add := func(word string) {
		if word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	for _, s := range r.book.find(f.On[i].Of) {
		if e.What == fault.Message && s.child.Start != "" {
			for _, q := range r.program(s.child).Requests {
				add(q.Kind())
			}
		}
		for _, x := range heard {
			if x.Who == placeOf(s) {
				for _, kind := range x.Kinds[e.What] {
					add(kind)
				}
			}
		}
	}
	v := r.vocabulary()
	if slices.Contains(words, v.sound(e).Kind) {
		return "", false
	}
	slices.Sort(words)
	if near := v.nearEvent(e, words); near != "" {
		return fmt.Sprintf("did you mean %q?", near), true
	}
	if len(words) == 0 {
		return "", false
	}
	return allowed(words), false
}

// nearEvent is the word that was probably meant by the kind of an event.
func (v *vocabulary) nearEvent(e fault.Event, words []string) string {
	switch e.What {
	case fault.Message:
		return v.near(&suggester{}, e.Kind, words)
	case fault.End:
		words = append(slices.Clone(words), usualEnds...)
	}
	return (&suggester{}).nearest(e.Kind, words)
}

// usualEnds are why processes end in every program.
var usualEnds = []string{"normal", "shutdown", "killed", "crash", "noproc", "noconnection", "timeout"}
