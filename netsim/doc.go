// Package netsim decides when, and whether, a signal between two nodes arrives.
// It has no queue, no clock and no processes: it is told the time and answers with
// a [Verdict]. It does not know Erlang.
//
// # Contract
//
//   - A signal travels on a connection ([Net.Open]), in one of its two directions.
//     [Net.Route] is asked when it is sent, [Net.Arrive] when the time of the verdict
//     has come, and [Net.Resume] if it was held in between. Each signal has a number,
//     Verdict.Seq, by which it is named; what it is, is the caller's affair.
//   - What arrives on one direction of a connection arrives in the order in which it was
//     sent, at times that differ, and never before it was sent. Arrive is the judge: one
//     that comes up before its turn is told to come again.
//   - No signal is lost while its connection lives. A packet lost is a delay, a link that
//     is cut or jammed holds; only the end of a connection loses something, in each
//     direction some suffix of what was under way, which is drawn. The notice of the end
//     comes after all that arrives.
//   - Every direction of every pair of nodes is a link of its own, with settings ([Link]),
//     cuts and draws of its own.
//   - Faults ([Fault]) overlap: cuts are counted, slowness multiplies, delays and losses
//     add up, the least bandwidth counts. In which order they come and go makes no
//     difference, and Heal takes back its own fault and nothing else.
//   - Draws are keyed: latencies under (Latency, identity of the link, number of the
//     signal), where the identity of a link is made of its two names and the number of how
//     many-th connection on it this is. No other link, connection or node moves a draw;
//     a sender that gives its signals identities of their own ([Packet]) is moved by no
//     other sender either. Answer 0 is the least latency, no packet lost, nothing lost
//     at the end of a connection. What decides nothing is not drawn.
//   - A change of settings, or a fault, concerns what is sent from then on, and what
//     arrives while a link is blocked. It calls nothing back that is under way.
//
// Times and lengths are time.Duration, since the world began. Integers only; what a seed
// means is frozen by golden vectors. A Net is not for concurrent use. In the steady state Route, Arrive and
// Resume allocate nothing.
//
// # How a caller uses it
//
//	v := n.Route(now, conn, from, netsim.Packet{Size: 40})
//	switch v.Fate {
//	case netsim.Travels: // schedule Arrive(v.At, conn, from, v.Seq)
//	case netsim.Held:    // keep it until Heal names this Lane, then Resume it
//	case netsim.Full:    // not taken: suspend the sender until v.At, or until Heal names this Lane
//	case netsim.Lost:    // drop it: the connection has ended, only the sender does not know yet
//	case netsim.Broken:  // drop it, and Close(v.At, conn, from) then, if Alive still
//	}
//
// Arrive answers [Arrives], [Ends] (the connection is over for the receiver), Travels
// (come again at v.At), Held or Lost.
package netsim
