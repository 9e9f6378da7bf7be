package gentcp

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// Listen makes a socket to which others can connect at a port of this node; 0 is any that is free: see Sockname. The
// errors are ErrAddrInUse and ErrInvalid.
func Listen(p *sim.Proc, number int, opts ...Option) (Socket, error) {
	o, err := defaults().with(opts)
	if err != nil {
		return Socket{}, err
	}
	if number < 0 || number >= 1<<16 {
		return Socket{}, ErrInvalid
	}
	s := p.Listen(number, o.backlog, o.SocketOptions, &port{settings: o})
	if s == nil {
		return Socket{}, ErrAddrInUse
	}
	return s.ID(), nil
}

// Accept waits for somebody who connects. The new socket belongs to the caller, and has the options of the one that
// listens. The errors are ErrTimeout, ErrClosed and ErrInvalid.
func Accept(p *sim.Proc, l Socket, d time.Duration) (Socket, error) {
	s, k := find(p, l)
	switch {
	case s == nil:
		return Socket{}, absent(p, l)
	case s.State() != sim.SocketListening:
		return Socket{}, ErrInvalid
	}
	if len(k.acceptors) == 0 {
		if a := k.accept(s, p.Self()); a != nil {
			a.Driver().(*port).begin(a)
			return a.ID(), nil
		}
	}
	got, err := await(p, d, k.acceptors.add, k.acceptors.remove)
	if err != nil {
		return Socket{}, err
	}
	return got.(Socket), nil
}

// ErrNXDomain says that the world has no such node.
const ErrNXDomain Errno = "nxdomain"

// Connect connects to a port of a node, which may be the caller's own. The socket belongs to the caller. The errors
// are ErrConnRefused, ErrTimeout, ErrTimedOut, ErrNXDomain and ErrInvalid.
func Connect(p *sim.Proc, node sim.Atom, number int, d time.Duration, opts ...Option) (Socket, error) {
	o, err := defaults().with(opts)
	if err != nil {
		return Socket{}, err
	}
	if number < 1 || number >= 1<<16 {
		return Socket{}, ErrInvalid
	}
	k := &port{settings: o}
	s := p.Dial(node, number, o.SocketOptions, k)
	if s == nil {
		return Socket{}, ErrNXDomain
	}
	_, err = await(p, d, func(by waiter) { k.connector = by }, func(waiter) bool {
		waits := !k.connector.who.IsZero()
		k.connector = waiter{}
		return waits
	})
	if err != nil {
		s.Close()
		return Socket{}, err
	}
	return s.ID(), nil
}

// Send writes to a connection. It waits while too much is queued (HighWatermark, SendTimeout), not until anything has
// arrived: that it returns no error says nothing of the other end. The errors are ErrClosed, ErrTimeout, ErrNotConn,
// ErrTimedOut, and with ShowEconnreset ErrConnReset.
func Send(p *sim.Proc, id Socket, data []byte) error {
	s, k := find(p, id)
	if s == nil {
		return absent(p, id)
	}
	if err := k.writable(s); err != nil {
		return err
	}
	until := later(p.Now(), k.sendTimeout)
	for k.busy {
		if err := k.waitForRoom(p, s, until); err != nil {
			return err
		}
		if err := k.writable(s); err != nil {
			return err
		}
	}
	var room [4]byte
	s.Write(k.header(len(data), &room), data)
	if s.Queued() < k.high {
		return nil
	}
	k.busy = true
	return k.waitForRoom(p, s, until)
}

// writable says why a socket cannot be written to.
func (k *port) writable(s *sim.Socket) error {
	switch {
	case s.Closed(), k.mute && !k.gone:
		return ErrClosed
	case s.State() == sim.SocketListening:
		return ErrNotConn
	case k.gone && k.saySend != "":
		why := k.saySend
		k.saySend = ""
		return why
	case k.gone:
		return ErrNotConn
	case s.State() == sim.SocketOver:
		why := k.shown(s)
		k.gone, k.sayRecv, k.buf = true, why, nil
		return why
	}
	return nil
}

// waitForRoom waits until less is queued.
func (k *port) waitForRoom(p *sim.Proc, s *sim.Socket, until time.Duration) error {
	d := sim.Forever
	if until != sim.Forever {
		d = until - p.Now()
	}
	_, err := await(p, d, k.senders.add, k.senders.remove)
	if err == ErrTimeout && k.sendClose && !s.Closed() {
		k.abandon(s, ErrTimeout)
		if k.active.kind != activeFalse {
			k.end(s, ErrClosed)
		}
	}
	return err
}

func later(now, d time.Duration) time.Duration {
	if at := now + d; at >= now {
		return at
	}
	return sim.Forever
}

// Recv reads from a connection whose mode is False: n bytes, or, if that is 0, a packet, or of a raw stream whatever
// there is. The errors are ErrClosed at the end of the stream, even if fewer than n bytes are left, which are lost;
// ErrTimeout, after which nothing is lost; ErrInvalid, ErrAlready, ErrMsgSize, ErrNotConn once the end has been
// read, ErrTimedOut, and with ShowEconnreset ErrConnReset.
func Recv(p *sim.Proc, id Socket, n int, d time.Duration) ([]byte, error) {
	s, k := find(p, id)
	switch {
	case s == nil:
		return nil, absent(p, id)
	case s.State() == sim.SocketListening:
		return nil, ErrNotConn
	case n < 0, n > 0 && k.packet != Raw, k.active.kind != activeFalse:
		return nil, ErrInvalid
	case k.reader.waits(s):
		return nil, ErrAlready
	case k.gone && k.sayRecv != "":
		why := k.sayRecv
		k.sayRecv = ""
		return nil, why
	case k.gone:
		return nil, ErrNotConn
	}
	if b, err, done := k.read(s, n); done {
		if err != "" {
			return nil, err
		}
		return b, nil
	}
	got, err := await(p, d, func(by waiter) {
		by.n = n
		k.reader = by
	}, func(by waiter) bool {
		waits := k.reader.ref == by.ref
		if waits {
			k.reader = waiter{}
		}
		return waits
	})
	if err != nil {
		return nil, err
	}
	return got.([]byte), nil
}

// Close closes a socket. What was sent is still on its way, and the other end reads the end of the stream behind it;
// but if something has come that was not read, the connection is broken off. To close twice is no error.
func Close(p *sim.Proc, id Socket) error {
	s, k := find(p, id)
	if s == nil {
		return nil
	}
	if k.resetOnClose {
		s.Reset()
	} else {
		s.Close()
	}
	k.release(s)
	return nil
}

// How is which direction of a connection Shutdown ends.
type How uint8

// The directions.
const (
	Read How = iota
	Write
	ReadWrite
)

// Shutdown ends one direction of a connection, or both. The other end reads the end of the stream behind all that was
// sent, and may go on sending. The errors are ErrClosed and ErrNotConn.
func Shutdown(p *sim.Proc, id Socket, how How) error {
	s, k := find(p, id)
	switch {
	case s == nil:
		return absent(p, id)
	case s.State() != sim.SocketOpen, k.gone:
		return ErrNotConn
	}
	if how != Write {
		k.deaf = true
		k.pump(s)
	}
	if how != Read {
		k.mute = true
		s.Shutdown()
	}
	return nil
}

// SetOpts sets options of a socket: inet:setopts. The error is ErrInvalid.
func SetOpts(p *sim.Proc, id Socket, opts ...Option) error {
	s, k := find(p, id)
	if s == nil {
		return ErrInvalid
	}
	o, err := k.settings.with(opts)
	if err != nil {
		return err
	}
	k.settings = o
	s.Tune(o.SocketOptions)
	if s.State() != sim.SocketListening {
		k.begin(s)
	}
	return nil
}

// ActiveMode is the mode that a socket is in: inet:getopts. The error is ErrInvalid.
func ActiveMode(p *sim.Proc, id Socket) (Mode, error) {
	s, k := find(p, id)
	if s == nil {
		return False, ErrInvalid
	}
	return k.active, nil
}

// Pending is how many bytes are queued that were sent and that the system has not taken over yet: send_pend of
// inet:getstat. The error is ErrInvalid.
func Pending(p *sim.Proc, id Socket) (int, error) {
	s, _ := find(p, id)
	if s == nil {
		return 0, ErrInvalid
	}
	return s.Queued(), nil
}

// ControllingProcess makes a socket belong to another process of the node. The caller's unread messages from it go
// there too. The errors are ErrNotOwner, ErrClosed and, if that process is not there, ErrBadArg.
func ControllingProcess(p *sim.Proc, id Socket, to sim.PID) error {
	s, k := find(p, id)
	switch {
	case s == nil:
		return absent(p, id)
	case s.Owner() == to:
		return nil
	case s.Owner() != p.Self():
		return ErrNotOwner
	case !s.Alive(to):
		return ErrBadArg
	}
	mode := k.active
	k.active = False
	handOn(p, id, to)
	k.active = mode
	switch {
	case s.Closed(): // its last message has been handed on
		return nil
	case !s.Give(to):
		return ErrBadArg
	}
	k.begin(s)
	return nil
}

// handOn sends another process what the caller has in its mailbox from a socket.
func handOn(p *sim.Proc, id Socket, to sim.PID) {
	for {
		var m any
		if !p.Take(sim.Mark{}, func(e *sim.Msg) bool {
			from, is := about(e.Value())
			if is && from == id {
				m = e.Value()
			}
			return is && from == id
		}, 0) {
			return
		}
		p.Send(to, m)
	}
}

// Peername is the other end of a connection. The errors are ErrNotConn and ErrInvalid.
func Peername(p *sim.Proc, id Socket) (sim.Endpoint, error) {
	s, k := find(p, id)
	switch {
	case s == nil:
		return sim.Endpoint{}, ErrInvalid
	case s.State() == sim.SocketListening, s.State() == sim.SocketOver, k.gone:
		return sim.Endpoint{}, ErrNotConn
	}
	return s.There(), nil
}

// Sockname is where this end of a socket is. The error is ErrInvalid.
func Sockname(p *sim.Proc, id Socket) (sim.Endpoint, error) {
	s, _ := find(p, id)
	if s == nil {
		return sim.Endpoint{}, ErrInvalid
	}
	return s.Here(), nil
}

// find finds a socket and its driver; nil if it is closed, or somebody else's.
func find(p *sim.Proc, id Socket) (*sim.Socket, *port) {
	s := p.Socket(id)
	if s == nil {
		return nil, nil
	}
	k, is := s.Driver().(*port)
	if !is {
		return nil, nil
	}
	return s, k
}

// absent says why a socket was not found: it is closed, or of another node.
func absent(p *sim.Proc, id Socket) error {
	if id.Node != p.Node() {
		return ErrInvalid
	}
	return ErrClosed
}
