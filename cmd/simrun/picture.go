package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// The kinds of signals that a picture shows, as they stand in the highest byte of a fact's Word. Links and
// monitors are the furniture; what comes of them is the news.
const (
	signalShift    = 56
	signalExit     = 1
	signalLinkExit = 2
	signalDown     = 8
)

// picture draws the last facts of a run up to its failure, or up to its end if it has none.
func picture(run *reports.Run, record *trace.Record, most int) *reports.Sequence {
	p := &painter{
		record: record, places: map[uint64]int{}, parents: map[uint64]uint64{}, ended: map[uint64]bool{},
		heard: map[uint64]uint64{}, gone: map[string]bool{}, sent: map[letter][]int{},
	}
	p.Title = run.Scenario
	if !run.Dull {
		p.Title += ", seed " + choice.FormatSeed(run.Seed)
	}
	end := p.end(run)
	from := p.from(end, most)
	for i := range end {
		p.fact(i, i >= from)
	}
	p.sort()
	p.verdict(run)
	return &p.Sequence
}

// painter draws a picture, fact by fact. Facts before the first one that is shown are followed too: who was whose
// parent, and who has ended.
type painter struct {
	reports.Sequence
	record  *trace.Record
	places  map[uint64]int    // birth number -> lifeline
	tenants [][]uint64        // of each lifeline, those who lived there, by birth number
	parents map[uint64]uint64 // birth numbers
	ended   map[uint64]bool   // by birth number
	heard   map[uint64]uint64 // whose message somebody took last
	gone    map[string]bool   // places of trees where somebody ended
	sent    map[letter][]int  // the steps of messages that nobody has taken yet
}

// letter is what is known of a message when it is sent and when it is taken.
type letter struct{ from, to, word uint64 }

// end is how many facts there are up to the failure.
func (p *painter) end(run *reports.Run) int {
	if run.Failure == nil {
		return len(p.record.Events)
	}
	later := func(e trace.Event, at time.Duration) int { return int(e.At - int64(at)) }
	n, _ := slices.BinarySearchFunc(p.record.Events, run.Failure.At+1, later)
	return n
}

// from is the first fact that is shown. Of those before, as many as are worth showing count as left out.
func (p *painter) from(end, most int) int {
	from := end
	for i, left := end-1, most; i >= 0; i-- {
		switch {
		case !p.telling(i):
		case left > 0:
			left--
			from = i
		default:
			p.Omitted++
		}
	}
	return from
}

// telling tells facts that are worth showing.
func (p *painter) telling(i int) bool {
	switch e := p.record.Events[i]; e.Kind {
	case trace.Spawn, trace.Send, trace.Receive, trace.Exit, trace.Fault, trace.Took, trace.User, trace.Drop, trace.Node:
		return true
	case trace.Signal:
		switch e.Word >> signalShift {
		case signalExit, signalLinkExit, signalDown:
			return true
		}
	case trace.Report:
		word, _, _ := strings.Cut(p.record.Details[i], " ")
		// the ends and starts themselves are shown
		return !slices.Contains([]string{"progress", "terminate", "crash", "supervisor"}, word)
	}
	return false
}

// fact follows a fact, and draws it if it is to be shown.
func (p *painter) fact(i int, shown bool) {
	e := p.record.Events[i]
	if shown && p.telling(i) {
		p.step(i, e)
	}
	switch e.Kind {
	case trace.Spawn:
		p.parents[e.Object] = e.Subject
	case trace.Receive:
		p.heard[e.Subject] = e.Object
	case trace.Exit:
		p.ended[e.Subject] = true
		p.gone[p.root(e.Subject)] = true
	}
}

// step draws a fact.
func (p *painter) step(i int, e trace.Event) {
	s := reports.Step{At: time.Duration(e.At), From: reports.Nobody, To: reports.Nobody, Text: speech(p.record.Details[i])}
	switch e.Kind {
	case trace.Spawn:
		s.What, s.From = reports.StepStart, p.place(e.Object)
		_, s.Text = p.path(e.Object)
		if p.again(e) {
			s.What = reports.StepRestart
		}
	case trace.Send:
		s.What, s.From, s.To = reports.StepMessage, p.place(e.Subject), p.place(e.Object)
		key := letter{e.Subject, e.Object, e.Word}
		p.sent[key] = append(p.sent[key], len(p.Steps))
	case trace.Receive:
		s.What, s.From, s.To = reports.StepTake, p.place(e.Subject), p.place(e.Object)
		s.Text = p.taken(e)
	case trace.Signal:
		s.What, s.From, s.To = reports.StepSignal, p.place(e.Subject), p.place(e.Object)
		s.Text = strings.TrimSpace(signalWord(e.Word>>signalShift) + " " + s.Text)
		key := letter{e.Subject, e.Object, 0} // whoever traps exits or monitors takes it as a message
		p.sent[key] = append(p.sent[key], len(p.Steps))
	case trace.Drop:
		s.What, s.From, s.To = reports.StepDrop, p.place(e.Subject), p.place(e.Object)
	case trace.Exit:
		s.What, s.From = reports.StepExit, p.place(e.Subject)
	case trace.Fault:
		s.What, s.From = reports.StepFault, p.place(e.Object)
	case trace.Took:
		s.What, s.From = reports.StepTook, p.place(e.Object)
	default:
		s.What, s.From = reports.StepNote, p.place(e.Subject)
		if e.Kind == trace.Node {
			s.Text = "node " + s.Text
		}
	}
	p.Steps = append(p.Steps, s)
}

func signalWord(kind uint64) string {
	if kind == signalDown {
		return "down"
	}
	return "exit"
}

// taken finds the message that is taken: the oldest of that pair, with that number, that nobody has taken. It
// answers what it said.
func (p *painter) taken(e trace.Event) string {
	key := letter{e.Object, e.Subject, e.Word}
	if len(p.sent[key]) == 0 {
		key.to = 0 // to a name of another node: nobody knew who that was
	}
	waiting := p.sent[key]
	if len(waiting) == 0 {
		return "an earlier message"
	}
	p.sent[key] = waiting[1:]
	s := &p.Steps[waiting[0]]
	s.Taken, s.To = len(p.Steps), p.place(e.Subject)
	return s.Text
}

// speech is a message in a few words: the tags of calls and casts are OTP's own business.
func speech(detail string) string {
	for _, tag := range [...][2]string{{"'$gen_call' ", "call "}, {"'$gen_cast' ", "cast "}} {
		if rest, ok := strings.CutPrefix(detail, tag[0]); ok {
			return tag[1] + rest
		}
	}
	return detail
}

// again tells a restart from a start: somebody of that role has ended, and the parent acts on the word of one of
// its children, not on that of a stranger who wants a new one.
func (p *painter) again(e trace.Event) bool {
	if !p.gone[p.root(e.Object)] {
		return false
	}
	heard := p.heard[e.Subject]
	return heard == e.Subject || p.parents[heard] == e.Subject
}

// place is the lifeline of a process. Whoever takes the place of one that has ended takes its lifeline too.
func (p *painter) place(serial uint64) int {
	if serial == 0 {
		return reports.Nobody
	}
	if i, ok := p.places[serial]; ok {
		return i
	}
	i := p.vacancy(serial)
	if i < 0 {
		i = len(p.Lifelines)
		node, path := p.path(serial)
		p.Lifelines = append(p.Lifelines, reports.Lifeline{Name: path, Node: node})
		p.tenants = append(p.tenants, nil)
	} else {
		_, p.Lifelines[i].Name, _ = strings.Cut(p.root(serial), "/")
	}
	p.tenants[i] = append(p.tenants[i], serial)
	p.places[serial] = i
	return i
}

// vacancy is the lifeline of those who had this role and have ended; -1 if there is none.
func (p *painter) vacancy(serial uint64) int {
	root := p.root(serial)
	return slices.IndexFunc(p.tenants, func(list []uint64) bool {
		last := list[len(list)-1]
		return p.root(last) == root && p.ended[last] && last < serial
	})
}

// path is the name of a process: its node, and its path there.
func (p *painter) path(serial uint64) (node, path string) {
	name := bare(p.record.Name(serial))
	node, path, ok := strings.Cut(name, "/")
	if !ok {
		return "", name
	}
	return node, path
}

// root is the name of a process without its ordinal: that of its place in the tree.
func (p *painter) root(serial uint64) string {
	name := bare(p.record.Name(serial))
	stem, ordinal, ok := cutLast(name, ".")
	if !ok || ordinal == "" || strings.Trim(ordinal, "0123456789") != "" {
		return name
	}
	return stem
}

func cutLast(text, sep string) (before, after string, found bool) {
	i := strings.LastIndex(text, sep)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(sep):], true
}

func bare(name string) string { return strings.TrimSuffix(strings.TrimPrefix(name, "<"), ">") }

// sort puts the lifelines of a node side by side, the oldest first.
func (p *painter) sort() {
	order := make([]int, len(p.Lifelines))
	birth := map[string]uint64{} // of a node's first process
	for i := range order {
		order[i] = i
		node := p.Lifelines[i].Node
		if first, ok := birth[node]; !ok || p.tenants[i][0] < first {
			birth[node] = p.tenants[i][0]
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := p.Lifelines[a], p.Lifelines[b]
		if x.Node != y.Node {
			return cmp.Compare(birth[x.Node], birth[y.Node])
		}
		return cmp.Compare(p.tenants[a][0], p.tenants[b][0])
	})
	lines, moved := make([]reports.Lifeline, len(order)), make([]int, len(order))
	for to, from := range order {
		lines[to], moved[from] = p.Lifelines[from], to
	}
	p.Lifelines = lines
	for i := range p.Steps {
		for _, place := range []*int{&p.Steps[i].From, &p.Steps[i].To} {
			if *place != reports.Nobody {
				*place = moved[*place]
			}
		}
	}
}

// verdict is the last step.
func (p *painter) verdict(run *reports.Run) {
	s := reports.Step{At: run.Now, What: reports.StepVerdict, From: reports.Nobody, To: reports.Nobody, Text: "no rule is broken"}
	if f := run.Failure; f != nil {
		s.At, s.Text = f.At, "BROKEN "+f.Signature+": "+f.Got
		for _, w := range run.Waiting {
			s.Text += "\n" + w.String()
		}
	}
	p.Steps = append(p.Steps, s)
}
