package scenarios

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"

	"github.com/bedlam-sim/bedlam/sim/plan"
)

// A Sum is a short digest of what a scenario file says: enough to tell the files of a house apart, and to
// notice that one was edited. It prints as eight letters and digits.
type Sum [5]byte

// String prints the sum in Crockford's base 32.
func (s Sum) String() string { return plan.Letters(s[:]) }

// Digest is the sum of a scenario file. Comments, blanks, the order of keys, the style of YAML and what only
// people read (about, tags) or what chooses among runs (run.seeds, repro) do not count, all else does. Of a file
// that is not YAML all bytes count.
func Digest(src []byte) Sum {
	text := string(src)
	if rest := len(src) - len(byteOrderMark); rest >= 0 && text[:len(byteOrderMark)] == byteOrderMark {
		text = text[len(byteOrderMark):]
	}
	h := sha256.New()
	r := &reader{src: newSource("", text), programs: noPrograms{}, grammar: theGrammar, torn: map[string]bool{}}
	if n := r.document([]byte(text)); n != nil && len(r.list) == 0 {
		digest(h, n, 0)
	} else {
		write(h, 'x', text)
	}
	var s Sum
	copy(s[:], h.Sum(nil))
	return s
}

// unsaid are the keys that say nothing about what happens in a run.
func unsaid(n *node, key string, depth int) bool {
	switch depth {
	case 0:
		return key == "about" || key == "tags" || key == "repro"
	case 1:
		return n.key == "run" && key == "seeds"
	}
	return false
}

// digest feeds a value to h so that different values feed different bytes.
func digest(h hash.Hash, n *node, depth int) {
	switch n.kind {
	case mappingNode:
		keys := slices.Clone(n.keys)
		keys = slices.DeleteFunc(keys, func(e entry) bool { return unsaid(n, e.key, depth) })
		slices.SortFunc(keys, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
		write(h, '{', "")
		for _, e := range keys {
			write(h, 'k', e.key)
			digest(h, e.value, depth+1)
		}
		write(h, '}', "")
	case listNode:
		write(h, '[', "")
		for _, item := range n.items {
			digest(h, item, depth+1)
		}
		write(h, ']', "")
	default:
		write(h, 's', n.text)
	}
}

// write feeds a kind and a text with its length.
func write(h hash.Hash, kind byte, text string) {
	var head [9]byte
	head[0] = kind
	binary.LittleEndian.PutUint64(head[1:], uint64(len(text)))
	h.Write(head[:])
	h.Write([]byte(text))
}
