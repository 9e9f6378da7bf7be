package fault

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// What may happen, as an Event's What.
const (
	Message  = "message"  // a process takes a message; Kind: its type, as kv.Put, an atom, a tuple's first, or a tag, as 'DOWN'
	Start    = "start"    // a process begins, or gets the name that Who says
	End      = "exit"     // a process ends (Exit is a harm); Kind: the reason, the first atom of a tuple, or crash
	Fact     = "fact"     // a process says something by Trace; Kind: what kind
	Report   = "report"   // a process reports; Kind: what kind
	NodeUp   = "nodeup"   // of b@a: the connection to b is up, as a sees it
	NodeDown = "nodedown" // of b@a: it is gone
	Up       = "up"       // of b: a node has booted that was down
	Down     = "down"     // of b: a node has gone down
)

var whats = []string{Message, Start, End, Fact, Report, NodeUp, NodeDown, Up, Down}

// An Event is something that happens in a world, for the n-th time. A fault that waits for one stays where it belongs
// when the program around it is changed, where one that comes at a time does not.
type Event struct {
	Nth  int    // from 1; 0 is the first too
	What string // Message, Start…; "" is no event
	Kind string // of what kind; "": any
	Who  Select // whom it happens to: a process, or a node; NodeUp and NodeDown: about whom @ at whom
}

// String prints the 3rd message kv.Put of kv_store@a, as ParseEvent reads it.
func (e Event) String() string {
	s := "the " + term.Ordinal(max(e.Nth, 1)) + " " + e.What
	if e.Kind != "" {
		s += " " + e.Kind
	}
	return s + " of " + string(e.Who)
}

// ParseEvent reads what Event.String prints.
func ParseEvent(text string) (Event, error) {
	bad := func(why string) (Event, error) {
		return Event{}, fmt.Errorf("%s; an event is like the 3rd message kv.Put of kv_store@a, not %q", why, text)
	}
	head, who, ok := cutLast(text, " of ")
	words := strings.SplitN(head, " ", 4)
	if !ok || len(words) < 3 || words[0] != "the" {
		return bad("of whom?")
	}
	e := Event{What: words[2]}
	var err error
	if e.Nth, err = parseOrdinal(words[1]); err != nil {
		return bad(err.Error())
	}
	if !slices.Contains(whats, e.What) {
		return bad(fmt.Sprintf("what happens is one of %s", strings.Join(whats, ", ")))
	}
	if len(words) == 4 {
		e.Kind = words[3]
	}
	if len(words) == 4 && e.Kind == "" {
		return bad("what kind is that?")
	}
	if e.Who, err = parseSelect(who); err != nil {
		return Event{}, err
	}
	if why := e.flaw(); why != "" {
		return bad(why)
	}
	return e, nil
}

// flaw says what of it makes no sense together; "" if all does. A kind with ": " in it, or before the harm, would end
// what a Fault says of its time.
func (e Event) flaw() string {
	if e.Kind != strings.TrimSpace(e.Kind) || strings.ContainsAny(e.Kind, "\r\n") || strings.Contains(e.Kind+" ", ": ") {
		return "what kind is that?"
	}
	_, _, placed := strings.Cut(string(e.Who), "@")
	switch e.What {
	case Up, Down, NodeUp, NodeDown:
		if strings.HasPrefix(string(e.Who), "/") || placed && (e.What == Up || e.What == Down) {
			return "that happens to nodes, as " + e.What + " of b"
		}
	case Start:
	default:
		return ""
	}
	if e.Kind != "" {
		return "a " + e.What + " has no kinds"
	}
	return ""
}

// cutLast is strings.Cut at the last place.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func parseOrdinal(word string) (int, error) {
	n, err := strconv.Atoi(strings.TrimRight(word, "stndrh"))
	if err != nil || n < 1 || term.Ordinal(n) != word {
		return 0, errors.New("which time, as in 1st, 2nd, 3rd")
	}
	return n, nil
}

// isOf reports whether it is about a process of that name, "" if it has none.
func (s Select) isOf(pid sim.PID, name sim.Name) bool {
	what, node, placed := strings.Cut(string(s), "@")
	switch {
	case placed && string(pid.Node()) != node:
		return false
	case what == anyNode:
		return true
	case strings.HasPrefix(what, "/"):
		match, _ := path.Match(what, "/"+pid.Path())
		return match
	}
	return name != "" && string(name) == what
}

// named reports whether it is about a process by its name.
func (s Select) named() bool {
	what, _, _ := strings.Cut(string(s), "@")
	return what != anyNode && !strings.HasPrefix(what, "/")
}

// isAt reports whether it is about a node, as seen by another.
func (s Select) isAt(about, at sim.Atom) bool {
	what, node, placed := strings.Cut(string(s), "@")
	return (what == anyNode || what == string(about)) && (!placed || node == string(at))
}

// isMessage reports whether a message is of a kind.
func isMessage(m *sim.Msg, kind string) bool {
	return kind == "" || m.Tag() != nil && m.Tag().String() == kind || kindOf(m.Body()) == kind
}

// kindOf is the kind of a body: what of it is the same in every run.
func kindOf(body any) string {
	switch v := body.(type) {
	case nil:
		return "nil"
	case sim.Atom:
		return string(v)
	case sim.Tuple:
		if len(v) > 0 {
			if a, is := v[0].(sim.Atom); is {
				return string(a)
			}
		}
	}
	return reflect.TypeOf(body).String()
}

// reasonOf is the kind of an exit reason.
func reasonOf(r sim.Reason) string {
	if _, crashed := r.(*term.Crash); crashed {
		return "crash"
	}
	return kindOf(r)
}
