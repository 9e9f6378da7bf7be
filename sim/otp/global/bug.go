package global

import (
	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/sim"
)

// bug is a set of mistakes that OTP's global has, or once had. Those of old can be made again, so that tests can
// find out whether they would be found.
type bug uint16

const (
	// bugDirect has lockers talk to each other directly, not by way of the name servers, and without tags: such a
	// message overtakes the news of nodes that come and go, and registrations hang (OTP-16033).
	bugDirect bug = 1 << iota
	// bugReconnect goes on with a session that was just begun anew, begins anew for each answer to an old one,
	// without end, and keeps the locks of a connection that is over (OTP-19381). OTP 25 has it.
	bugReconnect
	// bugDeadName keeps a name whose process has ended (OTP-6428).
	bugDeadName
	// bugDeadLock keeps a lock whose holder has ended (OTP-6341).
	bugDeadLock
	// bugNodeBack believes no loss of a node that is there again (OTP-5737).
	bugNodeBack
	// bugTwoNames gives a process a second name (OTP-5640).
	bugTwoNames
	// bugDeadHere does not look whether a process of the node itself is alive (OTP-9212).
	bugDeadHere

	// bugLeftover forgets nodes that were locked. When somebody has become known meanwhile, the registrar unlocks
	// only the greatest, since it will lock them all again; the locker unlocks those that are known by then. A node
	// that is not known any more, but is connected again, since asking for the lock connects, keeps a lock that
	// nobody will delete, and registration there waits for ever: very likely what GH-6524 is about, which is open.
	bugLeftover
	// bugStranger takes or frees a name for a node whose names are not the same as ours: its registrar did not hear
	// that we had lost it, and its message makes a new connection. Those that we share our names with never hear of
	// the change.
	bugStranger
	// bugStandoff does not disconnect on request from a node that it does not know any more, or not yet. Of two
	// that let go of each other at the same time neither does it then, and they stay connected without sharing
	// their names.
	bugStandoff
	// bugStale does not ask which connection it is that a message goes over. A name server that has yet to hear that
	// one is over and that there is another says about the old what is heard about the new: that somebody is known, or
	// lost, or to be disconnected. Who is told by one of two that the other knows him, and by the other not, stays so.
	bugStale
	// bugHalf leaves a change half done when the node that makes it is lost meanwhile: some have heard of it, others not.
	bugHalf
)

// open is what the source of OTP 25.2.3 does, and as far as is known later ones do too.
const open = bugLeftover | bugStranger | bugStandoff | bugStale | bugHalf

// bugsOf are the mistakes of a release. OTP 25 is played as its source is; for OTP 27 they are mended, since what its
// last source does about them is not known, and what must hold should hold unless one asks for otherwise.
func bugsOf(c sim.Compat) bug {
	if c == sim.OTP25 {
		return open
	}
	return 0
}

// planted are the mistakes that a mutant stands for.
func planted(m mutant.Mutant) bug {
	switch {
	case m.Is(mutant.GlobalDeadName):
		return bugDeadName
	case m.Is(mutant.GlobalDeadLock):
		return bugDeadLock
	case m.Is(mutant.GlobalTwoNames):
		return bugTwoNames
	}
	return 0
}

func (b bug) has(one bug) bool { return b&one != 0 }
