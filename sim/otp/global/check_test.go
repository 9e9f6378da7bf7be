package global_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// broken lists what does not hold in a world that is quiet: the rules I6, I10, I11 and I12.
func (c *cluster) broken() []string {
	v := c.w.View()
	var all []string
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	for _, n := range c.nodes {
		info, up := global.Of(v, n)
		if !up {
			continue
		}
		peers := v.Connected(n)
		for _, m := range peers { // I10: who is connected to one is connected to all that one is connected to
			if theirs := without(append(v.Connected(m), m), n); !slices.Equal(sorted(theirs), sorted(peers)) {
				say("I10: %s is connected to %v, but %s to %v", n, peers, m, v.Connected(m))
			}
		}
		if !slices.Equal(info.Known, peers) {
			say("I12: %s knows %v and is connected to %v", n, info.Known, peers)
		}
		if len(info.Pending) > 0 {
			say("I12: %s has sessions with %v that do not end", n, info.Pending)
		}
		if info.Registering && v.Now()-info.Since > 30*time.Second {
			say("I12: the registrar of %s has been waiting for %v", n, v.Now()-info.Since)
		}
		for _, l := range info.Locks {
			say("I12: on %s the lock %s is held by %v", n, term.Format(l.Lock.Resource), l.Holders)
		}
		var owners []sim.PID
		for _, e := range info.Names {
			switch at := e.PID.Node(); {
			case !v.Alive(e.PID):
				say("I11: on %s %v is the name of %v, which is dead", n, e.Name, e.PID)
			case at != n && !slices.Contains(peers, at):
				say("I6: on %s %v is the name of %v, on a node that is not connected", n, e.Name, e.PID)
			}
			if slices.Contains(owners, e.PID) && !c.renames {
				say("GLB1: on %s %v has two names", n, e.PID)
			}
			owners = append(owners, e.PID)
		}
		for _, m := range peers {
			theirs, _ := global.Of(v, m)
			if c.holes && agree(info, theirs) {
				continue
			}
			if names(info) != names(theirs) {
				say("I6: %s has the names %s, but %s has %s", n, names(info), m, names(theirs))
			}
		}
	}
	return all
}

func names(i global.Info) string {
	var words []string
	for _, e := range i.Names {
		words = append(words, fmt.Sprintf("%v=%v#%d", e.Name, e.PID, e.PID.Identity().Serial))
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

// agree is whether two nodes have no name for different processes. One may lack a name.
func agree(a, b global.Info) bool {
	for _, e := range a.Names {
		for _, f := range b.Names {
			if term.Equal(e.Name, f.Name) && e.PID != f.PID {
				return false
			}
		}
	}
	return true
}

func sorted(nodes []sim.Atom) []sim.Atom {
	nodes = slices.Clone(nodes)
	slices.Sort(nodes)
	return nodes
}

func without(nodes []sim.Atom, n sim.Atom) []sim.Atom {
	return slices.DeleteFunc(slices.Clone(nodes), func(m sim.Atom) bool { return m == n })
}
