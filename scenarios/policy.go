package scenarios

import (
	"errors"
	"strings"

	"github.com/bedlam-sim/bedlam/scheduler"
)

// policyForms shows what a policy looks like.
const policyForms = "random, fifo, pct(depth=3), pos, timed(slack=10ms) or portfolio"

// policies are the words for policies: those of package scheduler.
var policies = form[Policy]{name: "policy", looks: policyForms, parse: parsePolicy}

func parsePolicy(text string) (Policy, *flaw) {
	p, err := scheduler.ParsePolicy(text)
	if err != nil {
		return "", policyFlaw(err)
	}
	if said, ok := p.(interface{ String() string }); ok {
		return Policy(said.String()), nil
	}
	return Policy(text), nil
}

// policyFlaw is an error of package scheduler: whoever reads it knows what it is about, and which policies there are.
func policyFlaw(err error) *flaw {
	text, hint, _ := strings.Cut(errors.Unwrap(err).Error(), "; ")
	if hint == "" || strings.HasPrefix(hint, "possible are") && strings.HasPrefix(text, "there is no policy") {
		hint = policyForms
	}
	return flawed(hint, "%s", text)
}

// ParsePolicy reads a policy, as the key policy: of run: takes it, and answers it as it prints.
func ParsePolicy(text string) (Policy, error) {
	p, bad := parsePolicy(text)
	return p, bad.asError()
}

// canonical reports whether it is a policy, and spelled as it prints.
func (p Policy) canonical() bool {
	same, bad := parsePolicy(string(p))
	return bad == nil && same == p && len(p) <= mostPolicy
}
