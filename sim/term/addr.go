package term

// Addr is where a message can be sent: a PID, a Ref (an alias), a Name on the same node, a NameAt another
// node, a Global name or a Via.
type Addr interface{ Address() string }

// Name is a locally registered name.
type Name string

// NameAt is a name registered on a certain node: {name, node}.
type NameAt struct {
	Name Name
	Node Atom
}

// Global is a name in the cluster-wide registry: {global, name}.
type Global string

// Via is a name in a registry of the user's own: {via, registry, name}.
type Via struct{ Registry, Name string }

// Address prints the PID.
func (p PID) Address() string { return p.String() }

// Address prints the reference.
func (r Ref) Address() string { return r.String() }

// Address prints the name.
func (n Name) Address() string { return n.String() }

// String prints the name as an atom.
func (n Name) String() string { return quoteAtom(string(n)) }

// Address prints {name,node}.
func (n NameAt) Address() string { return n.String() }

// String prints {name,node}.
func (n NameAt) String() string { return "{" + n.Name.String() + "," + n.Node.String() + "}" }

// Address prints {global,name}.
func (g Global) Address() string { return g.String() }

// String prints {global,name}.
func (g Global) String() string { return "{global," + quoteAtom(string(g)) + "}" }

// Address prints {via,registry,name}.
func (v Via) Address() string { return v.String() }

// String prints {via,registry,name}.
func (v Via) String() string { return "{via," + quoteAtom(v.Registry) + "," + quoteAtom(v.Name) + "}" }
