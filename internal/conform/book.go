package conform

import (
	"maps"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// book is what the driver remembers from step to step.
type book struct {
	living map[string]bool  // names of processes alive
	boxes  map[string][]any // a puppet's mailbox when the last step ended
	sups   map[string]bool  // names of supervisors
	open   []order          // steps that are not finished
}

// order is a step that a puppet was told to perform.
type order struct {
	step    int
	by      string // "" if it was dead
	pending bool   // recorded as such before
}

// by is who was told to perform a step that is not finished; "" if nobody was.
func (b *book) by(step int) string {
	for _, o := range b.open {
		if o.step == step {
			return o.by
		}
	}
	return ""
}

func (b *book) alive() []string { return slices.Sorted(maps.Keys(b.living)) }

// collect takes the events of a step and leaves none.
func (d *driver) collect() []event {
	events := d.stage.events
	d.stage.events = nil
	if d.unheard != nil {
		events = d.heard(events)
		d.unheard = nil
	}
	for _, e := range events {
		switch e.kind {
		case wasNamed:
			d.book.living[e.who] = true
		case isSupervisor:
			d.book.sups[e.who] = true
		}
	}
	for _, e := range events {
		if e.kind == hasDied {
			delete(d.book.living, e.who)
		}
	}
	return events
}

// record writes down what a step did.
func (d *driver) record(step *Step) {
	events := d.collect()
	d.recordDead(step, events)
	d.recordMail(step, events)
	d.recordLog(step, events)
	d.recordResults(step, events)
	if d.cluster {
		d.recordCluster(step)
	}
}

func (d *driver) recordDead(step *Step, events []event) {
	for _, e := range events {
		if e.kind == hasDied {
			if step.Dead == nil {
				step.Dead = map[string]string{}
			}
			step.Dead[e.who] = d.stage.render(e.value)
		}
	}
}

// recordMail writes down what is in the mailboxes of puppets now and was not before, or was taken.
func (d *driver) recordMail(step *Step, events []event) {
	boxes := d.mailboxes()
	for who, box := range boxes {
		old := d.book.boxes[who]
		for _, e := range events {
			if e.kind == tookMessage && e.who == who {
				old = without(old, e.value)
			}
		}
		var texts []string
		for _, m := range fresh(old, box) {
			texts = append(texts, d.stage.render(m))
		}
		if len(texts) > 0 {
			if step.Mail == nil {
				step.Mail = map[string][]string{}
			}
			step.Mail[who] = bySender(texts)
		}
	}
	d.book.boxes = boxes
}

// mailboxes are the messages of the case in every puppet's mailbox.
func (d *driver) mailboxes() map[string][]any {
	boxes := map[string][]any{}
	for pid, role := range d.stage.living {
		if role.puppet {
			boxes[role.name] = d.mailbox(pid)
		}
	}
	return boxes
}

func (d *driver) mailbox(pid sim.PID) []any {
	var box []any
	for _, m := range d.world.View().Mailbox(pid) {
		if !ours(m) {
			box = append(box, plain(m))
		}
	}
	return box
}

// without is a mailbox without the first message that equals m.
func without(box []any, m any) []any {
	i := slices.IndexFunc(box, func(x any) bool { return same(x, m) })
	if i < 0 {
		return box
	}
	return slices.Delete(slices.Clone(box), i, i+1)
}

// fresh is what is new in a mailbox, given what was left of the old one.
func fresh(old, box []any) []any {
	for _, m := range old {
		if len(box) > 0 && same(m, box[0]) {
			box = box[1:]
		}
	}
	return box
}

// bySender sorts messages by whom they are from: Erlang orders only those of the same sender.
func bySender(texts []string) []string {
	sort.SliceStable(texts, func(i, j int) bool { return sender(texts[i]) < sender(texts[j]) })
	return texts
}

var anyName = regexp.MustCompile("@[a-z0-9_#]+")

// sender is the sort key of a message: the process that a 'DOWN' is about, else the first name in it.
func sender(text string) string {
	if strings.HasPrefix(text, "{'DOWN',") {
		if parts := strings.Split(text, ","); len(parts) > 3 {
			return parts[3]
		}
		return ""
	}
	return anyName.FindString(text)
}

// causal are the domains whose log is recorded in the order in which things happened.
var causal = map[string]bool{"sup": true, "event": true, "app": true}

func (d *driver) recordLog(step *Step, events []event) {
	brutal := false
	for _, e := range events {
		switch e.kind {
		case hasLogged:
			step.Log = append(step.Log, [2]string{e.who, d.stage.render(e.value)})
		case hasDied:
			brutal = brutal || d.book.sups[e.who] && term.Is(e.value, sim.Killed)
		}
	}
	if causal[d.c.Domain] && !brutal {
		sortSideBySide(step.Log)
		return
	}
	sort.SliceStable(step.Log, func(i, j int) bool { return step.Log[i][0] < step.Log[j][0] })
}

// sortSideBySide sorts the runs of entries in which children of a simple_one_for_one supervisor terminate:
// they do so side by side.
func sortSideBySide(log [][2]string) {
	for i := 0; i < len(log); i++ {
		j := i
		for j < len(log) && strings.HasPrefix(log[j][0], "d") && strings.HasPrefix(log[j][1], "{terminate,") {
			j++
		}
		slices.SortFunc(log[i:j], func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
		i = max(i, j)
	}
}

// recordResults writes down the results of this step and of earlier ones that came only now.
func (d *driver) recordResults(step *Step, events []event) {
	var open []order
	for _, o := range d.book.open {
		texts, waits := d.results(&o, events)
		if waits {
			open = append(open, o)
		}
		switch {
		case o.step == step.I:
			step.Res = texts
		case len(texts) > 0 || !waits:
			if step.Late == nil {
				step.Late = map[string][]string{}
			}
			step.Late[strconv.Itoa(o.step)] = texts
		}
	}
	d.book.open = open
}

// results are what came of an order, and whether more is to come.
func (d *driver) results(o *order, events []event) (texts []string, waits bool) {
	if o.by == "" {
		return []string{"dead"}, false
	}
	done := false
	for _, e := range events {
		if e.step != o.step {
			continue
		}
		switch e.kind {
		case hasResult:
			texts = append(texts, d.stage.render(e.value))
		case isDone:
			done = true
		}
	}
	switch {
	case done:
		return texts, false
	case !d.book.living[o.by]:
		return append(texts, "died"), false
	case o.pending && len(texts) == 0:
		return nil, true
	}
	o.pending = true
	return append(texts, "pending"), true
}
