package global

import "github.com/bedlam-sim/bedlam/sim"

// Bug is a mistake of old, for tests that look whether it is found.
type Bug = bug

// The mistakes.
const (
	BugDirect    = bugDirect
	BugReconnect = bugReconnect
	BugDeadName  = bugDeadName
	BugDeadLock  = bugDeadLock
	BugNodeBack  = bugNodeBack
	BugTwoNames  = bugTwoNames
	BugDeadHere  = bugDeadHere
	BugLeftover  = bugLeftover
	BugStranger  = bugStranger
	BugStandoff  = bugStandoff
	BugStale     = bugStale
	BugHalf      = bugHalf
	Open         = open
)

// StartWith is Start with mistakes.
func StartWith(p *sim.Proc, bugs Bug) error { return start(p, bugs) }

// Insert asks this node's name server to register a name, as a registrar does, whoever holds the lock.
func Insert(p *sim.Proc, name any, pid sim.PID) {
	tell(p, []sim.Atom{p.Node()}, register{Name: name, PID: pid, Method: RandomExitName})
}
