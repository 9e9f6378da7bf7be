package plan

// fewest finds few of items that are enough for fails, and tries less and less of them. fails(items) is known to hold.
//
// It looks for the shortest beginning that fails: its last item is needed there, for without it the rest does not fail.
// That one is kept for good, and the shortest beginning of what came before it is looked for which fails together with it,
// and so on until those kept fail by themselves. So k items of n are found in about k*log2(n) tries, where ddmin takes
// as many in easy cases and up to n^2 in others. Each step begins with something that fails and ends with less of it, which
// makes this sound even if more items may fail less, as they do in scheduling; but the few that are left need not be
// the fewest there are.
//
// After a success void(item) tells which items do nothing any more; it may be nil.
func fewest[T any](items []T, exhausted func() bool, void func(T) bool, fails func(keep []T) bool) []T {
	var kept []T
	with := func(rest []T) []T { return append(append(make([]T, 0, len(kept)+len(rest)), kept...), rest...) }
	for len(items) > 0 && !exhausted() {
		if fails(kept) {
			return kept
		}
		lo, hi := 0, len(items) // the first lo do not fail, the first hi do
		for hi-lo > 1 && !exhausted() {
			mid := lo + (hi-lo)/2
			if !fails(with(items[:mid])) {
				lo = mid
				continue
			}
			hi = mid
			if void != nil {
				lo, hi, items = sift(lo, hi, items, void)
			}
		}
		if hi-lo > 1 { // no more tries: all that is known to fail is kept
			return with(items[:hi])
		}
		kept = append(kept, items[hi-1])
		items = items[:hi-1]
	}
	return with(items)
}

// sift is the first hi items without the void ones; lo is how many of those are left of the first lo.
func sift[T any](lo, hi int, items []T, void func(T) bool) (int, int, []T) {
	var left []T
	low := 0
	for i, it := range items[:hi] {
		if void(it) {
			continue
		}
		left = append(left, it)
		if i < lo {
			low++
		}
	}
	return low, len(left), left
}
