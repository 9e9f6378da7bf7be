package pg

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
)

// view is what OTP keeps in ETS: the groups as the node knows them. The scope writes it, and all processes of the
// node read it, without a signal.
type view struct {
	owner  sim.PID
	groups table[members]
}

type members struct{ all, local []sim.PID }

// shareKey is where the view of a scope is kept.
func shareKey(scope sim.Name) string { return "pg/" + string(scope) }

// viewOf is the view of a scope on p's node; nil if no such scope runs there: its table goes with it.
func viewOf(p *sim.Proc, scope sim.Name) *view {
	v, _ := p.Shared(shareKey(scope)).(*view)
	if v == nil {
		return nil
	}
	if pid, runs := p.Whereis(scope); !runs || pid != v.owner {
		return nil
	}
	return v
}

// members is a copy of who is in a group.
func (v *view) members(group any) []sim.PID {
	if r := v.groups.at(group); r != nil {
		return slices.Clone(r.val.all)
	}
	return nil
}

// join adds members, the newest first.
func (v *view) join(group any, pids []sim.PID, local bool) {
	r := v.groups.make(group)
	r.val.all = slices.Concat(pids, r.val.all)
	if local {
		r.val.local = slices.Concat(pids, r.val.local)
	}
}

// leave takes members away, each once for each time that it is listed.
func (v *view) leave(group any, pids []sim.PID, local bool) {
	r := v.groups.at(group)
	if r == nil {
		return
	}
	r.val.all = without(r.val.all, pids)
	if local {
		r.val.local = without(r.val.local, pids)
	}
	v.drop(r)
}

// replace puts some members in the place of others.
func (v *view) replace(group any, old, pids []sim.PID) {
	r := v.groups.make(group)
	r.val.all = slices.Concat(pids, without(r.val.all, old))
	v.drop(r)
}

// drop lets a group vanish that nobody is in.
func (v *view) drop(r *row[members]) {
	if len(r.val.all) == 0 {
		v.groups.remove(r)
	}
}

// list is all groups with all their members, or with those of the node alone.
func (v *view) list(local bool) []Group {
	var groups []Group
	for _, r := range v.groups.rows {
		pids := r.val.all
		if local {
			pids = r.val.local
		}
		if len(pids) > 0 {
			groups = append(groups, Group{r.key, slices.Clone(pids)})
		}
	}
	return groups
}

// without is Erlang's --: for each of pids, the first that equals it is taken out.
func without(from, pids []sim.PID) []sim.PID {
	left := slices.Clone(from)
	for _, pid := range pids {
		if i := slices.Index(left, pid); i >= 0 {
			left = slices.Delete(left, i, i+1)
		}
	}
	return left
}
