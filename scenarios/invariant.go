package scenarios

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/otp/pg"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// This file looks at a cluster from outside: at what its nodes have in their tables. Some of it is true only when things have
// come to rest (I6 to I13).

// looked are the facts that no counter answers. Rules that ask for one are looked at whenever something coarse
// happens, and every lookEvery.
var looked = map[string]func(c *cluster, f Fact) bool{
	"whereis":       (*cluster).whereis,
	"one_owner":     func(c *cluster, _ Fact) bool { return c.oneOwner() },
	"cliques":       func(c *cluster, _ Fact) bool { return c.cliques() },
	"no_dead_names": func(c *cluster, _ Fact) bool { return c.noDeadNames() },
	"no_dead_locks": func(c *cluster, _ Fact) bool { return c.noDeadLocks() },
	"pg_agrees":     func(c *cluster, _ Fact) bool { return c.pgAgrees() },
}

// lookEvery is how often rules are looked at that ask for what is in tables. To look changes nothing in a run.
const lookEvery = 50 * time.Millisecond

// A cluster is the nodes of a world, looked at from outside.
type cluster struct {
	view  sim.View
	hosts []*host
}

// look ties a fact that no counter answers.
func (b *binder) look(f Fact) reading {
	b.rule.looks = true
	c := func() *cluster { return &cluster{b.run.world.View(), b.run.hosts} }
	if f.Name == "holders" {
		return reading{count: func() int64 { return int64(c().holders(f.Global)) }}
	}
	return reading{truth: func() bool { return looked[f.Name](c(), f) }}
}

// poll looks at the rules that ask for what is in tables, again and again.
func (r *Runner) poll() {
	now := r.world.View().Now()
	r.wake(now, r.lookers)
	if slices.ContainsFunc(r.lookers, func(x *ruling) bool { return !x.over }) {
		r.world.At(now+lookEvery, "look", r.poll)
	}
}

// components are the sets of nodes that are up and connected, by whatever way round. Both must see the other.
func (c *cluster) components() [][]*host {
	var all [][]*host
	for _, h := range c.hosts {
		if !h.up {
			continue
		}
		joined := []*host{h}
		var apart [][]*host
		for _, part := range all {
			if slices.ContainsFunc(part, func(o *host) bool { return c.connected(h, o) }) {
				joined = append(part, joined...)
			} else {
				apart = append(apart, part)
			}
		}
		all = append(apart, joined)
	}
	return all
}

func (c *cluster) connected(a, b *host) bool {
	return slices.Contains(c.view.Connected(a.name), b.name) && slices.Contains(c.view.Connected(b.name), a.name)
}

// cliques is I10: in every component that prevents overlapping partitions, each sees each.
func (c *cluster) cliques() bool {
	for _, part := range c.components() {
		if slices.ContainsFunc(part, func(h *host) bool { return h.node.Hidden || !h.node.Prevent }) {
			continue
		}
		for i, a := range part {
			for _, b := range part[i+1:] {
				if !c.connected(a, b) {
					return false
				}
			}
		}
	}
	return true
}

// namesOf is what a node's global knows.
func (c *cluster) namesOf(h *host) []global.Entry {
	info, _ := global.Of(c.view, h.name)
	return info.Names
}

// holder is whom a node knows by a global name.
func (c *cluster) holder(h *host, name any) (sim.PID, bool) {
	for _, e := range c.namesOf(h) {
		if term.Equal(e.Name, name) {
			return e.PID, true
		}
	}
	return sim.PID{}, false
}

// whereis reports whether a node, or all that are up and not hidden, know a living process by a name.
func (c *cluster) whereis(f Fact) bool {
	for _, h := range c.hosts {
		if len(f.Nodes) > 0 && f.Nodes[0] != string(h.name) || len(f.Nodes) == 0 && (!h.up || h.node.Hidden) {
			continue
		}
		if pid, known := c.holder(h, sim.Atom(f.Global)); !known || !c.view.Alive(pid) {
			return false
		}
	}
	return true
}

// holders is how many processes are known by a name in that component where they are most.
func (c *cluster) holders(name string) (most int) {
	for _, part := range c.components() {
		var pids []sim.PID
		for _, h := range part {
			if pid, known := c.holder(h, sim.Atom(name)); known && !slices.Contains(pids, pid) {
				pids = append(pids, pid)
			}
		}
		most = max(most, len(pids))
	}
	return most
}

// oneOwner is I6: in every component all know the same names, each for the same process, which lives in it.
func (c *cluster) oneOwner() bool {
	for _, part := range c.components() {
		part = slices.DeleteFunc(part, func(h *host) bool { return h.node.Hidden })
		for _, h := range part {
			for _, e := range c.namesOf(h) {
				if !c.view.Alive(e.PID) || !slices.ContainsFunc(part, func(o *host) bool { return o.name == e.PID.Node() }) {
					return false
				}
				for _, other := range part {
					if pid, known := c.holder(other, e.Name); !known || pid != e.PID {
						return false
					}
				}
			}
		}
	}
	return true
}

// noDeadNames is I11: no node knows a process of its own by a name that has ended.
func (c *cluster) noDeadNames() bool {
	for _, h := range c.hosts {
		for _, e := range c.namesOf(h) {
			if h.up && e.PID.Node() == h.name && !c.view.Alive(e.PID) {
				return false
			}
		}
	}
	return true
}

// noDeadLocks is I12: no lock is held by a process that has ended.
func (c *cluster) noDeadLocks() bool {
	for _, h := range c.hosts {
		info, _ := global.Of(c.view, h.name)
		for _, l := range info.Locks {
			if slices.ContainsFunc(l.Holders, func(pid sim.PID) bool { return !c.view.Alive(pid) }) {
				return false
			}
		}
	}
	return true
}

// pgAgrees is I13: those who are connected see the same groups of the default scope of pg.
func (c *cluster) pgAgrees() bool {
	for _, a := range c.hosts {
		for _, b := range c.hosts {
			if a.up && b.up && a != b && c.connected(a, b) && !a.node.Hidden && !b.node.Hidden && !c.seesGroupsOf(a, b) {
				return false
			}
		}
	}
	return true
}

// seesGroupsOf reports whether a sees those members on b whom b sees there itself.
func (c *cluster) seesGroupsOf(a, b *host) bool {
	theirs, ok := pg.Of(c.view, b.name, pg.Default)
	seen, ok2 := pg.Of(c.view, a.name, pg.Default)
	if !ok || !ok2 {
		return ok == ok2
	}
	return slices.EqualFunc(membersOn(theirs, b.name), membersOn(seen, b.name), func(x, y member) bool {
		return x.pid == y.pid && term.Equal(x.group, y.group)
	})
}

// A member is one entry of a group.
type member struct {
	group any
	pid   sim.PID
}

// membersOn lists those members that live on a node, in an order that does not depend on when they joined.
func membersOn(groups []pg.Group, node sim.Atom) []member {
	var all []member
	for _, g := range groups {
		for _, pid := range g.Members {
			if pid.Node() == node {
				all = append(all, member{g.Name, pid})
			}
		}
	}
	slices.SortFunc(all, func(x, y member) int {
		if n := x.pid.Compare(y.pid); n != 0 {
			return n
		}
		return slices.Compare([]byte(term.Format(x.group)), []byte(term.Format(y.group)))
	})
	return all
}
