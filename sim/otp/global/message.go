package global

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// The words.
const (
	serverName   sim.Name = "global_name_server"
	noConnection          = term.NoConnection
)

// The calls to a global_name_server.
type (
	// registrarCall has the node's registrar do something while it holds the lock `global`.
	registrarCall struct {
		otp.Returns[bool]
		do func(p *sim.Proc, nodes []sim.Atom) bool
	}
	register struct {
		otp.Returns[bool]
		Name   any
		PID    sim.PID
		Method Resolver
	}
	unregister struct {
		otp.Returns[bool]
		Name any
	}
	setLock struct {
		otp.Returns[bool]
		Lock Lock
	}
	delLock struct {
		otp.Returns[bool]
		Lock Lock
	}
	getKnown struct{ otp.Returns[[]sim.Atom] }
	getNames struct{ otp.Returns[[]Entry] }
	// setNames: these are all the names of processes of those nodes.
	setNames struct {
		otp.Returns[bool]
		Nodes []sim.Atom
		Names []Entry
	}
	syncCall struct {
		otp.Returns[bool]
		nodes []sim.Atom
	}
	disconnectCall struct{ otp.Returns[[]sim.Atom] }
)

// The steps of a session between two nodes, in their order. Each carries the tag that its receiver has given the
// session; what carries an old one is of a session that is over (GLB6).
type (
	// initConnect: my tag and my locker, whom yours is to agree with.
	initConnect struct {
		Node   sim.Atom
		Tag    int
		Locker sim.PID
		Answer int // your tag, if I begin because you have begun anew
	}
	// initConnectAck: I have your tag and gave mine. Is that so?
	initConnectAck struct {
		Node      sim.Atom
		Tag       int
		SenderTag int
	}
	// cancelConnect: it is not. Begin anew.
	cancelConnect struct {
		Node sim.Atom
		Tag  int
	}
	// lockSet: a locker tells another that it has locked its side, or could not. It goes by the other's name server,
	// behind what that knows of nodes that come and go.
	lockSet struct {
		Locker sim.PID
		Set    bool
		Tag    int
	}
	// exchange: my names.
	exchange struct {
		Node  sim.Atom
		Names []Entry
		Tag   int
	}
	// resolved: what you are to do, and whom I know.
	resolved struct {
		Claim
		Ops []Op
		Tag int
	}
	// newNodes: to those I knew before: whom I know now, and what to do.
	newNodes struct {
		Claim
		Ops  []Op
		Lock any
	}
	// inSync: I am connected to you because somebody else has told me; our names are the same.
	inSync struct{ Node sim.Atom }
	// stranger: you know me, but I do not know you, and nobody will tell me. Begin anew.
	stranger struct{ Node sim.Atom }
)

// The steps inside a node.
type (
	// lockIsSet: the locker has both sides.
	lockIsSet struct {
		node sim.Atom
		tag  int
		lock any
	}
	// exchangeOps: the resolver is done.
	exchangeOps struct {
		node       sim.Atom
		tag        int
		mine, his_ []Op
	}
	// resolve: here are the other's names.
	resolve struct{ names []Entry }
	// hisTheLocker: there is a session to lock for.
	hisTheLocker struct{ him }
	// cancel: the session is over; before you unlock, if you have locked, tell those.
	cancel struct {
		node sim.Atom
		tag  int
		tell *newNodes
		whom []contact
	}
	addToKnown      struct{ nodes []sim.Atom }
	removeFromKnown struct{ node sim.Atom }
	// transaction: for the registrar.
	transaction struct {
		do   func(p *sim.Proc, nodes []sim.Atom) bool
		from otp.From
	}
	// extraNodedown: a node that others know could not be reached.
	extraNodedown struct{ node sim.Atom }
	// synced: we have the same names as that node.
	synced struct{ node sim.Atom }
)

// How a cluster splits up into parts whose nodes are all connected (POP1).
type (
	// lostConnection: A has lost B. Op counts what A has to say in that life.
	lostConnection struct {
		A, B     sim.Atom
		Creation uint32
		Op       int
		Removed  bool // A has let go of B, because others have lost it: who heard A say that it knows B is to hear that too
	}
	// removeConnection: disconnect from me.
	removeConnection struct{ Node sim.Atom }
)

// Entry is a name as it travels.
type Entry struct {
	Name   any
	PID    sim.PID
	Method Resolver
}

// Claim is a node's word that it knows others. Op is how many losses of connections it had told by then, in this life.
type Claim struct {
	Node     sim.Atom
	Nodes    []sim.Atom
	Op       int
	Creation uint32
}

// Op is what is to be done to a table of names: an entry is inserted, or, if it has no PID, the name deleted.
type Op struct{ Entry }
