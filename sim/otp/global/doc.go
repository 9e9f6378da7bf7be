// Package global is Erlang's global: names that a whole cluster knows, locks across nodes, and the full mesh.
//
// Every node runs a global_name_server, which Start starts from the node's Boot, before anything else that
// may use it:
//
//	sim.Config{
//		Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}},
//		Boot: func(p *sim.Proc) {
//			global.Start(p)
//			…
//		},
//	}
//
// Each node has a table of all names, so that WhereisName is a look at memory. A change takes the lock
// `global` on all known nodes, one change at a time in a cluster, and then tells each of them. Two nodes that
// connect take that lock on both sides, exchange their names, have conflicts resolved, and tell the others,
// who connect to the newcomers too. A name goes when its process ends or its node is lost, on each node for
// itself. If a node is lost in the middle of a change that it makes, the others make their tables the same again.
//
// A lock is held where it was set and nowhere else: across a partition both sides get it (LCK2).
//
// Nothing here is done by the world: there are processes, called as OTP calls them, with OTP's messages
// between them (protocol version 8), so that each step can be late, or not happen. They are hidden from lists
// of processes.
//
//	global_name_server  the tables, the sessions with other nodes, who is known
//	the_locker          locks both sides when two nodes connect, one pair at a time
//	the_registrar       makes the changes, one at a time
//	resolver            one for each session: compares the names
//
// The package provides itself to package otp: term.Global names work wherever an address does. The text of
// such a name is an atom here: {global, counter} is RegisterName(p, sim.Atom("counter"), …). A behaviour with
// such a name cannot promise never to block, since taking the name waits.
package global
