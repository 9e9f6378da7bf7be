package suite

import (
	"io/fs"
	"strings"
	"testing"
)

// A player exits with the rule that was broken, and its scenario file asks for that name: a name that nobody exits with
// is a rule that is never broken, as "it does not come to rest" once was.
func TestLibrary_namesTheRules(t *testing.T) {
	for suite, rules := range map[string][]string{
		"supervision": {ruleModel, ruleAnswer, ruleQuiet, ruleOrphan, ruleStopOrder, ruleBrutal, ruleTerminate},
		"processes": {
			ruleQuiet, ruleOrder, ruleDown, ruleNoDown, ruleReason, ruleLinks, ruleSurvivor, ruleUnlinked, ruleDeath, ruleKill, ruleCall,
			ruleGarbage, ruleStart, ruleNodes, ruleNodeDown, ruleLate,
		},
		"registry": {ruleQuiet, ruleNames, ruleMutual, ruleClique, ruleDead, ruleBlocked, ruleLeft, ruleTwice},
	} {
		src, err := fs.ReadFile(Library(), "suite-"+suite+".sim.yaml")
		if err != nil {
			t.Fatal(err)
		}
		for _, rule := range rules {
			if want := "exits(/suite/" + suite + ", '" + rule + "') > 0"; !strings.Contains(string(src), want) {
				t.Errorf("%s: nobody asks for %s", suite, want)
			}
		}
		if n := strings.Count(string(src), ") > 0"); n != len(rules) {
			t.Errorf("%s: it asks for %d rules, and there are %d", suite, n, len(rules))
		}
	}
}
