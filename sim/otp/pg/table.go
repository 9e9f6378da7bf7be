package pg

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// table is a map whose keys are terms of any kind. Its order hangs on the history of calls alone.
type table[V any] struct {
	rows  []*row[V]
	plain map[any]*row[V] // those whose keys Go can hash
}

type row[V any] struct {
	key any
	val V
	pos int // in rows
}

// isPlain is whether a key may be one of a Go map: == on it is the same as term.Equal.
func isPlain(key any) bool {
	switch key.(type) {
	case sim.Atom, sim.PID, sim.Ref, sim.Name, string, int, bool:
		return true
	}
	return false
}

// at is the row of a key; nil if there is none.
func (t *table[V]) at(key any) *row[V] {
	if isPlain(key) {
		return t.plain[key]
	}
	i := slices.IndexFunc(t.rows, func(r *row[V]) bool { return !isPlain(r.key) && term.Equal(r.key, key) })
	if i < 0 {
		return nil
	}
	return t.rows[i]
}

// make is at, and adds a row if there is none.
func (t *table[V]) make(key any) *row[V] {
	if r := t.at(key); r != nil {
		return r
	}
	r := &row[V]{key: key, pos: len(t.rows)}
	t.rows = append(t.rows, r)
	if isPlain(key) {
		if t.plain == nil {
			t.plain = map[any]*row[V]{}
		}
		t.plain[key] = r
	}
	return r
}

// remove deletes a row that is in the table; the last takes its place.
func (t *table[V]) remove(r *row[V]) {
	last := len(t.rows) - 1
	t.rows[r.pos] = t.rows[last]
	t.rows[r.pos].pos = r.pos
	t.rows[last] = nil
	t.rows = t.rows[:last]
	if isPlain(r.key) {
		delete(t.plain, r.key)
	}
}
