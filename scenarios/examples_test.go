package scenarios_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
)

// exemplary is a file in which each kind of values has a place, and all that the examples speak of is there.
const exemplary = `
simrun: 1
name: examples
run: {for: 3d}
nodes: [a, b, c, d, e]
network: {link: %s}
trees:
  - {id: kv_sup, children: [{id: kv_store, start: kv.Store, register: kv_store}]}
  - {id: pool, children: [{id: one, start: kv.Store}]}
  - {id: sup, children: [{id: child, start: kv.Store}]}
  - {id: rooms, strategy: simple_one_for_one, count: 3, child: {id: room, start: kv.Store}}
  - {id: leaders, on: a, children: [{id: leader, start: kv.Store, register: "global:leader"}]}
workloads:
  - {name: users, to: kv_store, call: get, with: {key: a}, every: %s}
faults:
  - {at: %s, kill: kv_store}
  - {every: 5s, between: %s, kill: %s}
  - {at: 1s, kill: {select: /pool/*, pick: %s}}
  - {at: 1s, exit: {select: /pool/*, reason: %s}}
  - {at: 1s, partition: %s}
  - {at: 1s, harm: %s}
  - {at: 1s, flap: %s}
  - {at: 1s, swizzle: %s}
  - {at: 1s, rule: %s}
  - {at: 1s, toxic: %s}
expect:
  - {eventually: node_up, within: %s}
  - {at_end: sent(users) < %s}
repro: {seed: %s, hash: %s, digest: %s, deviations: [%s]}
`

// places are the kinds of values in the order of their places in exemplary, and what stands there if another is tried.
var places = []struct{ kind, other string }{
	{"link", "latency=1ms"}, {"drawn duration", "1s"}, {"event", "2s"}, {"span", "1s..20s"}, {"selector", "kv_store"},
	{"pick", "one"}, {"term", "boom"}, {"links", "halves"}, {"harm at links", "cut"}, {"flap", `"down=1s up=2s times=2: cut at halves"`},
	{"swizzle", `"over=10s: jam at all"`}, {"rule", `"any: drop"`}, {"toxic", "timeout(1s)"}, {"duration", "5s"}, {"count", "5"},
	{"seed", "7"}, {"hash", `"0000000000000001"`}, {"digest", "00000001"}, {"deviation", "slice/0000000000000001/2=3"},
}

// Every example of a value in the reference is one that a file may hold.
func TestReferenceExamples(t *testing.T) {
	_, table, _ := strings.Cut(scenarios.Reference(), "## Values\n")
	table, _, _ = strings.Cut(table, "\n## ")
	tried := 0
	for _, row := range strings.Split(table, "\n") {
		cells := strings.SplitN(strings.ReplaceAll(row, `\|`, "\x00"), "|", 4)
		if len(cells) < 4 || !strings.Contains(cells[2], "`") {
			continue
		}
		kind := strings.TrimSpace(cells[1])
		for _, example := range apart(strings.Trim(cells[2], " `")) {
			tried++
			example = strings.ReplaceAll(example, "\x00", "|")
			if kind == "share" {
				kind = "pick" // is a share too
			}
			ds := withExample(t, kind, example)
			for _, d := range ds {
				t.Errorf("%s %s: %v", kind, example, d)
			}
		}
	}
	if tried < 40 {
		t.Errorf("only %d examples were tried", tried)
	}
}

// withExample is what is wrong with exemplary if an example of a kind stands in it.
func withExample(t *testing.T, kind, example string) scenarios.Diagnostics {
	var values []any
	found := false
	for _, p := range places {
		value := p.other
		if p.kind == kind {
			if value, found = example, true; !strings.HasPrefix(value, `"`) {
				value = `"` + value + `"`
			}
			if kind == "count" { // within a condition
				value = example
			}
		}
		values = append(values, value)
	}
	if !found {
		t.Errorf("%s has no place in the file", kind)
	}
	_, ds := scenarios.Parse("examples.yaml", fmt.Appendf(nil, exemplary, values...), stubs)
	return ds
}

// apart are examples that have commas between them, which those within parentheses and quotes are not.
func apart(text string) (all []string) {
	from, depth, quoted := 0, 0, false
	for i, c := range text {
		switch c {
		case '(', '{', '[':
			depth++
		case ')', '}', ']':
			depth--
		case '"':
			quoted = !quoted
		case ',':
			if depth == 0 && !quoted {
				all, from = append(all, strings.TrimSpace(text[from:i])), i+1
			}
		}
	}
	return append(all, strings.TrimSpace(text[from:]))
}
