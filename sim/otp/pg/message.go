package pg

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// What a scope is asked by the processes of its node.
type (
	joinLocal struct {
		otp.Returns[bool]
		Group any
		PIDs  []sim.PID
	}
	leaveLocal struct {
		otp.Returns[bool] // whether any of them was a member
		Group             any
		PIDs              []sim.PID
	}
	monitorGroup struct {
		otp.Returns[subscription]
		Group any
	}
	monitorScope struct{ otp.Returns[subscription] }
	demonitor    struct {
		otp.Returns[bool]
		Ref sim.Ref
	}
)

// subscription is the answer to those who want to be told.
type subscription struct {
	Ref    sim.Ref
	Groups []Group
}

// What scopes of different nodes tell each other.
type (
	// discover: I am here; whom do you have?
	discover struct{ Peer sim.PID }
	// sync: I have these, and no others. It is a cast.
	sync struct {
		Peer   sim.PID
		Groups []Group
	}
	join struct {
		Peer  sim.PID
		Group any
		PIDs  []sim.PID
	}
	leave struct {
		Peer   sim.PID
		PIDs   []sim.PID
		Groups []any
	}
)

// Group is a group and who is in it.
type Group struct {
	Name    any
	Members []sim.PID // who has joined n times is listed n times
}

// Joined is the message {Ref, join, Group, PIDs} to those who monitor a group or a scope.
type Joined struct {
	Ref   sim.Ref
	Group any
	PIDs  []sim.PID
}

// Left is the message {Ref, leave, Group, PIDs}.
type Left struct {
	Ref   sim.Ref
	Group any
	PIDs  []sim.PID
}

// String prints the message as Erlang has it.
func (m Joined) String() string { return change(m.Ref, "join", m.Group, m.PIDs) }

// String prints the message as Erlang has it.
func (m Left) String() string { return change(m.Ref, "leave", m.Group, m.PIDs) }

func change(ref sim.Ref, what sim.Atom, group any, pids []sim.PID) string {
	return term.Format(sim.Tuple{ref, what, group, pids})
}
