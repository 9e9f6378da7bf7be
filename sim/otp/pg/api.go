package pg

import (
	"errors"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Default is the scope that OTP's functions use if they are not told another.
const Default sim.Name = "pg"

// ErrNotJoined says that none of the processes was in the group.
var ErrNotJoined = errors.New("not_joined")

// NoLocal is the error {nolocal, PID}: only processes of the own node can be made to join and leave.
type NoLocal struct{ PID sim.PID }

// Error says which process is not of this node.
func (e *NoLocal) Error() string { return "pg: nolocal: " + e.PID.String() }

// Start starts a scope on this node, tied to nobody: pg:start. The error is that the name is taken.
func Start(p *sim.Proc, scope sim.Name) (otp.Started, error) { return start(p, scope, 0) }

func start(p *sim.Proc, scope sim.Name, bugs bug) (otp.Started, error) {
	return genserver.StartAlone(p, scope, newScope(scope, bugs), genserver.NoBlock())
}

// StartLink makes what a supervisor is given for a scope: pg:start_link.
func StartLink(scope sim.Name) otp.StartFunc {
	return genserver.Start(scope, newScope(scope, 0), genserver.NoBlock())
}

// Join makes processes of this node members of a group; who is one already becomes one once more. A group's name is
// any term; it must be one that can cross to other nodes, or Join panics with badarg. The error is a *NoLocal, and then
// nobody has joined, or an *otp.CallError: the scope does not run.
//
// With no processes Join does nothing. OTP leaves an empty group behind.
func Join(p *sim.Proc, scope sim.Name, group any, pids ...sim.PID) error {
	group, err := check(p, "join", group, pids)
	if err != nil || len(pids) == 0 {
		return err
	}
	_, err = otp.Call(p, scope, joinLocal{Group: group, PIDs: pids}, otp.Within(sim.Forever))
	return err
}

// Leave takes processes out of a group, each once for each time that it is listed. The error is ErrNotJoined if none
// was in it, or what Join says.
func Leave(p *sim.Proc, scope sim.Name, group any, pids ...sim.PID) error {
	group, err := check(p, "leave", group, pids)
	if err != nil {
		return err
	}
	was, err := otp.Call(p, scope, leaveLocal{Group: group, PIDs: pids}, otp.Within(sim.Forever))
	if err == nil && !was {
		return ErrNotJoined
	}
	return err
}

// check looks at what a scope is about to be told, so that the scope need not. It gives back a copy of the group's
// name, which nobody can change.
func check(p *sim.Proc, op string, group any, pids []sim.PID) (any, error) {
	name, _, err := new(term.Copier).Copy(group)
	if err != nil {
		panic(&sim.Error{Reason: "badarg", Op: op, Detail: err.Error()})
	}
	for _, pid := range pids {
		switch {
		case pid.IsZero():
			panic(&sim.Error{Reason: "badarg", Op: op, Detail: "no process"})
		case pid.Node() != p.Node():
			return nil, &NoLocal{pid}
		}
	}
	return name, nil
}

// Members is who is in a group on all nodes, as far as this node knows, in no order that means anything. It asks
// nobody. If the scope does not run there are none.
func Members(p *sim.Proc, scope sim.Name, group any) []sim.PID {
	if v := viewOf(p, scope); v != nil {
		return v.members(group)
	}
	return nil
}

// LocalMembers is who is in a group on this node.
func LocalMembers(p *sim.Proc, scope sim.Name, group any) []sim.PID {
	if v := viewOf(p, scope); v != nil {
		if r := v.groups.at(group); r != nil {
			return append([]sim.PID(nil), r.val.local...)
		}
	}
	return nil
}

// WhichGroups is all groups that this node knows. It panics with badarg if the scope does not run.
func WhichGroups(p *sim.Proc, scope sim.Name) []any { return names(running(p, scope).list(false)) }

// WhichLocalGroups is all groups that have members on this node.
func WhichLocalGroups(p *sim.Proc, scope sim.Name) []any { return names(running(p, scope).list(true)) }

func running(p *sim.Proc, scope sim.Name) *view {
	v := viewOf(p, scope)
	if v == nil {
		panic(&sim.Error{Reason: "badarg", Op: "which_groups", Detail: "no such scope runs here: " + scope.String()})
	}
	return v
}

func names(groups []Group) []any {
	var all []any
	for _, g := range groups {
		all = append(all, g.Name)
	}
	return all
}

// Monitor asks to be told of who joins and leaves a group from now on, by messages Joined and Left that carry ref, and
// gives its members as they are now. The error is an *otp.CallError: the scope does not run. If it ends, so does the
// monitor, without a word.
func Monitor(p *sim.Proc, scope sim.Name, group any) (ref sim.Ref, members []sim.PID, err error) {
	group, err = check(p, "monitor", group, nil)
	if err != nil {
		return ref, nil, err
	}
	s, err := otp.Call(p, scope, monitorGroup{Group: group}, otp.Within(sim.Forever))
	if err != nil || len(s.Groups) == 0 {
		return s.Ref, nil, err
	}
	return s.Ref, s.Groups[0].Members, nil
}

// MonitorScope is Monitor for all groups at once, those that are yet to be included.
func MonitorScope(p *sim.Proc, scope sim.Name) (ref sim.Ref, groups []Group, err error) {
	s, err := otp.Call(p, scope, monitorScope{}, otp.Within(sim.Forever))
	return s.Ref, s.Groups, err
}

// Demonitor ends a monitor and removes its messages from the mailbox. It reports whether there was one.
func Demonitor(p *sim.Proc, scope sim.Name, ref sim.Ref) (was bool, err error) {
	was, err = otp.Call(p, scope, demonitor{Ref: ref}, otp.Within(sim.Forever))
	for was {
		if _, err := sim.Receive(p, func(m any) (any, bool) { return m, isChange(m, ref) }, sim.After(0)); err != nil {
			break
		}
	}
	return was, err
}

// isChange is whether a message tells of a change under ref.
func isChange(m any, ref sim.Ref) bool {
	switch m := m.(type) {
	case Joined:
		return m.Ref == ref
	case Left:
		return m.Ref == ref
	}
	return false
}
