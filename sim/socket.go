package sim

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Port is the identity of a socket, as Erlang's port identifiers are: a comparable value that means something on its
// own node only, in the life of it in which the socket was made.
type Port struct {
	Node Atom
	Life uint32 // of the node, from 1
	N    uint64 // its number among the sockets of that life
}

// String prints #Port<b.3>.
func (id Port) String() string { return fmt.Sprintf("#Port<%s.%d>", string(id.Node), id.N) }

// Endpoint is where one end of a connection is: a node and a port number there.
type Endpoint struct {
	Node Atom
	Port int
}

// String prints b:8080.
func (e Endpoint) String() string { return fmt.Sprintf("%s:%d", string(e.Node), e.Port) }

// A Driver is what stands between a socket and the processes that use it: gen_tcp's, say. The world calls Ready while
// no process runs, whenever something about the socket has changed: it is connected, or over; there is more to
// read, or room to write; somebody waits to be accepted. A Driver looks, and sends with Tell; it must not block.
type Driver interface{ Ready(s *Socket) }

// SocketOptions are what a socket is told of the ways of TCP. The zero value is ordinary.
type SocketOptions struct {
	RecBuf      int           // bytes that wait to be read, before the other end must stop; 0: 128 KiB
	SndBuf      int           // bytes of what is sent that outlive the node's Erlang; 0: 128 KiB
	NoDelay     bool          // small writes never wait for an acknowledgement of those before
	Keepalive   bool          // after two hours of silence the other end is asked whether it is there
	UserTimeout time.Duration // how long what was sent may go without an acknowledgement; 0: 15m24.6s, as Linux has it
}

// Defaults and Linux's numbers.
const (
	defaultBuffer  = 128 << 10
	userTimeout    = 924_600 * time.Millisecond // 15 retransmissions
	persistTime    = 60 * time.Second           // how long a closed window is left alone
	keepIdle       = 2 * time.Hour
	keepPatience   = 9 * 75 * time.Second
	arriveTime     = 63 * time.Second // how long who was let in may take for the last step
	lingerTime     = 60 * time.Second // how long one that is closed and has said all waits for the other to say so
	synRetries     = 6                // after 1s, 3s, 7s … 63s; at 127s it is over
	segmentMax     = 64 << 10
	segmentHead    = 40
	nagleBelow     = 1460
	ephemeralFirst = 32768
)

func (o *SocketOptions) fill() {
	if o.RecBuf <= 0 {
		o.RecBuf = defaultBuffer
	}
	if o.SndBuf <= 0 {
		o.SndBuf = defaultBuffer
	}
	if o.UserTimeout <= 0 {
		o.UserTimeout = userTimeout
	}
}

// SocketState is where a socket is in its life.
type SocketState uint8

// The states.
const (
	SocketListening  SocketState = iota + 1
	SocketConnecting             // it has asked, and waits for an answer
	SocketArriving               // it was asked, and waits for the last step
	SocketOpen                   // either end may have said its last word
	SocketOver                   // nothing is sent any more; what has come can be read
)

// Socket is what an operating system has of a TCP socket: one end of a stream of bytes between two nodes, or of one
// node with itself, or a place where others may connect. It belongs to a process: when that ends it is closed.
// Processes know it by its Port; Socket is for the Driver, and for the functions that a process of the node calls.
type Socket struct {
	w      *World
	at     int // where among the world's sockets it is
	of     *Node
	id     Port
	key    uint64
	driver Driver
	owner  *term.Identity // nil: the machine's own
	state  SocketState
	why    Atom // of one that is over: econnrefused, econnreset, etimedout; "" if it was closed here
	o      SocketOptions
	here   Endpoint
	there  Endpoint

	door   *door   // of one that listens
	lobby  *Socket // of one that has not been accepted: where it waits
	tries  int     // how often it has asked to connect
	wire   *wire   // nil: nothing can be sent or received any more
	side   int
	closed bool // nobody reads any more; what was written is still on its way

	out     bytequeue // written, and not sent
	bye     bool      // the end of what is written is to be told when all is sent
	byeSent bool
	sent    uint64 // bytes, and one for the end
	acked   uint64 // of those, how many have arrived
	limit   uint64 // so much may be sent
	nagling bool   // what is small waits until all is acknowledged
	cuts    uint64 // draws of segments so far
	gate    gate

	in      bytequeue // arrived, and not read
	got     uint64    // bytes that have arrived
	gotBye  bool
	taken   uint64 // bytes read
	told    uint64 // the other end knows that it may send so much
	owesAck bool

	since   time.Duration // when what it waits for was last seen to go forward
	heard   time.Duration // when anything came
	probing bool
	watch   *timer
	watches uint64
	severed bool // somebody between the ends has closed the connection
}

// tcp is what a world has of sockets.
type tcp struct {
	sockets []*Socket // in no order that matters: all that are not over
	toxics  []*toxic
	toxicID ToxicID
	spare   *segment
	pieces  []piece
}

// ports is what a node has of them.
type ports struct {
	byID      map[uint64]*Socket
	listening map[int]*Socket
	count     uint64
	ephemeral int
}

// forgetSockets begins anew.
func (w *World) forgetSockets() { w.tcp = tcp{spare: w.tcp.spare, pieces: w.tcp.pieces} }

// needNet makes a net for a world of one node, whose sockets are its first use of one.
func (w *World) needNet() {
	if w.net == nil {
		w.foundNet([]NodeSpec{*w.nodes[0].spec})
	}
}

func (w *World) newSocket(n *Node, key uint64, owner *Proc, o SocketOptions, d Driver) *Socket {
	o.fill()
	n.ports.count++
	s := &Socket{w: w, of: n, key: key, driver: d, o: o, id: Port{n.home.Node, n.home.Creation, n.ports.count}}
	s.here.Node = n.home.Node
	if n.ports.byID == nil {
		n.ports.byID, n.ports.listening = map[uint64]*Socket{}, map[int]*Socket{}
		n.ports.ephemeral = int(n.home.Creation-1) * 1009 // connections of another life are others
	}
	n.ports.byID[s.id.N] = s
	s.at = len(w.tcp.sockets)
	w.tcp.sockets = append(w.tcp.sockets, s)
	if owner != nil {
		s.own(owner)
	}
	return s
}

func (p *Proc) newSocket(o SocketOptions, d Driver) *Socket {
	p.w.needNet()
	_, n := p.nextOrdinal("#socket") // no process is called that
	p.charge(redOther)
	return p.w.newSocket(p.node, choice.Child(p.id.Key, "#socket", n), p, o, d)
}

// Socket finds a socket of this node that has not been closed; nil if there is none.
func (p *Proc) Socket(id Port) *Socket {
	if !p.acts() || id.Node != p.node.home.Node || id.Life != p.node.home.Creation {
		return nil
	}
	p.charge(redOther)
	return p.node.ports.byID[id.N]
}

// Listen makes a socket to which others can connect at a port of this node; 0 is any that is free. Beside one,
// backlog of those who have connected may wait to be accepted. It returns nil if somebody listens there.
func (p *Proc) Listen(port, backlog int, o SocketOptions, d Driver) *Socket {
	if !p.acts() || p.node.ports.listening[port] != nil {
		return nil
	}
	s := p.newSocket(o, d)
	if port == 0 {
		port = p.node.freePort()
	}
	s.here.Port, s.state, s.door = port, SocketListening, &door{backlog: max(backlog, 0)}
	p.node.ports.listening[port] = s
	p.w.noteSocket(s, "listen")
	return s
}

// freePort is a port at which nobody listens.
func (n *Node) freePort() int {
	for {
		port := ephemeralFirst + n.ports.ephemeral%(1<<16-ephemeralFirst)
		n.ports.ephemeral++
		if n.ports.listening[port] == nil {
			return port
		}
	}
}

// ID is by what processes know the socket.
func (s *Socket) ID() Port { return s.id }

// Driver is the one it was made with.
func (s *Socket) Driver() Driver { return s.driver }

// State is where it is in its life.
func (s *Socket) State() SocketState { return s.state }

// Closed reports whether it has been closed: then it is nobody's any more.
func (s *Socket) Closed() bool { return s.closed }

// Why says why it is over: econnrefused, econnreset, etimedout, or nothing if it was closed at this end.
func (s *Socket) Why() Atom { return s.why }

// Here is this end of it.
func (s *Socket) Here() Endpoint { return s.here }

// There is the other end of a connection; none if it is not connected.
func (s *Socket) There() Endpoint { return s.there }

// Options are how it is set.
func (s *Socket) Options() SocketOptions { return s.o }

// Tune sets it. It counts for what comes.
func (s *Socket) Tune(o SocketOptions) {
	o.fill()
	s.o = o
	s.widen()
	s.tend()
}

// Owner is the process it belongs to.
func (s *Socket) Owner() PID { return term.NewPID(s.owner) }

// Give makes the socket belong to another process of the node. It reports whether that one is alive.
func (s *Socket) Give(to PID) bool {
	q := s.alive(to)
	if q == nil {
		return false
	}
	s.disown()
	s.own(q)
	return true
}

// Alive reports whether a process of the socket's node is alive.
func (s *Socket) Alive(pid PID) bool { return s.alive(pid) != nil }

func (s *Socket) alive(pid PID) *Proc {
	if q := s.w.alive(pid.Identity()); q != nil && q.node == s.of {
		return q
	}
	return nil
}

func (s *Socket) own(q *Proc) {
	s.owner = q.id
	q.rarely().sockets.put(s, struct{}{})
}

func (s *Socket) disown() {
	if q := s.w.alive(s.owner); q != nil {
		q.ext().sockets.remove(s)
	}
	s.owner = nil
}

// Tell sends a message from the socket to a process of its node. It reports whether that one is alive.
func (s *Socket) Tell(to PID, tag *Tag, ref Ref, body any) bool {
	q := s.alive(to)
	if q == nil {
		return false
	}
	s.w.deliver(q, tag, ref, body)
	return true
}

// changed lets the driver look, if somebody has the socket.
func (s *Socket) changed() {
	if !s.closed && s.driver != nil {
		s.driver.Ready(s)
	}
}

// noteSocket takes the fact that a socket changed.
func (w *World) noteSocket(s *Socket, what string) {
	w.note(trace.Socket, s.owner, nil, choice.ID(what)^s.key)
	if w.log.Keeping() || w.cfg.Observer != nil {
		about := Tuple{s.id, s.here}
		if s.there != (Endpoint{}) {
			about = append(about, s.there)
		}
		if s.why != "" {
			about = append(about, s.why)
		}
		w.tellText(trace.Socket, s.owner, nil, what, about)
	}
}

// bytequeue is bytes in the order in which they came.
type bytequeue struct {
	b    []byte
	head int
}

func (q *bytequeue) len() int { return len(q.b) - q.head }

func (q *bytequeue) push(data []byte) {
	if q.head > 0 && len(q.b)+len(data) > cap(q.b) {
		q.b = q.b[:copy(q.b, q.b[q.head:])]
		q.head = 0
	}
	q.b = append(q.b, data...)
}

// pop takes out the first n bytes, and appends them to into.
func (q *bytequeue) pop(into []byte, n int) []byte {
	into = append(into, q.b[q.head:q.head+n]...)
	if q.head += n; q.head == len(q.b) {
		q.b, q.head = q.b[:0], 0
	}
	return into
}

// keep forgets all but the first n bytes.
func (q *bytequeue) keep(n int) { q.b = q.b[:q.head+min(n, q.len())] }
