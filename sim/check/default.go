package check

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// Limits are the bounds of Default's rules. The zero Limits are the bounds written beside them.
type Limits struct {
	Every   time.Duration // how often rules look at a running world; 0: 10s
	Grace   time.Duration // how long what should not last may last while no node comes or goes and no fault begins or ends; 0: 3m
	Mailbox int           // messages in one mailbox; 0: 10,000
	Wait    time.Duration // how long a process that could run may be kept waiting; 0: 10s
}

func (l Limits) orDefault() Limits {
	if l.Every == 0 {
		l.Every = 10 * time.Second
	}
	if l.Grace == 0 {
		l.Grace = 3 * time.Minute
	}
	if l.Mailbox == 0 {
		l.Mailbox = 10_000
	}
	if l.Wait == 0 {
		l.Wait = 10 * time.Second
	}
	return l
}

// Default is what must hold in every system built the Erlang way, whatever it is for. Rules of things that a run does
// not have, such as global names, stay undecided.
//
// Some of it is only so when things have come to rest: a flaw breaks such a rule if it is there when nothing can happen any
// more, or lasts longer than Limits.Grace.
//
// That signals between two processes keep their order (I1) cannot be seen from facts or from outside: package sim's own
// tests hold it.
func Default() []Rule { return DefaultWith(Limits{}) }

// DefaultWith is Default with other bounds.
func DefaultWith(l Limits) []Rule {
	return []Rule{
		UnexpectedExits(),
		SendsToNobody(),
		Mutations(),
		Deadlocks(),
		Livelocks(),
		Mailboxes(l),
		Scheduled(l),
		Links(l),
		Monitors(l),
		Calls(l),
		Supervisors(),
		Children(l),
		Orphans(l),
		Applications(l),
		NodeNews(),
		Cliques(l),
		OneOwner(l),
		DeadNames(l),
		DeadLocks(l),
		Registrars(l),
		Critical(),
		Groups(l),
	}
}

// role is who a process is, without where and without its number: what a signature may say of it.
func role(pid sim.PID) string {
	id := pid.Identity()
	if id == nil {
		return "nobody"
	}
	s := *id.Role
	for id = id.Parent; id != nil && id.Parent != nil; id = id.Parent {
		s = *id.Role + "/" + s
	}
	return s
}
