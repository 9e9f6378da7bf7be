package choice

// ID hashes a path to a stable identity. Where one part ends and the next begins
// counts: ID("ab", "c") is not ID("a", "bc"), and ID("a") is not ID("a", "").
func ID(parts ...string) uint64 {
	h := uint64(pi5)
	for _, p := range parts {
		h = text(h, p)
	}
	return fold(h^pi6, uint64(len(parts))^pi7)
}

// Child is the identity of one element of a spawn path: the ordinal-th child that
// parent spawned in this role. It depends on nothing else, so that a sibling in
// another role moves nobody. Its answers are no ID's answers; ID names the roots.
func Child(parent uint64, role string, ordinal uint32) uint64 {
	return text(parent^pi6+uint64(ordinal)*pi7, role)
}

// text hashes s into h, sixteen bytes to a fold: most names need one. The length goes
// into the last step, because ends alone would not tell "aa" from "aaa".
// pi1 has bytes above 0x7f where text has none, so text cannot make a factor 0.
func text(h uint64, s string) uint64 {
	n := uint64(len(s))
	for len(s) > 16 {
		h = fold(load8(s)^pi1, load8(s[8:])^h)
		s = s[16:]
	}
	a, b := ends(s)
	h = fold(a^pi1, b^h)
	return fold(h^pi4, n^pi2)
}

// ends reads up to sixteen bytes as two words, one to one among strings of one length.
// Overlapping loads spare it a loop over bytes.
func ends(s string) (a, b uint64) {
	switch n := len(s); {
	case n >= 8:
		return load8(s), load8(s[n-8:])
	case n >= 4:
		return load4(s), load4(s[n-4:])
	case n > 0:
		return uint64(s[0]) | uint64(s[n/2])<<8 | uint64(s[n-1])<<16, 0
	}
	return 0, 0
}

// load8 and load4 read little-endian on every machine; where that is native the
// compiler makes one load of each.
func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func load4(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}
