package scenarios

import "fmt"

// Pos is a place in a scenario file. Lines and columns count from 1, columns in runes (a tab is one). The zero Pos is nowhere:
// a value that was not written but is a default.
type Pos struct {
	Line int `json:"line"`
	Col  int `json:"col"`
}

// String prints line:col, as in file:line:col.
func (p Pos) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Col) }

// Before reports whether p stands before q in the file.
func (p Pos) Before(q Pos) bool { return p.Line < q.Line || p.Line == q.Line && p.Col < q.Col }

// Place remembers where a mapping of the file stands, and where the values of its keys do.
// Everything a scenario is made of embeds one, so later errors can point as exactly as the first.
type Place struct {
	Pos  Pos // of the mapping
	keys map[string]Pos
}

// Where is where the value of key stands; if key was not written, where the mapping does.
func (p Place) Where(key string) Pos {
	if at, ok := p.keys[key]; ok {
		return at
	}
	return p.Pos
}

// forget makes as if some keys had not been written: those that exclude each other, of which no more is said.
func (p Place) forget(keys ...string) {
	for _, key := range keys {
		delete(p.keys, key)
	}
}

// Has reports whether key was written in the file. If not, the field holds its default.
func (p Place) Has(key string) bool {
	_, ok := p.keys[key]
	return ok
}
