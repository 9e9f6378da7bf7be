package scenarios

import "github.com/bedlam-sim/bedlam/scheduler"

// policyForms shows what a policy looks like.
const policyForms = "random, fifo, pct(depth=3), pos, timed(slack=10ms) or portfolio"

// policies are the words for policies: those of package scheduler.
var policies = form[Policy]{name: "policy", looks: policyForms, parse: parsePolicy}

func parsePolicy(text string) (Policy, *flaw) {
	p, err := scheduler.ParsePolicy(text)
	if err != nil {
		return "", flawed(policyForms, "%v", err)
	}
	if said, ok := p.(interface{ String() string }); ok {
		return Policy(said.String()), nil
	}
	return Policy(text), nil
}
