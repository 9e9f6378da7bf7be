package global

import (
	"slices"
	"strings"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Start starts what the kernel of a node starts for global: the global_name_server, which starts the_locker and
// the_registrar. It is for the node's Boot. The error is that it runs already. If any of the three ends, the node
// halts: the kernel cannot do without (GLB14).
func Start(p *sim.Proc) error { return start(p, bugsOf(p.Compat())|planted(p.Mutant())) }

func start(p *sim.Proc, bugs bug) error {
	if pid, running := p.Whereis(serverName); running {
		return otp.AlreadyStarted(pid)
	}
	_, err := otp.StartHandler(p, "kernel_sup", &kernel{bugs: bugs}, otp.StartOptions{Hidden: true})
	return err
}

// kernel is the supervisor above the global_name_server. It gives up at once, and with it the node.
type kernel struct {
	bugs   bug
	server sim.PID
}

// Start starts the server.
func (k *kernel) Start(p *sim.Proc) {
	p.TrapExit(true)
	s := newServer(k.bugs)
	started, err := otp.StartHandler(p, string(serverName), s, otp.StartOptions{Link: true, Hidden: true})
	if err != nil {
		otp.InitFail(p, err)
		p.Terminate(sim.Normal)
		return
	}
	k.server = started.PID
	otp.InitAck(p, nil)
}

// Handle waits for the server's end.
func (k *kernel) Handle(p *sim.Proc, m *sim.Msg) {
	if otp.IsExit(m, k.server) {
		p.HaltNode("kernel: global_name_server ended: " + term.Format(m.Body()))
	}
}

// server is the global_name_server.
type server struct {
	gen.Core
	*tables
	peers     []*peer // every node ever heard of, by name
	locker    sim.PID
	registrar sim.PID
	syncers   []sim.PID
	tags      int             // how many sessions there were
	ops       int             // how many losses of connections were told
	losses    map[loss]report // what others have told
}

// spec is what a gen_server of that name is.
var spec = &gen.Spec{Behaviour: "gen_server", Name: serverName}

func newServer(bugs bug) *server {
	s := &server{Core: gen.NewCore(spec, gen.Linked), tables: newTables(), losses: map[loss]report{}}
	s.tables.bugs, s.tables.server = bugs, s
	return s
}

// Start is init: the tables, the processes, the nodes.
func (s *server) Start(p *sim.Proc) {
	if !s.Begin(p) {
		return
	}
	p.TrapExit(true)
	p.Share(shareKey, s.tables)
	s.locker, _ = p.SpawnOpt("the_locker", newLocker(s.tables, p.Self()).run, sim.SpawnOptions{Link: true, Hidden: true})
	s.registrar, _ = p.SpawnOpt("the_registrar", registrar, sim.SpawnOptions{Link: true, Hidden: true})
	s.tags = int(p.Creation(p.Node())) << 20 // so that no life has the tags of another
	p.MonitorNodes(true, sim.NodeMonitor{ID: true})
	for _, n := range p.Nodes() { // somebody was quicker than we are
		s.nodeUp(p, n, p.ConnectionID(n))
	}
	otp.InitAck(p, nil)
}

// Handle is one turn of the server's loop.
func (s *server) Handle(p *sim.Proc, m *sim.Msg) {
	switch e := s.Sort(m); e.Kind {
	case gen.Call:
		s.call(p, e.Body, e.From)
	case gen.Cast:
		s.cast(p, e.Body)
	case gen.System:
		s.System(p, s, e)
	case gen.ParentExit:
		s.Exit(p, e.Body)
	case gen.Info:
		s.info(p, e.Body)
	}
}

// call is handle_call.
func (s *server) call(p *sim.Proc, req any, from otp.From) {
	switch r := req.(type) {
	case registrarCall:
		p.Send(s.registrar, transaction{r.do, from})
	case register:
		if s.listensTo(p, from) {
			s.insert(p, r.Name, r.PID, r.Method, from.PID, nil)
		}
		otp.ReplyTo(p, from, r, true)
	case unregister:
		if s.listensTo(p, from) {
			s.drop(p, r.Name)
		}
		otp.ReplyTo(p, from, r, true)
	case setLock:
		otp.ReplyTo(p, from, r, s.lock(p, r.Lock, from.PID))
	case delLock:
		if h, ours := s.canSet(r.Lock); ours && h != nil {
			s.unlock(p, h, from.PID, false)
		}
		otp.ReplyTo(p, from, r, true)
	case getKnown:
		otp.ReplyTo(p, from, r, s.known())
	case getNames:
		otp.ReplyTo(p, from, r, s.entries())
	case setNames:
		if s.listensTo(p, from) {
			s.setNames(p, r, from.PID)
		}
		otp.ReplyTo(p, from, r, true)
	case syncCall:
		s.sync(p, r.nodes, from)
	case disconnectCall:
		otp.ReplyTo(p, from, r, s.disconnect(p))
	default:
		s.unexpected(p, req)
	}
}

// listensTo is whether a change of names comes from a node that shares ours. OTP does not ask.
func (s *server) listensTo(p *sim.Proc, from otp.From) bool {
	n := from.PID.Node()
	return n == p.Node() || s.bugs.has(bugStranger) || s.peer(n).known
}

// cast is handle_cast.
func (s *server) cast(p *sim.Proc, msg any) {
	switch m := msg.(type) {
	case initConnect:
		s.initConnect(p, m)
	case lockIsSet:
		if k := s.current(p, m.node, m.tag); k != nil {
			s.lockIsSet(p, k, m.lock)
		}
	case exchange:
		if k := s.current(p, m.Node, m.Tag); k != nil {
			s.exchange(p, k, m.Names)
		}
	case exchangeOps:
		if k := s.current(p, m.node, m.tag); k != nil {
			s.exchanged(p, k, m)
		}
	case resolved:
		if k := s.current(p, m.Node, m.Tag); k != nil {
			s.hisResolved(p, k, m)
		}
	case newNodes:
		s.newNodes(p, m)
	case inSync:
		s.inSync(p, s.peer(m.Node))
	case stranger:
		s.stranger(p, s.peer(m.Node))
	case lockSet: // for the locker, if it is of this session
		if k := s.peer(m.Locker.Node()); k.my == m.Tag && k.my != 0 {
			p.Send(s.locker, m)
		}
	default:
		s.unexpected(p, msg)
	}
}

// info is handle_info.
func (s *server) info(p *sim.Proc, msg any) {
	switch m := msg.(type) {
	case sim.Down:
		s.down(p, m)
	case sim.NodeUp:
		s.nodeUp(p, m.Node, connectionOf(m))
	case sim.NodeDown:
		s.disconnected(p, s.peer(m.Node), lost)
	case extraNodedown:
		s.unreachable(p, s.peer(m.node))
	case initConnectAck:
		s.verify(p, m)
	case cancelConnect:
		if k := s.peer(m.Node); k.my == m.Tag && k.my != 0 {
			s.restart(p, k)
		}
	case lostConnection:
		s.lostConnection(p, m)
	case removeConnection:
		s.removeConnection(p, s.peer(m.Node))
	case sim.Exit:
		s.exit(p, m)
	default:
		s.unexpected(p, msg)
	}
}

// exit hears that a process of the server's own has ended. Without the locker or the registrar there is no going on.
func (s *server) exit(p *sim.Proc, m sim.Exit) {
	switch m.From {
	case s.locker:
		s.Exit(p, sim.Tuple{sim.Atom("locker_died"), m.Reason})
	case s.registrar:
		s.Exit(p, sim.Tuple{sim.Atom("registrar_died"), m.Reason})
	default:
		s.syncers = slices.DeleteFunc(s.syncers, func(pid sim.PID) bool { return pid == m.From })
	}
}

// unexpected tells of a message that nobody knows. It is not answered.
func (s *server) unexpected(p *sim.Proc, msg any) {
	p.Report("warning", p.Self(), sim.Tuple{sim.Atom("unexpected_message"), msg})
}

// peer is what is known of a node.
func (s *server) peer(node sim.Atom) *peer {
	i, ok := slices.BinarySearchFunc(s.peers, node, func(k *peer, n sim.Atom) int { return strings.Compare(string(k.node), string(n)) })
	if !ok {
		s.peers = slices.Insert(s.peers, i, &peer{node: node})
	}
	return s.peers[i]
}

// known lists the nodes whose names and ours are the same.
func (s *server) known() []sim.Atom {
	return s.those(func(k *peer) bool { return k.known })
}

func (s *server) those(want func(k *peer) bool) []sim.Atom {
	var nodes []sim.Atom
	for _, k := range s.peers {
		if want(k) {
			nodes = append(nodes, k.node)
		}
	}
	return nodes
}

// at is the name server of a node.
func at(node sim.Atom) sim.Addr { return term.NameAt{Name: serverName, Node: node} }

// What package sys shows, and may not do.

// SystemState is what sys.GetState shows.
func (s *server) SystemState(*sim.Proc) any { return s.look() }

// SystemReplaceState does nothing: the state is more than what is shown.
func (s *server) SystemReplaceState(*sim.Proc, any) {}

// SystemCodeChange does nothing.
func (s *server) SystemCodeChange(*sim.Proc, any, any) error { return nil }

// SystemTerminate ends the server.
func (s *server) SystemTerminate(p *sim.Proc, reason sim.Reason) { s.Exit(p, reason) }

// SystemContinue does nothing: the server has no time-outs.
func (s *server) SystemContinue(*sim.Proc) {}

// SystemModule is the module's name.
func (s *server) SystemModule() string { return "global" }
