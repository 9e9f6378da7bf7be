package scheduler

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ParsePolicy reads what the policies' String prints: fifo, random, pct, pct(depth=3, steps=1000), pos,
// timed(slack=100ms), portfolio. Blanks may stand between the words, and the parameters in any order.
func ParsePolicy(text string) (Policy, error) {
	p, err := parsePolicy(text)
	if err != nil {
		return nil, fmt.Errorf("policy %.60q: %w", text, err)
	}
	return p, nil
}

var policyNames = []string{"fifo", "random", "pct", "pos", "timed", "portfolio"}

func parsePolicy(text string) (Policy, error) {
	name, given, err := parseCall(text)
	if err != nil {
		return nil, err
	}
	switch name {
	case "fifo":
		return FIFO{}, given.only(name)
	case "random":
		return Random{}, given.only(name)
	case "pos":
		return POS{}, given.only(name)
	case "portfolio":
		return Portfolio{}, given.only(name)
	case "pct":
		return given.pct()
	case "timed":
		return given.timed()
	}
	return nil, fmt.Errorf("there is no policy %.30q; %s", name, meant(name, policyNames))
}

func (g parameters) pct() (Policy, error) {
	if err := g.only("pct", "depth", "steps"); err != nil {
		return nil, err
	}
	depth, err := g.number("depth", MaxDepth)
	if err != nil {
		return nil, err
	}
	steps, err := g.number("steps", MaxSteps)
	if err != nil {
		return nil, err
	}
	return PCT{Depth: depth, Steps: steps}, nil
}

func (g parameters) timed() (Policy, error) {
	if err := g.only("timed", "slack"); err != nil {
		return nil, err
	}
	text, ok := g.value("slack")
	if !ok {
		return nil, fmt.Errorf("timed wants a slack, as in timed(slack=100ms)")
	}
	slack, err := time.ParseDuration(text)
	if err != nil || slack < 0 || Time(slack) > MaxSlack {
		return nil, fmt.Errorf("slack wants a duration from 0s to 24h, as 100ms, not %.30q", text)
	}
	return Timed{Slack: Time(slack)}, nil
}

// parameters are what stands in a policy's parentheses.
type parameters []parameter

type parameter struct{ name, value string }

// parseCall reads a name, and what stands in parentheses after it, if there are any.
func parseCall(text string) (name string, given parameters, err error) {
	name, list, ok := strings.Cut(text, "(")
	name = strings.TrimSpace(name)
	if !ok {
		return name, nil, nil
	}
	list, ok = strings.CutSuffix(strings.TrimSpace(list), ")")
	if !ok {
		return "", nil, fmt.Errorf("the closing parenthesis is missing")
	}
	if strings.TrimSpace(list) == "" {
		return "", nil, fmt.Errorf("there is nothing in the parentheses: leave them out")
	}
	for one := range strings.SplitSeq(list, ",") {
		key, value, ok := strings.Cut(one, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !ok || key == "" || value == "" {
			return "", nil, fmt.Errorf("a parameter is name=value, not %.30q", strings.TrimSpace(one))
		}
		if _, twice := given.value(key); twice {
			return "", nil, fmt.Errorf("%.30s is given twice", key)
		}
		if len(given) == 8 {
			return "", nil, fmt.Errorf("no policy has so many parameters")
		}
		given = append(given, parameter{key, value})
	}
	return name, given, nil
}

func (g parameters) value(name string) (value string, ok bool) {
	for _, p := range g {
		if p.name == name {
			return p.value, true
		}
	}
	return "", false
}

// only makes sure that no others than those are given.
func (g parameters) only(policy string, names ...string) error {
	for _, p := range g {
		switch {
		case len(names) == 0:
			return fmt.Errorf("%s has no parameters", policy)
		case !contains(names, p.name):
			return fmt.Errorf("%s has no parameter %.30q; %s", policy, p.name, meant(p.name, names))
		}
	}
	return nil
}

// number is a parameter from 1 to most, or 0 if it is not given.
func (g parameters) number(name string, most int) (int, error) {
	text, ok := g.value(name)
	if !ok {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, fmt.Errorf("%s wants a number from 1 to %d, not %.30q", name, most, text)
	}
	return n, nil
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// meant is the name that a word was probably to be, or else all of them.
func meant(word string, names []string) string {
	best, least := "", 1+len(word)/3
	for _, name := range names {
		if d := distance(strings.ToLower(word), name); d < least || d == least && best == "" && strings.HasPrefix(name, word) {
			best, least = name, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "possible are " + strings.Join(names, ", ")
}

// distance is how many letters must be inserted, removed, replaced or swapped with their neighbour to make b of a;
// no end of them if one is long.
func distance(a, b string) int {
	const longest = 16
	if len(a) > longest || len(b) > longest {
		return math.MaxInt
	}
	var d [longest + 1][longest + 1]int
	for i := range len(a) + 1 {
		for j := range len(b) + 1 {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
				continue
			case a[i-1] == b[j-1]:
				d[i][j] = d[i-1][j-1]
				continue
			}
			d[i][j] = 1 + min(d[i-1][j-1], d[i-1][j], d[i][j-1])
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], 1+d[i-2][j-2])
			}
		}
	}
	return d[len(a)][len(b)]
}
