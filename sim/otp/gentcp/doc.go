// Package gentcp is gen_tcp: listening, connecting, and streams of bytes between the nodes of a world, or within one,
// for programs that talk to what is not Erlang. The network is that of the world: partitions and slow links are
// its lot as they are that of distribution, and toxics (sim.Toxic) are for it alone.
//
// A Socket belongs to the process that made it, by Connect or Accept, until ControllingProcess: that one gets its
// messages, and when it ends the socket is closed. Any process of the node may read and write; on another node a
// Socket means nothing. A node that is no Erlang node at all is one whose processes send nothing but this.
//
// A stream has no borders between messages. How it is cut into segments is drawn, and so is whether something small
// waits for more (NoDelay): who reads must be ready for any.
//
// Where it differs from OTP on purpose: an address is the name of a node; Close does not wait until all is sent,
// which happens behind it; {delay_send, _}, {linger, {true, N}} with N > 0, urgent data and
// {header, _} are not there; options that mean nothing in a place are ignored there.
package gentcp
