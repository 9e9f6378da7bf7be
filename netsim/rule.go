package netsim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// A Rule says what becomes of certain signals when they are sent. Of several the first that applies
// answers, and those after it are not asked. Faults do to what a rule lets pass what they do to all.
type Rule struct {
	Kind     string // as in Packet, or a beginning with * behind it; empty: any
	From, To string // nodes; empty: any
	Action   Action
	Delay    Delay // of DelayIt: is added

	// When, if there is one, looks at the signal. It must change nothing and depend on nothing else. A rule with
	// it does not print as it parses.
	When func(Packet) bool
}

// Action is what a Rule does.
type Action uint8

const (
	Pass    Action = iota // nothing, and spare it the rules after this one
	DelayIt               // let it take longer; those after it on its connection wait
	Drop                  // drop the signal and with it the connection
)

// String prints kind=tick from=a to=b: drop. It leaves out what is any: any: pass.
func (r Rule) String() string {
	var words []string
	for _, w := range []struct{ name, value string }{{"kind", r.Kind}, {"from", r.From}, {"to", r.To}} {
		if w.value != "" {
			words = append(words, w.name+"="+w.value)
		}
	}
	if r.When != nil {
		words = append(words, "when=…")
	}
	if words == nil {
		words = []string{"any"}
	}
	return strings.Join(words, " ") + ": " + r.action()
}

func (r Rule) action() string {
	switch r.Action {
	case Pass:
		return "pass"
	case DelayIt:
		return "delay " + r.Delay.String()
	case Drop:
		return "drop"
	}
	return fmt.Sprintf("action%d", r.Action)
}

// ParseRule reads what String prints, but for a When.
func ParseRule(text string) (Rule, error) {
	i := strings.LastIndex(text, ": ")
	if i < 0 {
		return Rule{}, fmt.Errorf("rule wants something like kind=tick from=a to=b: drop, not %q", text)
	}
	which, what := text[:i], text[i+2:]
	var r Rule
	if which != "any" {
		if err := settings(which, "a rule has kind, from and to, or is for any", r.set); err != nil {
			return Rule{}, fmt.Errorf("rule: %w", err)
		}
	}
	if err := r.setAction(what); err != nil {
		return Rule{}, fmt.Errorf("rule %q: %w", text, err)
	}
	return r, r.check()
}

func (r *Rule) set(name, value string) (known bool, err error) {
	if value == "" {
		return false, nil
	}
	switch name {
	case "kind":
		r.Kind = value
	case "from":
		r.From = value
	case "to":
		r.To = value
	default:
		return false, nil
	}
	return true, nil
}

func (r *Rule) setAction(what string) (err error) {
	word, rest, _ := strings.Cut(what, " ")
	switch {
	case what == "pass":
		r.Action = Pass
	case what == "drop":
		r.Action = Drop
	case word == "delay":
		r.Action = DelayIt
		r.Delay, err = ParseDelay(rest)
	default:
		return fmt.Errorf("its action is pass, drop or delay 5ms, not %q", what)
	}
	return err
}

// check says what is wrong with r, as a program may have filled it in.
func (r Rule) check() error {
	switch {
	case strings.ContainsAny(r.Kind, " ()"):
		return fmt.Errorf("rule: a kind has no blanks and parentheses, as %q has", r.Kind)
	case r.From != "" && !isName(r.From) || r.To != "" && !isName(r.To):
		return fmt.Errorf("rule: %q or %q cannot be the name of a node", r.From, r.To)
	case r.Action > Drop:
		return fmt.Errorf("rule: there is no action %d", r.Action)
	case r.Action != DelayIt && r.Delay != Delay{}:
		return fmt.Errorf("rule: a delay of %v is given, but the action is %s", r.Delay, r.action())
	}
	return nil
}

// RuleID names a rule of a Net. The zero RuleID names none.
type RuleID uint32

// rule is a Rule of a Net.
type rule struct {
	Rule
	law      law
	salt     uint64
	from, to Node // anyone: any
	took     uint64
}

// anyone is no node.
const anyone = ^Node(0)

// AddRule adds a rule behind all others.
func (n *Net) AddRule(r Rule) (RuleID, error) {
	if err := r.check(); err != nil {
		return 0, err
	}
	from, err := n.party(r.From)
	if err != nil {
		return 0, err
	}
	to, err := n.party(r.To)
	if err != nil {
		return 0, err
	}
	n.book = append(n.book, &rule{Rule: r, law: r.Delay.law(), salt: choice.ID("rule", r.String()), from: from, to: to})
	n.rules = append(n.rules, n.book[len(n.book)-1])
	return RuleID(len(n.book)), nil
}

// party is the node of a rule.
func (n *Net) party(name string) (Node, error) {
	if name == "" {
		return anyone, nil
	}
	v, ok := n.ids[name]
	if !ok {
		return 0, fmt.Errorf("rule: there is no node %s among %s", name, strings.Join(n.names, " "))
	}
	return v, nil
}

// RemoveRule takes a rule back. To remove it twice is to remove it once.
func (n *Net) RemoveRule(id RuleID) {
	if id == 0 || int(id) > len(n.book) {
		panic(fmt.Sprintf("netsim: there is no rule %d", id))
	}
	r := n.book[id-1]
	n.rules = slices.DeleteFunc(n.rules, func(s *rule) bool { return s == r })
}

// ruled asks the rules what becomes of a signal: it is dropped, or takes longer.
func (n *Net) ruled(w *link, p *Packet, key choice.Key) (more time.Duration, drop bool) {
	for _, r := range n.rules {
		if !r.applies(w, p) {
			continue
		}
		if r.Action == DelayIt {
			more = r.law.draw(n.source, choice.Key{Domain: choice.Latency, ID: key.ID ^ r.salt, N: key.N})
		}
		if drop = r.Action == Drop; drop || more > 0 {
			r.took++
		}
		break
	}
	return more, drop
}

func (r *rule) applies(w *link, p *Packet) bool {
	return (r.from == anyone || r.from == w.from) && (r.to == anyone || r.to == w.to) &&
		ofKind(p.Kind, r.Kind) && (r.When == nil || r.When(*p))
}

// ofKind says whether a kind is the one wanted, or begins as it.
func ofKind(kind, wanted string) bool {
	beginning, ok := strings.CutSuffix(wanted, "*")
	return wanted == "" || kind == wanted || ok && strings.HasPrefix(kind, beginning)
}
