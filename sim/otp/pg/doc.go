// Package pg is Erlang's pg: named groups of processes that a whole cluster knows, without any lock.
//
// A scope is a process on each node, all registered under the same name, which no scope of another name hears of:
//
//	pg.Start(p, pg.Default)                        // in the node's Boot
//	pg.Join(p, pg.Default, "room 1", p.Self())     // on any node
//	for _, pid := range pg.Members(p, pg.Default, "room 1") { … }
//
// A process joins on its own node, as often as it likes: it is a member so many times until it has left as often,
// or ended. Its node has it in the group when Join returns; the others learn of it a little later, those that are
// connected now or will be. Nothing is promised about what two nodes see at one moment: to read is to look at the
// memory of the own node. When nodes connect again, each tells the other whom it has, so that in the end all agree
// (I13). What goes from A to B does not go on to C: nodes that are not connected do not know each other's members.
//
// The protocol (PG2): a scope says discover to the scope of the same name on every node that comes up; who hears
// that, answers with sync, which lists all members on its node, and monitors the other, and says discover in turn
// if it did not know it. After that, joins and leaves go to those that are known, and to nobody else. The end of
// another scope, or of the connection to it, takes away the members it has told of.
package pg
