package pg

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// Bug is for tests that look for old mistakes.
type Bug = bug

// The mistakes.
const (
	BugFlicker = bugFlicker
	BugRemain  = bugRemain
)

// StartWith is Start with mistakes. books says in what the scope's books and its view do not agree; "" if they do.
func StartWith(p *sim.Proc, name sim.Name, bugs Bug) (books func() string) {
	var s *scope
	genserver.StartAlone(p, name, func() *scope { s = newScope(name, bugs)(); return s }, genserver.NoBlock())
	return func() string { return s.disagree() }
}

// MembersOn is who is in a group as a node sees it, looked at from outside.
func MembersOn(v sim.View, node sim.Atom, scope sim.Name, group any) []sim.PID {
	if s, _ := v.Shared(node, shareKey(scope)).(*view); s != nil {
		return s.members(group)
	}
	return nil
}

func (s *scope) disagree() string {
	type account struct{ all, local int }
	var want table[account]
	for _, r := range s.local.rows {
		for _, g := range r.val.groups {
			a := &want.make(g).val
			a.all++
			a.local++
		}
	}
	for _, k := range s.peers.rows {
		for _, g := range k.val.groups.rows {
			want.make(g.key).val.all += len(g.val)
		}
	}
	if len(want.rows) != len(s.groups.rows) {
		return fmt.Sprintf("%d groups in the books, %d in the view", len(want.rows), len(s.groups.rows))
	}
	for _, r := range want.rows {
		if g := s.groups.at(r.key); g == nil || len(g.val.all) != r.val.all || len(g.val.local) != r.val.local {
			return fmt.Sprintf("group %v: %v in the books", r.key, r.val)
		}
	}
	return ""
}

// LocalMembersOn is who is in a group on a node itself.
func LocalMembersOn(v sim.View, node sim.Atom, scope sim.Name, group any) []sim.PID {
	if s, _ := v.Shared(node, shareKey(scope)).(*view); s != nil {
		if r := s.groups.at(group); r != nil {
			return r.val.local
		}
	}
	return nil
}

// Strange tells a scope of members on behalf of one that it does not know.
func Strange(p *sim.Proc, to sim.PID) {
	p.Send(to, join{p.Self(), "g", []sim.PID{p.Self()}})
	p.Send(to, leave{p.Self(), []sim.PID{p.Self()}, []any{"g"}})
}

// Sync tells the scope of p's node that another has but one group.
func Sync(p *sim.Proc, peer sim.PID, group any, pids ...sim.PID) {
	otp.Cast(p, Default, sync{peer, []Group{{group, pids}}})
}

// GroupsKept is how many groups a scope has in memory.
func GroupsKept(p *sim.Proc, scope sim.Name) int { return len(viewOf(p, scope).groups.rows) }
