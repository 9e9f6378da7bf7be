package scenarios_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
)

// TestHostile: files made to be slow, or deep, or large, are answered soon.
func TestHostile(t *testing.T) {
	const size = 250 << 10
	fill := func(unit string) string { return strings.Repeat(unit, size/len(unit)) }
	list := func(head, item, foot string, n int) string {
		var b strings.Builder
		b.WriteString(head)
		for i := range n {
			fmt.Fprintf(&b, item, i)
		}
		return b.String() + foot
	}
	head := "simrun: 1\nname: x\ntree: {id: a, children: [{id: b, start: echo}]}\n"
	for name, text := range map[string]string{
		"brackets":       fill("["),
		"braces":         fill("{"),
		"dashes":         fill("- "),
		"colons":         fill("a: "),
		"questions":      fill("? "),
		"anchors":        fill("&a "),
		"comments":       fill("# x\n"),
		"one comment":    "a: 1 #" + fill("x"),
		"quotes":         fill("'"),
		"open quote":     "a: \"" + fill("x"),
		"spaces":         fill(" "),
		"breaks":         fill("\n"),
		"returns":        fill("\r"),
		"one key":        fill("k"),
		"unknown keys":   list(head, "key%d: 1\n", "", 20000),
		"duplicate keys": head + fill("name: x\n"),
		"too large":      strings.Repeat("x", 1<<20),
		"long line":      list(head+"tags: [", "'ä%d', ", "]\n", 15000),
		"parentheses":    head + "expect: [{always: \"" + fill("(") + "\"}]\n",
		"nots":           head + "expect: [{always: \"" + fill("!") + "\"}]\n",
		"ands":           head + "expect: [{always: \"alive(/a)" + strings.Repeat(" && alive(/a)", 15000) + "\"}]\n",
		"stars":          head + "faults: [{at: 1s, kill: \"" + strings.Repeat("/**", 50000) + "\"}]\n",
		"folded":         head + "expect:\n  - always: >\n" + strings.Repeat("      alive(/a) &&\n", 10000),
		"selectors": list("simrun: 1\nname: x\ntree:\n  id: a\n  children:\n", "    - {id: b%d, start: echo}\n", "", 3000) +
			list("faults:\n", "  - {at: 1s, kill: /a/**/c%d}\n", "", 3500),
		"siblings":    list("simrun: 1\nname: x\ntree:\n  id: a\n  children:\n", "    - {id: b%d, start: echo, restart: nevr}\n", "", 5000),
		"dead names":  list("simrun: 1\nname: x\ntree:\n  id: a\n  children:\n", "    - {id: b, start: echo, register: r%d}\n", "", 5000),
		"many faults": list(head+"faults:\n", "  - {at: 1s, kill: /a/b}\n", "", 8000+0*1),
		"workload":    list(head+"workloads:\n", "  - {name: w%d, to: /a/b, call: echo, every: 1s}\n", "", 4000),
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			s, ds := scenarios.Parse("hostile.yaml", []byte(text), stubs)
			took := time.Since(begin)
			inFile(t, []byte(text), ds)
			t.Logf("%v, %d mistakes, ok %t", took, len(ds), s != nil) // a hang is go test's own limit's affair
		})
	}
}
