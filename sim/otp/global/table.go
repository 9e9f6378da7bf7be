package global

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// tables is what OTP keeps in ETS. The node's global_name_server writes it, and all processes of the node read
// it, without a signal (GLB2).
type tables struct {
	names table[named]
	locks table[held]
	owned map[sim.PID][]any  // the names of a process
	refs  map[sim.Ref]*watch // whose end is watched, and why

	// lockDown says that the lock `global` went because its last holder ended, not by del_lock. Then a name that
	// comes without the lock comes too late (GLB5).
	lockDown bool
	bugs     bug

	// For Info alone.
	server      *server
	registering bool // the registrar is at work
	since       time.Duration
}

// named is a name that the node knows.
type named struct {
	name   any
	pid    sim.PID
	method Resolver
	ref    sim.Ref // our monitor of the process
}

// held is a lock that is set on the node.
type held struct {
	resource, requester any
	holders             []holder
}

// holder is a process that has set a lock, and our monitor of it.
type holder struct {
	pid sim.PID
	ref sim.Ref
}

// watch is why a process is monitored.
type watch struct {
	key  any // the name, or the resource
	lock bool
}

const shareKey = "global"

func newTables() *tables {
	return &tables{owned: map[sim.PID][]any{}, refs: map[sim.Ref]*watch{}}
}

// here is the tables of the node that p runs on.
func here(p *sim.Proc) *tables {
	t, ok := p.Shared(shareKey).(*tables)
	if !ok {
		panic(&sim.Error{Reason: "badarg", Op: "global", Detail: "global is not started on node " + string(p.Node())})
	}
	return t
}

// canSet is whether a requester may have a lock here, and who holds it for that requester already.
func (t *tables) canSet(id Lock) (h *held, ok bool) {
	h = t.locks.at(id.Resource)
	return h, h == nil || term.Equal(h.requester, id.Requester)
}

// set is whether anybody holds the lock that changes of names need.
func (t *tables) set() bool { return t.locks.at(theLock) != nil }

// table is an ordered map whose keys are terms of any kind.
type table[V any] struct {
	rows  []row[V]
	plain map[any]*V // those whose keys Go can hash
}

type row[V any] struct {
	key   any
	value *V
}

// isPlain is whether a key may be a key of a Go map: == on it is the same as term.Equal.
func isPlain(key any) bool {
	switch key.(type) {
	case sim.Atom, sim.PID, sim.Ref, sim.Name, string, int, bool:
		return true
	}
	return false
}

func (t *table[V]) at(key any) *V {
	if isPlain(key) {
		return t.plain[key]
	}
	if i := t.index(key); i >= 0 {
		return t.rows[i].value
	}
	return nil
}

func (t *table[V]) index(key any) int {
	return slices.IndexFunc(t.rows, func(r row[V]) bool { return term.Equal(r.key, key) })
}

func (t *table[V]) put(key any, v *V) {
	if t.at(key) == nil {
		t.rows = append(t.rows, row[V]{key, v})
	} else {
		t.rows[t.index(key)].value = v
	}
	if isPlain(key) {
		if t.plain == nil {
			t.plain = map[any]*V{}
		}
		t.plain[key] = v
	}
}

func (t *table[V]) remove(key any) {
	if i := t.index(key); i >= 0 {
		t.rows = slices.Delete(t.rows, i, i+1)
	}
	if isPlain(key) {
		delete(t.plain, key)
	}
}
