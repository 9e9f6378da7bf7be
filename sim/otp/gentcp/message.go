package gentcp

import "github.com/bedlam-sim/bedlam/sim"

// Socket is a connection, or a place where others may connect. It compares with ==.
type Socket = sim.Port

// Data is the message {tcp, Socket, Bytes}: what has come to an active socket. The bytes are the receiver's.
type Data struct {
	Socket Socket
	Bytes  []byte
}

// Closed is the message {tcp_closed, Socket}.
type Closed struct{ Socket Socket }

// Error is the message {tcp_error, Socket, Reason}. Closed follows.
type Error struct {
	Socket Socket
	Reason Errno
}

// Passive is the message {tcp_passive, Socket}: as many messages as N allowed have been sent.
type Passive struct{ Socket Socket }

// about is the socket that a message of this package is about.
func about(m any) (s Socket, is bool) {
	switch m := m.(type) {
	case Data:
		return m.Socket, true
	case Closed:
		return m.Socket, true
	case Error:
		return m.Socket, true
	case Passive:
		return m.Socket, true
	}
	return s, false
}
