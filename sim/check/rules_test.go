package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
)

// Rules that can judge nothing, or that nobody could tell apart, are a mistake.
func TestRulesCheck(t *testing.T) {
	fine := check.User[int]("x", nil)
	for _, c := range []struct {
		want  string
		rules []check.Rule
	}{
		{"", nil},
		{"", check.Default()},
		{"", []check.Rule{check.Never("a", fine), check.AtEnd("b", check.Looked(0, func(sim.View) bool { return true }))}},
		{`the rule "a" has a condition that is none`, []check.Rule{check.Always("a", check.Cond{})}},
		{`the rule "a" has a condition that is none`, []check.Rule{check.Never("a", check.Cond{}.Not().By(nil))}},
		{`the rule "a" has a condition that is none`, []check.Rule{check.LeadsTo("a", fine, check.Cond{}, 0)}},
		{`the rule "a" has a condition that is none`, []check.Rule{check.Never("a", check.Facts(nil))}},
		{`the rule "a" has a condition that is none`, []check.Rule{check.Never("a", check.Looked(1, nil))}},
		{`two rules have the name "a"`, []check.Rule{check.Never("a", fine), check.Always("b", fine), check.Always("a", fine)}},
		{"the 2nd rule has no name", []check.Rule{check.Never("a", fine), check.Never("", fine)}},
		{"the 1st rule is nil", []check.Rule{nil}},
	} {
		err := check.Rules(func() []check.Rule { return c.rules }).Check()
		if got := fmt.Sprint(err); c.want == "" && err != nil || !strings.HasPrefix(got, c.want) && c.want != "" {
			t.Errorf("%v, and not %q", got, c.want)
		}
	}
	if err := check.Rules(nil).Check(); err != nil {
		t.Error(err)
	}
}

// And is the rules of both, those of the first before those of the second; nil is none.
func TestRulesAnd(t *testing.T) {
	fine := check.User[int]("x", nil)
	rules := func(names ...string) check.Rules {
		return func() (all []check.Rule) {
			for _, n := range names {
				all = append(all, check.Never(n, fine))
			}
			return all
		}
	}
	for _, c := range []struct {
		rules check.Rules
		want  string
	}{
		{rules("a", "b").And(rules("c")), "a b c"}, {rules("a").And(nil), "a"}, {check.Rules(nil).And(rules("a")), "a"},
		{check.Rules(nil).And(nil), ""},
	} {
		var names []string
		for _, v := range c.rules.Only().Verdicts() {
			names = append(names, v.Rule)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%q, not %q", got, c.want)
		}
	}
}

// One way of breaking is one, in whichever life of a node it is.
func TestSignaturesKnowNoLives(t *testing.T) {
	for key, want := range map[string]string{
		"<c/kv>": "r/<c/kv>", "<c!2/kv>": "r/<c/kv>", "<c!12/kv.3> and <n7/a>": "r/<c/kv.#> and <n#/a>", "wow!2": "r/wow!#",
	} {
		if got := (check.Verdict{Rule: "r", State: check.Broken, Key: key}).Signature(); got != want {
			t.Errorf("%q: %q, not %q", key, got, want)
		}
	}
}
