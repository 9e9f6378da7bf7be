package term

import (
	"cmp"
	"strconv"
	"strings"
)

// Identity is who a process is. It is made once, when the process is spawned, and never reused, so a
// PID held for ever is never mistaken for another process. Only package sim makes identities. It fills one
// cache line: there may be millions.
type Identity struct {
	Key     uint64    // stable hash of the spawn path: draws are keyed by it
	Serial  uint64    // how many processes the world had spawned before, plus one
	Parent  *Identity // who spawned it; nil for the first process of a node
	Role    *string   // what its parent called it; one string for all siblings of a role
	Home    *Home     // the node it lives on
	Holder  any       // the living process, set and cleared by package sim
	Ordinal uint32    // 1 for the first child of that role, 2 for the next…
}

// Home is one life of a node: each boot makes another. Only package sim makes homes.
type Home struct {
	Node     Atom
	Index    int32  // the node's place among those of its world, from 0
	Creation uint32 // which of the node's lives it is, from 1
}

// Path is the identity's place: the roles from the first process of its node down, such as kv_sup/kv_store.2.
func (i *Identity) Path() string {
	if i == nil {
		return ""
	}
	own := *i.Role
	if i.Ordinal > 1 {
		own += "." + strconv.FormatUint(uint64(i.Ordinal), 10)
	}
	if i.Parent == nil || i.Parent.Parent == nil { // the children of a node's first process are its roots
		return own
	}
	return i.Parent.Path() + "/" + own
}

// PID identifies a process, alive or dead. It is comparable and costs nothing to put into an
// interface value. The zero PID is no process.
type PID struct{ id *Identity }

// NewPID is for package sim.
func NewPID(id *Identity) PID { return PID{id} }

// Identity is who the PID names; nil for the zero PID.
func (p PID) Identity() *Identity { return p.id }

// IsZero reports whether p is no process.
func (p PID) IsZero() bool { return p.id == nil }

// Node is the node the process lives or lived on.
func (p PID) Node() Atom {
	if p.id == nil {
		return ""
	}
	return p.id.Home.Node
}

// Path is the process's spawn path, such as kv_sup/kv_store.2: the second kv_store that kv_sup started.
func (p PID) Path() string { return p.id.Path() }

// String prints the PID as <node/path>; one of the node's second life as <node!2/path>.
func (p PID) String() string {
	if p.id == nil {
		return "<none>"
	}
	return "<" + p.id.place() + ">"
}

// place is node and path.
func (i *Identity) place() string {
	var b strings.Builder
	b.WriteString(string(i.Home.Node))
	if life := i.Home.Creation; life > 1 {
		b.WriteByte('!')
		b.WriteString(strconv.FormatUint(uint64(life), 10))
	}
	b.WriteByte('/')
	b.WriteString(i.Path())
	return b.String()
}

// Equal reports whether both name the same process. It is here for go-cmp; == does the same.
func (p PID) Equal(q PID) bool { return p == q }

// Compare orders PIDs by birth.
func (p PID) Compare(q PID) int { return cmp.Compare(p.serial(), q.serial()) }

func (p PID) serial() uint64 {
	if p.id == nil {
		return 0
	}
	return p.id.Serial
}

// Ref is a reference that is unique in its world: of a monitor, an alias, a request, a timer.
// The zero Ref is none.
type Ref struct {
	owner *Identity
	n     uint64
}

// NewRef is for package sim: the n-th reference that owner made.
func NewRef(owner *Identity, n uint64) Ref { return Ref{owner, n} }

// Owner is the process that made the reference.
func (r Ref) Owner() PID { return PID{r.owner} }

// N says how many references its owner had made, itself included.
func (r Ref) N() uint64 { return r.n }

// IsZero reports whether r is no reference.
func (r Ref) IsZero() bool { return r.n == 0 }

// Equal is == for go-cmp.
func (r Ref) Equal(s Ref) bool { return r == s }

// String prints the reference as #Ref<node/path.n>.
func (r Ref) String() string {
	if r.n == 0 {
		return "#Ref<none>"
	}
	return "#Ref<" + r.owner.place() + "." + strconv.FormatUint(r.n, 10) + ">"
}
