package netsim

import (
	"fmt"
	"strconv"
	"strings"
)

// A Fault is a harm to a set of links. ParseFault reads what String prints.
type Fault struct {
	Name  string // by which it is counted, and its draws are keyed; may be empty
	Harm  Harm
	Where Partition
}

// String prints split: cut at groups(a b | c). A name that is not a plain word is in
// quotes, and none is left out.
func (f Fault) String() string {
	s := f.Harm.String() + " at " + f.Where.String()
	if f.Name == "" {
		return s
	}
	if !isName(f.Name) || strings.Contains(f.Name, ":") {
		return strconv.Quote(f.Name) + ": " + s
	}
	return f.Name + ": " + s
}

// ParseFault reads what String prints.
func ParseFault(text string) (Fault, error) {
	name, rest, err := cutName(text)
	if err != nil {
		return Fault{}, err
	}
	harm, where, ok := strings.Cut(rest, " at ")
	if !ok {
		return Fault{}, fmt.Errorf("fault wants a name, a harm and a place, as in split: cut at groups(a | b), not %q", text)
	}
	f := Fault{Name: name}
	if f.Harm, err = ParseHarm(harm); err != nil {
		return Fault{}, err
	}
	f.Where, err = ParsePartition(where)
	return f, err
}

// cutName takes off the name that a text may begin with.
func cutName(text string) (name, rest string, err error) {
	if !strings.HasPrefix(text, `"`) {
		name, rest, ok := strings.Cut(text, ": ")
		if !ok || !isName(name) {
			return "", text, nil
		}
		return name, rest, nil
	}
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", "", fmt.Errorf("%q begins with no name in quotes", text)
	}
	rest, ok := strings.CutPrefix(text[len(quoted):], ": ")
	if !ok {
		return "", "", fmt.Errorf("in %q no colon and blank come after the name", text)
	}
	name, err = strconv.Unquote(quoted)
	return name, rest, err
}
