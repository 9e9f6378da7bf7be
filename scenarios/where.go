package scenarios

import (
	"slices"
	"strings"

	"github.com/bedlam-sim/bedlam/netsim"
)

// Where says which links a fault of the net befalls: a pattern of package netsim, or a word for one that is drawn
// for each happening.
type Where struct {
	Word    string           // halves, one, ring or all; "" if Pattern says it
	Pattern netsim.Partition // as it is written
}

// The words.
const (
	halves    = "halves"
	isolated  = "one"
	ringed    = "ring"
	anywhere  = "all"
	whereHint = "possible are groups(a b | c), oneway(a -> b), isolate(a), bridge(a | b | c), ring(a b c d), " +
		"and the words halves, one, ring and all"
)

var whereWords = []string{halves, isolated, ringed, anywhere}

// String prints halves, or groups(a b | c d).
func (w Where) String() string {
	if w.Word != "" {
		return w.Word
	}
	return w.Pattern.String()
}

// ParseWhere reads what String prints.
func ParseWhere(text string) (Where, error) {
	w, bad := parseWhere(text)
	return w, bad.asError()
}

func parseWhere(text string) (Where, *flaw) {
	if slices.Contains(whereWords, text) {
		return Where{Word: text}, nil
	}
	p, err := netsim.ParsePartition(text)
	if err == nil {
		return Where{Pattern: p}, nil
	}
	if !strings.ContainsAny(text, "()") {
		return Where{}, flawed((&suggester{}).meant(text, whereWords), "%q does not say which links", text)
	}
	return Where{}, flawed(whereHint, "%v", err)
}

// partition is the pattern, in which choose draws what a word leaves open. Its answer 0 everywhere is the dull one: the
// nodes in their order.
func (w Where) partition(nodes []string, choose func(n int) int) netsim.Partition {
	switch w.Word {
	case "":
		return w.Pattern
	case anywhere:
		return netsim.Isolate(nodes...)
	case isolated:
		return netsim.Isolate(nodes[choose(len(nodes))])
	}
	drawn := slices.Clone(nodes)
	for i := range drawn {
		j := i + choose(len(drawn)-i)
		drawn[i], drawn[j] = drawn[j], drawn[i]
	}
	if w.Word == ringed {
		return netsim.Ring(drawn...)
	}
	n := len(drawn) / 2
	one, two := drawn[:n], drawn[n:]
	slices.Sort(one)
	slices.Sort(two)
	return netsim.Groups(one, two)
}

// flawAmong is what is wrong with the pattern in a cluster of these nodes.
func (w Where) flawAmong(nodes []string) *flaw {
	if len(nodes) < 2 {
		return flawed("a fault of the net needs two nodes at least", "there is no link between nodes")
	}
	edges, err := w.partition(nodes, func(int) int { return 0 }).Edges(nodes)
	switch {
	case err != nil:
		return flawed("", "%v", err)
	case len(edges) == 0:
		return flawed(whereHint, "%v is no link at all", w)
	}
	return nil
}

var wheres = form[Where]{
	name:  "links",
	looks: "groups(a b | c), isolate(a), halves",
	about: "Which links between nodes. groups(a b | c d) are all between two groups, both directions; oneway(a " +
		"-> b c); isolate(a b) all of each of them; bridge(a b | c | d e) is groups(a b | d e), and both see c; " +
		"ring(a b c d e) lets each see its neighbours only, so many that they are a majority and no two see the " +
		"same. In a group `others` stands for all who are not named. " +
		"Words are drawn for each happening: halves parts the nodes into two halves, one isolates one of them, " +
		"ring puts all into a ring; all is every link.",
	parse: parseWhere,
}
