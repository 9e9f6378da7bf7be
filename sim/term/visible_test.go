package term_test

import (
	"testing"

	"github.com/bedlam-sim/bedlam/sim/term"
)

func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "kv_store": "kv_store", "größer ☂": "größer ☂", "a\nb\tc": `a\nb\tc`, "\x1b[31m": `\x1b[31m`,
		"a\xffb": `a\xffb`, "a\uFFFDb": "a\uFFFDb", "\x00": `\x00`, "\u202e": `\u202e`, `a\b"c'`: `a\b"c'`,
	} {
		if got := term.Visible(text); got != want {
			t.Errorf("%q is %s, not %s", text, got, want)
		}
	}
}
