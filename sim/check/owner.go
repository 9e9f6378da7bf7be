package check

import (
	"fmt"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// OneOwner is one_owner: in every component all nodes know the same global names, each for the same process, which lives in
// it (I6). Nodes that are sparse (see Cliques) share what they share.
func OneOwner(l Limits) Rule {
	r := &clustered{}
	r.atRest = newRest("one_owner", l, func(v sim.View) (flaws []Flaw, judged bool) {
		for _, part := range components(v, globalNodes(v)) {
			if r.sparse.among(part) {
				continue
			}
			for _, n := range part {
				info, _ := global.Of(v, n)
				for _, e := range info.Names {
					judged = true
					flaws = append(flaws, wrongOwner(v, part, n, e)...)
				}
			}
		}
		return flaws, judged
	})
	return r
}

// wrongOwner is what is wrong with a name that a node knows.
func wrongOwner(v sim.View, part []sim.Atom, n sim.Atom, e global.Entry) (flaws []Flaw) {
	name := term.Format(e.Name)
	if !slices.Contains(part, e.PID.Node()) {
		flaws = append(flaws, Flaw{Key: name, Got: fmt.Sprintf("%v knows %s as %v, whose node is not connected", n, name, e.PID)})
	}
	for _, other := range part {
		theirs, _ := global.Of(v, other)
		pid, known := ownerOf(theirs, e.Name)
		switch {
		case !known:
			flaws = append(flaws, Flaw{Key: name, Got: fmt.Sprintf("%s is %v to %v, and nobody to %v", name, e.PID, n, other)})
		case pid != e.PID && n < other:
			flaws = append(flaws, Flaw{Key: name, Got: fmt.Sprintf("%s is %v to %v, and %v to %v", name, e.PID, n, pid, other)})
		}
	}
	return flaws
}

func ownerOf(info global.Info, name any) (pid sim.PID, known bool) {
	i := slices.IndexFunc(info.Names, func(e global.Entry) bool { return term.Equal(e.Name, name) })
	if i < 0 {
		return sim.PID{}, false
	}
	return info.Names[i].PID, true
}

// DeadNames is no_dead_names: no node knows a process by a global name that has ended (I11). A registered name goes with
// its process.
func DeadNames(l Limits) Rule {
	return AtRest("no_dead_names", l, func(v sim.View) (flaws []Flaw, judged bool) {
		for _, n := range globalNodes(v) {
			info, _ := global.Of(v, n)
			for _, e := range info.Names {
				judged = true
				if !v.Alive(e.PID) {
					name := term.Format(e.Name)
					flaws = append(flaws, Flaw{Key: name, Got: fmt.Sprintf("%v knows %s as %v, which is dead", n, name, e.PID)})
				}
			}
		}
		return flaws, judged
	})
}

// DeadLocks is no_dead_locks: no lock is held by a process that has ended (I12).
func DeadLocks(l Limits) Rule {
	return AtRest("no_dead_locks", l, func(v sim.View) (flaws []Flaw, judged bool) {
		for _, n := range globalNodes(v) {
			info, _ := global.Of(v, n)
			for _, k := range info.Locks {
				judged = true
				for _, pid := range k.Holders {
					if !v.Alive(pid) {
						flaws = append(flaws, Flaw{term.Format(k.Resource),
							fmt.Sprintf("on %v the lock %s is held by %v, which is dead", n, term.Format(k.Resource), pid), false})
					}
				}
			}
		}
		return flaws, judged
	})
}

// Registrars is names_can_be_taken: no node's global waits longer than Limits.Grace for the lock under which names
// change, and no two nodes are for ever about to share their names (I12).
func Registrars(l Limits) Rule {
	l = l.orDefault()
	return AtRest("names_can_be_taken", l, func(v sim.View) (flaws []Flaw, judged bool) {
		for _, n := range globalNodes(v) {
			judged = true
			info, _ := global.Of(v, n)
			if info.Registering {
				flaws = append(flaws, Flaw{Key: "registrar", Got: fmt.Sprintf("the registrar of %v is at work since %v", n,
					info.Since.Truncate(time.Microsecond))})
			}
			if len(info.Pending) > 0 {
				flaws = append(flaws, Flaw{Key: "session", Got: fmt.Sprintf("%v is not done with %v", n, info.Pending)})
			}
		}
		return flaws, judged
	})
}
