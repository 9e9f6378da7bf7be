package sim

// table is a small map that remembers an order: entries are found by a scan while they are few and through
// an index when they are many. Its order depends on the history of calls alone, never on a map's whims.
type table[K comparable, V any] struct {
	keys  []K
	vals  []V
	index map[K]int32
}

// indexAbove is where a scan gets dearer than a map.
const indexAbove = 12

func (t *table[K, V]) find(k K) int {
	if t.index != nil {
		if i, ok := t.index[k]; ok {
			return int(i)
		}
		return -1
	}
	for i := range t.keys {
		if t.keys[i] == k {
			return i
		}
	}
	return -1
}

// at gives the value of k to read or change; nil if there is none.
func (t *table[K, V]) at(k K) *V {
	if i := t.find(k); i >= 0 {
		return &t.vals[i]
	}
	return nil
}

func (t *table[K, V]) put(k K, v V) {
	if i := t.find(k); i >= 0 {
		t.vals[i] = v
		return
	}
	t.keys = append(t.keys, k)
	t.vals = append(t.vals, v)
	switch {
	case t.index != nil:
		t.index[k] = int32(len(t.keys) - 1)
	case len(t.keys) > indexAbove:
		t.index = make(map[K]int32, 2*len(t.keys))
		for i, k := range t.keys {
			t.index[k] = int32(i)
		}
	}
}

// remove deletes k; the last entry takes its place.
func (t *table[K, V]) remove(k K) bool {
	i := t.find(k)
	if i < 0 {
		return false
	}
	last := len(t.keys) - 1
	if i != last {
		t.keys[i], t.vals[i] = t.keys[last], t.vals[last]
		if t.index != nil {
			t.index[t.keys[i]] = int32(i)
		}
	}
	if t.index != nil {
		delete(t.index, k)
	}
	var zeroK K
	var zeroV V
	t.keys[last], t.vals[last] = zeroK, zeroV
	t.keys, t.vals = t.keys[:last], t.vals[:last]
	return true
}

func (t *table[K, V]) len() int { return len(t.keys) }

// clear empties the table and keeps its room, unless it grew large.
func (t *table[K, V]) clear() {
	if t.index != nil || cap(t.keys) > indexAbove {
		*t = table[K, V]{}
		return
	}
	clear(t.keys)
	clear(t.vals)
	t.keys, t.vals = t.keys[:0], t.vals[:0]
}
