package choice

import (
	"fmt"
	"strconv"
	"strings"
)

// Domain says what kind of question is asked. Two questions about the same
// identity (the latency of a link, a fault on it) differ by their domain, so that
// their counters need not know of each other.
//
// The numbers are part of what a seed means: append, never reorder.
// 0 is no domain, so that a forgotten one shows.
type Domain uint8

const (
	Order   Domain = 1  // who of the enabled goes next
	Slice   Domain = 2  // how many reductions until preempted
	Tie     Domain = 3  // which of several things due at one instant is first
	Latency Domain = 4  // how long a signal is under way
	Fanout  Domain = 5  // in which order one act reaches its many receivers
	Fault   Domain = 6  // what breaks
	Value   Domain = 7  // what a workload sends, reads or writes
	Buggify Domain = 8  // whether a marked site in the code takes its rare branch
	Plan    Domain = 9  // what a whole run is like: policy, slack, fault mix
	Rand    Domain = 10 // what user code gets when it asks for a random number
)

var domainNames = [...]string{
	Order:   "order",
	Slice:   "slice",
	Tie:     "tie",
	Latency: "latency",
	Fanout:  "fanout",
	Fault:   "fault",
	Value:   "value",
	Buggify: "buggify",
	Plan:    "plan",
	Rand:    "rand",
}

// String is the domain's name, or domainN for one without a name.
func (d Domain) String() string {
	if int(d) < len(domainNames) && domainNames[d] != "" {
		return domainNames[d]
	}
	return "domain" + strconv.Itoa(int(d))
}

// ParseDomain reads what String prints, and nothing else.
func ParseDomain(s string) (Domain, error) {
	for d, name := range domainNames {
		if name != "" && name == s {
			return Domain(d), nil
		}
	}
	if digits, ok := strings.CutPrefix(s, "domain"); ok {
		n, err := strconv.ParseUint(digits, 10, 8)
		if d := Domain(n); err == nil && d.String() == s {
			return d, nil
		}
	}
	return 0, fmt.Errorf("domain wants one of %s, not %q", strings.Join(domainNames[1:], " "), s)
}
