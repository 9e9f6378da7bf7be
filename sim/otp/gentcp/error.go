package gentcp

import "github.com/bedlam-sim/bedlam/sim"

// Errno is why something failed: what stands behind error in {error, Reason}. It compares with ==, and prints as
// Erlang's atom.
type Errno sim.Atom

// The reasons.
const (
	ErrClosed      Errno = "closed"       // the socket, or the stream, has ended
	ErrTimeout     Errno = "timeout"      // it took longer than the caller wanted to wait
	ErrTimedOut    Errno = "etimedout"    // the other end does not answer
	ErrConnRefused Errno = "econnrefused" // nobody listens there
	ErrConnReset   Errno = "econnreset"   // the other end has broken the connection off
	ErrAddrInUse   Errno = "eaddrinuse"   // somebody listens there already
	ErrNotConn     Errno = "enotconn"     // the socket is not connected (any more)
	ErrNotOwner    Errno = "not_owner"    // the socket belongs to another process
	ErrInvalid     Errno = "einval"       // that cannot be asked of the socket, or now
	ErrAlready     Errno = "ealready"     // somebody else is reading
	ErrMsgSize     Errno = "emsgsize"     // a packet is longer than PacketSize
	ErrBadArg      Errno = "badarg"       // the process that is to get the socket is not there
)

// Error is the reason's word.
func (e Errno) Error() string { return string(e) }
