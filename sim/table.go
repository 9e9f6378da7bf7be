package sim

// table is a small map that remembers an order: entries are found by a scan while they are few and through
// an index when they are many. Its order depends on the history of calls alone, never on a map's whims.
type table[K comparable, V any] struct {
	entries []entry[K, V]
	index   map[K]int32
}

type entry[K comparable, V any] struct {
	key K
	val V
}

// indexAbove is where a scan gets dearer than a map.
const indexAbove = 12

// find looks at the newest entry first: what was put last is asked for most.
func (t *table[K, V]) find(k K) int {
	if last := len(t.entries) - 1; last >= 0 && t.entries[last].key == k {
		return last
	}
	return t.search(k)
}

func (t *table[K, V]) search(k K) int {
	if t.index != nil {
		if i, ok := t.index[k]; ok {
			return int(i)
		}
		return -1
	}
	for i := range t.entries {
		if t.entries[i].key == k {
			return i
		}
	}
	return -1
}

// at gives the value of k to read or change; nil if there is none. It is good until the next put or remove.
func (t *table[K, V]) at(k K) *V {
	if i := t.find(k); i >= 0 {
		return &t.entries[i].val
	}
	return nil
}

func (t *table[K, V]) put(k K, v V) {
	if i := t.find(k); i >= 0 {
		t.entries[i].val = v
		return
	}
	t.add(k, v)
}

// add is put of a k that is not in the table.
func (t *table[K, V]) add(k K, v V) {
	t.entries = append(t.entries, entry[K, V]{k, v})
	if len(t.entries) > indexAbove || t.index != nil {
		t.enter()
	}
}

// enter makes sure that the index has the last entry.
func (t *table[K, V]) enter() {
	if t.index != nil {
		last := len(t.entries) - 1
		t.index[t.entries[last].key] = int32(last)
		return
	}
	t.index = make(map[K]int32, 2*len(t.entries))
	for i := range t.entries {
		t.index[t.entries[i].key] = int32(i)
	}
}

// remove deletes k; the last entry takes its place.
func (t *table[K, V]) remove(k K) bool {
	i := t.find(k)
	if i < 0 {
		return false
	}
	t.removeAt(i)
	return true
}

// removeAt deletes the i-th entry; the last takes its place.
func (t *table[K, V]) removeAt(i int) {
	last := len(t.entries) - 1
	if t.index != nil {
		delete(t.index, t.entries[i].key)
	}
	if i != last {
		t.entries[i] = t.entries[last]
		if t.index != nil {
			t.index[t.entries[i].key] = int32(i)
		}
	}
	t.entries[last] = entry[K, V]{}
	t.entries = t.entries[:last]
}

func (t *table[K, V]) len() int { return len(t.entries) }

// clear empties the table and keeps its room, unless it grew large.
func (t *table[K, V]) clear() {
	switch {
	case t.index != nil || cap(t.entries) > indexAbove:
		*t = table[K, V]{}
	case len(t.entries) > 0:
		clear(t.entries)
		t.entries = t.entries[:0]
	}
}
