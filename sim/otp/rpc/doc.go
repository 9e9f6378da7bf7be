// Package rpc is Erlang's rpc and erpc: code that runs on another node, and what comes of it.
//
//	n, err := rpc.Call(p, "b", func(p *sim.Proc) int { return len(p.Nodes()) })
//
// Code is a function, which all nodes have; only what it returns travels, so that must be able to cross between nodes.
// What the function has got from around itself does not: in this world it is the very same variable on both nodes,
// and using it is cheating.
//
// There are two families, as in OTP. They do the same and differ in how they say what went wrong:
//
//	ECall       erpc:call        *Error: the function crashed, exited, or was killed; no connection; too late
//	Call        rpc:call         *BadRPC: nodedown, timeout, {'EXIT', Reason}
//
// What need not be waited for at once is a RequestID (erpc's, SendRequest), several of which go into an otp.Requests,
// or a Key (rpc's, AsyncCall).
//
// Each call spawns a process on the other node, which ends with the answer as its reason (NK13). So a lost connection is
// never taken for an answer, nor the other way round; and a process that the function links itself to is told of that
// end. A call that was given up may still run. A call to the own node without a time-out runs in the caller.
//
// rex is the server of every node for what is done there one at a time (BlockCall), or at all nodes (EvalEverywhere);
// Start starts it, from the node's Boot. Nothing else needs it.
package rpc
