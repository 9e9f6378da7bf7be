package scenarios_test

import (
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
)

func TestPeek(t *testing.T) {
	for src, want := range map[string]string{
		"simrun: 1\nname: x\n": "x", "  simrun: 1\n  name: x # deep\n": "x", "{simrun: 1, 'name': \"x\"}": "x",
		"# a\n---\nname: x\nnonsense: [1]\n": "x",
		"name: [\n":                          "", "name: [x]\n": "", "name:\n": "", "tree: {name: x}\n": "", "": "", "- name: x\n": "", "name": "",
	} {
		if got, ok := scenarios.Peek([]byte(src), "name"); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", src, got, ok)
		}
	}
}
