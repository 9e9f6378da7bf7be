package scenarios

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bedlam-sim/bedlam/sim/fault"
)

// An Anchor is an event that a fault waits for, in the words of package fault.
type Anchor struct {
	Pos   Pos         // in the file
	Event fault.Event // what happens, and for the n-th time; if to a node, also to which
	Of    Selector    // whom it happens to, if that is a process; the name any is any, also one that is in no tree
	After Drawn       // how long after it the fault comes, drawn once for a run
	kind  Pos         // of the event's kind, in the file
}

// A moment is when a fault happens: at a time, or when something else does.
type moment struct {
	at     Drawn
	anchor *Anchor
	kind   int // where in the text stands of what kind it is, if it is of one
	of     int // and to whom it happens
}

// String prints 5ms after the 3rd message put of kv_store@a, as ParseAnchor reads it.
func (a Anchor) String() string {
	if a.After == (Drawn{}) {
		return a.Event.String()
	}
	return a.After.String() + " after " + a.Event.String()
}

// ParseAnchor reads what Anchor.String prints.
func ParseAnchor(text string) (Anchor, error) {
	m, bad := parseAnchor(text)
	if bad != nil {
		return Anchor{}, bad
	}
	return *m.anchor, nil
}

const anchorForms = "an event is like the 3rd message of kv_store, the 1st exit killed of /pool/*, " +
	"5ms after the 1st nodedown of b@a"

// anchorWhats is what may happen.
var anchorWhats = []string{
	fault.Message, fault.Start, fault.End, fault.Fact, fault.Report, fault.NodeUp, fault.NodeDown, fault.Up, fault.Down,
}

// parseMoment reads a drawn duration, or an event.
func parseMoment(text string) (moment, *flaw) {
	if strings.HasPrefix(text, "the ") || strings.Contains(text, " after ") || strings.Contains(text, " of ") {
		return parseAnchor(text)
	}
	d, bad := parseDrawn(text)
	return moment{at: d}, bad
}

// parseAnchor reads an event, and how long after it.
func parseAnchor(text string) (moment, *flaw) {
	a := &Anchor{}
	off, event := 0, text
	if delay, rest, late := strings.Cut(text, " after "); late && !strings.HasPrefix(text, "the ") { // a kind may hold the word
		event = rest
		d, bad := parseDrawn(delay)
		if bad != nil {
			return moment{}, bad.moved(0, delay)
		}
		a.After, off = d, utf8.RuneCountInString(delay+" after ")
	}
	i := strings.LastIndex(event, " of ")
	if i < 0 {
		return moment{}, flawed(anchorForms, "%q does not say whom it happens to", event).moved(off, event)
	}
	head, who := event[:i], event[i+len(" of "):]
	if bad := a.parseWhat(head); bad != nil {
		return moment{}, bad.moved(off, head)
	}
	kind := off + utf8.RuneCountInString(head) - utf8.RuneCountInString(a.Event.Kind)
	off += utf8.RuneCountInString(head + " of ")
	if bad := a.parseWhom(who); bad != nil {
		return moment{}, bad.moved(off, who)
	}
	return moment{anchor: a, kind: kind, of: off}, nil
}

// moved is a flaw in a part of a text; off is where the part begins.
func (f *flaw) moved(off int, part string) *flaw {
	if f.width == 0 {
		f.off, f.width = 0, max(1, utf8.RuneCountInString(part))
	}
	f.off += off
	return f
}

// parseWhat reads the 3rd message put.
func (a *Anchor) parseWhat(head string) *flaw {
	words := strings.SplitN(head, " ", 4)
	if words[0] != "the" || len(words) < 3 {
		return flawed(anchorForms, "%q is no event", head)
	}
	at := func(i int) int { return utf8.RuneCountInString(strings.Join(words[:i], " ")) + 1 }
	if _, err := fault.ParseEvent("the " + words[1] + " message of any"); err != nil {
		return flawed("1st, 2nd, 3rd, 4th, …", "%q is no ordinal number", words[1]).moved(at(1), words[1])
	}
	if !slices.Contains(anchorWhats, words[2]) {
		hint := (&suggester{}).meant(words[2], anchorWhats)
		return flawed(hint, "%q is nothing that happens", words[2]).moved(at(2), words[2])
	}
	e, err := fault.ParseEvent(head + " of any")
	if err != nil {
		what, _, _ := strings.Cut(err.Error(), "; ")
		const hint = "a message has one, as in the 1st message put of kv_store, and an exit, a fact and a report"
		return flawed(hint, "%s", what).moved(at(3), strings.Join(words[3:], " "))
	}
	a.Event = e
	return nil
}

// parseWhom reads to whom it happens.
func (a *Anchor) parseWhom(who string) *flaw {
	a.Event.Who = fault.Select(who)
	if !a.Event.OfNodes() {
		s, bad := parseSelector(who)
		a.Of = s
		return bad
	}
	about, at, seen := strings.Cut(who, "@")
	if !isIdent(about) || seen && !isIdent(at) || seen && (a.Event.What == fault.Up || a.Event.What == fault.Down) {
		hint := "as in the 1st " + a.Event.What + " of b"
		if a.Event.What == fault.NodeUp || a.Event.What == fault.NodeDown {
			hint = "as in the 1st " + a.Event.What + " of b@a: what a sees of b"
		}
		return flawed(hint, "%q is no node", who)
	}
	return nil
}

// moments is the form of when a fault happens.
var moments = form[moment]{
	name:  "drawn duration or event",
	looks: "5s, 1s..5s, the 3rd message of kv_store",
	parse: parseMoment,
}

// anchors is the form of an event.
var anchors = form[moment]{
	name: "event",
	looks: "the 3rd message of kv_store, the 1st message put of /kv_sup/kv_store@a, the 2nd exit killed of /pool/*, " +
		"5ms..20ms after the 1st nodedown of b@a",
	about: "Something that happens for the n-th time, counted from the beginning of the run over all whom it may happen to: " +
		"message (a selected process takes one out of its mailbox; its kind is the name of a request, an atom, " +
		"the first one of a tuple, a tag as 'DOWN', or the message's type in Go), " +
		"start (one begins), exit (one ends; the reason, its first atom, tuple if it has none, or crash), " +
		"fact and report (one says something; of what kind), nodeup and nodedown (of b@a: a sees b come or go), up " +
		"and down (a node boots, goes down). " +
		"Without a kind any counts. A word `any` in the place of a selector or a node is any. " +
		"The fault strikes as soon as the process can be interrupted, or so much later.",
	parse: parseAnchor,
}

// faultGaps is the form of the time between two happenings of a fault.
var faultGaps = form[Drawn]{name: gaps.name, looks: gaps.looks, parse: func(text string) (Drawn, *flaw) {
	if strings.HasPrefix(text, "the ") || strings.Contains(text, " after the ") {
		const hint = "events stand under at:, as in at: the 3rd message of kv_store"
		return Drawn{}, flawed(hint, "%q is not the time between two happenings", text)
	}
	return gaps.parse(text)
}}

// anchorExample is how faults wait for events, for people.
const anchorExample = `A fault that comes at a time strikes elsewhere as soon as the program around it is changed; ` +
	`one that waits for an event does not:

    faults:
      - {name: mid-write, at: the 3rd message of kv_store, kill: kv_store}
      - {name: third put, at: the 3rd message put of kv_store, kill: kv_store}
      - {name: again, at: 5ms..20ms after the 1st exit killed of kv_store, kill: /kv_sup/kv_logger}
      - {name: both, at: [10s, the 2nd start of /kv_sup/kv_store], exit: {select: kv_logger, reason: boom}}

A fault whose event never happens never takes effect: the report says so, and what happens instead. ` +
	"`simrun ls FILE`" + ` lists what happens in a scenario, and of what kinds; ` +
	"`simrun ls PROGRAM`" + ` lists what can be asked of a program, and so be waited for.

`

// readMoments reads when a fault happens.
func readMoments(r *reader, n *node, f *Fault) bool {
	return r.eachOf(n, func(item *node) bool {
		m, ok := scalar(r, item, moments)
		switch {
		case !ok:
		case m.anchor == nil:
			f.At = append(f.At, m.at)
		default:
			inside := r.src.inside(item)
			m.anchor.Pos, m.anchor.kind, m.anchor.Of.Pos = item.pos, inside(m.kind), inside(m.of)
			f.On = append(f.On, *m.anchor)
		}
		return ok
	})
}

// anchors checks the events that a fault waits for.
func (c *checker) anchors(f *Fault) {
	for _, a := range f.On {
		c.comes(c.s, a.After, a.Pos, "the fault comes, at the earliest, at", endHint)
		switch {
		case a.Event.OfNodes():
			c.anchorNodes(a)
		case a.Of.Name != anyNode:
			c.messageKind(a, c.selects(a.Of))
		case a.Of.Node != "" && a.Of.Node != anyNode:
			c.nodesNamed(c.s, []string{a.Of.Node}, a.Of.Pos)
		}
	}
}

// messageKind checks that there are messages of the kind that an event names, as far as that is known. What supervisors and
// others that are no programs take is not told.
func (c *checker) messageKind(a Anchor, of []*Child) {
	kind := a.Event.Kind
	isSupervisor := func(kid *Child) bool { return kid.Type == Supervisor }
	if a.Event.What != fault.Message || kind == "" || slices.ContainsFunc(of, isSupervisor) || c.torn["trees"] {
		return
	}
	v := c.vocabulary()
	if !v.lacks(kind) {
		return
	}
	var words []string
	for _, kid := range of {
		for _, q := range kid.Program.Requests {
			if word := q.Kind(); word != "" && !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
	}
	hint, others := allowed(words), v.told
	if isIdent(kind) {
		others = slices.Sorted(maps.Keys(v.kinds))
	}
	switch near := cmp.Or(v.near(&c.suggester, kind, words), v.near(&c.suggester, kind, others)); {
	case near != "":
		hint = fmt.Sprintf("did you mean %q?", near)
	case !isIdent(kind):
		return // a type of OTP's: nobody tells of them all
	}
	c.bad(UnknownName, a.kind, hint, "no program of the trees is sent a message %q", kind)
}

// vocabulary is the words by which the file names messages.
func (c *checker) vocabulary() *vocabulary {
	if c.terms == nil {
		c.terms = newVocabulary(programsIn(c.s.Trees, func(kid *Child) Program { return kid.Program }))
	}
	return c.terms
}

// anchorNodes checks an event of nodes.
func (c *checker) anchorNodes(a Anchor) {
	if !c.s.clustered() && !c.torn["nodes"] {
		c.bad(WrongCompany, a.Pos, "add nodes: [a, b] to the file",
			"%s is of the nodes of a cluster, and the file has none", a.Event.What)
		return
	}
	for name := range strings.SplitSeq(string(a.Event.Who), "@") {
		if name != anyNode && !c.nodesNamed(c.s, []string{name}, a.Of.Pos) {
			return
		}
	}
}
