package gentcp

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
)

// port is the driver of a socket: what stands between it and the processes.
type port struct {
	settings
	buf       []byte // taken from the socket and not handed over
	reader    waiter
	senders   waiters
	acceptors waiters
	connector waiter
	busy      bool  // too much is queued: senders wait
	deaf      bool  // nobody wants to read any more
	mute      bool  // nothing may be written any more
	gone      bool  // the connection is over, and somebody has been told
	saySend   Errno // the next who sends is told so, and those after enotconn
	sayRecv   Errno // the next who reads
}

// Ready is called when something about the socket has changed.
func (k *port) Ready(s *sim.Socket) {
	switch {
	case s.Closed():
		k.release(s)
	case s.State() == sim.SocketListening:
		k.admit(s)
	case !k.connector.who.IsZero():
		k.connected(s)
	default:
		k.wakeSenders(s)
		k.pump(s)
	}
}

// release tells all who wait that the socket is closed.
func (k *port) release(s *sim.Socket) {
	if k.reader.waits(s) {
		k.reader.answer(s, ErrClosed)
	}
	k.reader = waiter{}
	k.senders.answer(s, ErrClosed)
	k.acceptors.answer(s, ErrClosed)
}

// connected tells who wanted to connect what became of it.
func (k *port) connected(s *sim.Socket) {
	by := k.connector
	switch s.State() {
	case sim.SocketOpen:
		k.connector = waiter{}
		by.answer(s, nil)
		k.begin(s)
	case sim.SocketOver:
		k.connector = waiter{}
		by.answer(s, Errno(s.Why()))
	}
}

// admit gives those who have connected to those who accept, first to first.
func (k *port) admit(s *sim.Socket) {
	for len(k.acceptors) > 0 {
		by := k.acceptors[0]
		if by.waits(s) {
			a := k.accept(s, by.who)
			if a == nil {
				return
			}
			by.answer(s, a.ID())
			a.Driver().(*port).begin(a)
		}
		k.acceptors.remove(by)
	}
}

// accept takes the first who has connected; nil if there is none.
func (k *port) accept(s *sim.Socket, by sim.PID) *sim.Socket {
	return s.Accept(by, &port{settings: k.settings})
}

// begin lets a connection be read that its owner knows.
func (k *port) begin(s *sim.Socket) {
	k.activate(s)
	k.pump(s)
}

// activate ends a mode that allows no message.
func (k *port) activate(s *sim.Socket) {
	if k.active.kind == activeN && k.active.left <= 0 {
		k.active = False
		s.Tell(s.Owner(), nil, sim.Ref{}, Passive{s.ID()})
	}
}

// pump hands over what there is to those who want it.
func (k *port) pump(s *sim.Socket) {
	if !k.reader.who.IsZero() {
		by := k.reader
		if by.waits(s) {
			b, err, done := k.read(s, by.n)
			if !done {
				return
			}
			k.reader = waiter{}
			if err != "" {
				by.answer(s, err)
			} else {
				by.answer(s, b)
			}
		}
		k.reader = waiter{}
	}
	for k.active.kind != activeFalse && !k.gone && !k.deaf {
		b, err, done := k.read(s, 0)
		switch {
		case !done:
			return
		case err != "":
			k.end(s, err)
			return
		}
		s.Tell(s.Owner(), nil, sim.Ref{}, Data{s.ID(), b})
		k.count(s)
	}
}

// count counts a message that was sent.
func (k *port) count(s *sim.Socket) {
	switch k.active.kind {
	case activeOnce:
		k.active = False
	case activeN:
		k.active.left--
		k.activate(s)
	}
}

// end tells the owner of an active socket that all has been read, and why.
func (k *port) end(s *sim.Socket, why Errno) {
	if why != ErrClosed {
		s.Tell(s.Owner(), nil, sim.Ref{}, Error{s.ID(), why})
	}
	s.Tell(s.Owner(), nil, sim.Ref{}, Closed{s.ID()})
	k.deaf = true
	if !k.gone { // and may be written to
		return
	}
	s.Close()
	k.release(s)
}

// read takes a packet, or n bytes, if they are there. Not done, they may come.
func (k *port) read(s *sim.Socket, n int) (b []byte, err Errno, done bool) {
	for {
		need := n - len(k.buf)
		if n == 0 {
			packet, size, least, bad := k.frame(k.buf)
			switch {
			case bad != nil:
				return nil, k.abandon(s, ErrMsgSize), true
			case least == 0:
				b = slices.Clone(packet)
				k.skip(size)
				return b, "", true
			}
			need = least - len(k.buf)
			if k.packet == Raw || k.packet == Line {
				need = k.buffer - len(k.buf)
			}
		} else if need <= 0 {
			b = slices.Clone(k.buf[:n])
			k.skip(n)
			return b, "", true
		}
		if s.Buffered() == 0 {
			break
		}
		k.buf = s.Read(k.buf, need)
	}
	if !s.Ended() && !k.deaf {
		return nil, "", false
	}
	return nil, k.lost(s), true
}

// skip forgets the first n bytes that were taken from the socket.
func (k *port) skip(n int) { k.buf = k.buf[:copy(k.buf, k.buf[n:])] }

// lost is what a reader is told at the end. Unless the socket stays, it is over with it.
func (k *port) lost(s *sim.Socket) Errno {
	if s.State() != sim.SocketOver && (k.stayOnClose || k.deaf) {
		return ErrClosed
	}
	why := k.shown(s)
	k.buf = nil
	k.gone = true
	k.saySend = why
	s.Shutdown()
	k.busy = false
	k.senders.answer(s, ErrClosed)
	return why
}

// abandon ends a connection that makes no sense any more.
func (k *port) abandon(s *sim.Socket, why Errno) Errno {
	k.buf, k.gone = nil, true
	s.Forget()
	s.Shutdown()
	k.busy = false
	k.senders.answer(s, ErrClosed)
	return why
}

// shown is why the connection is over, as its processes are told.
func (k *port) shown(s *sim.Socket) Errno {
	switch why := Errno(s.Why()); {
	case why == "", why == ErrConnReset && !k.showConnReset:
		return ErrClosed
	default:
		return why
	}
}

// wakeSenders lets senders go on when little is queued, or all is over.
func (k *port) wakeSenders(s *sim.Socket) {
	if s.State() == sim.SocketOver {
		k.busy = false
		k.senders.answer(s, k.shown(s))
	} else if k.busy && s.Queued() <= k.low {
		k.busy = false
		k.senders.answer(s, nil)
	}
}
