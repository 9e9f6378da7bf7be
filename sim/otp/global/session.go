package global

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// peer is what a node's global knows of another node.
type peer struct {
	node     sim.Atom
	up       bool   // connected
	known    bool   // our names are the same, or about to be
	pending  bool   // both have begun a session
	removing bool   // it is not known any more, and to be disconnected, because others have lost it
	synced   bool   // our names are the same
	told     bool   // he has said so, and we have not heard of him from others yet
	conn     uint64 // the connection that we have heard of; 0: none
	session
}

// session is how two nodes that connect come to have the same names. Each side gives it a tag of its own.
type session struct {
	my, his  int // the tags; 0: none yet
	resolver sim.PID
	early    *initConnect // his came before we heard that he is up
	lock     any          // the requester of the lock that both sides hold for it
	locked   bool         // we do
	names    *exchange    // his names came before we did
	ops      []Op         // what our resolver says is to be done here
	done     bool         // it has said so
	his_     *resolved    // his answer came before it did
}

// nodeUp begins a session with a node that has come up.
func (s *server) nodeUp(p *sim.Proc, node sim.Atom, conn uint64) {
	k := s.peer(node)
	k.up, k.conn = true, conn
	if p.Kernel().NoConnectAll {
		return
	}
	if k.known {
		s.sayInSync(p, k)
		return
	}
	s.begin(p, k)
}

// begin begins a session.
func (s *server) begin(p *sim.Proc, k *peer) {
	if k.known || k.my != 0 {
		return
	}
	if k.early != nil { // his part comes again, behind ours
		otp.Cast(p, p.Self(), *k.early)
		k.early = nil
	}
	s.tags++
	k.my = s.tags
	s.castTo(p, k, initConnect{Node: p.Node(), Tag: k.my, Locker: s.locker})
	k.resolver = startResolver(p, k.node, k.my)
}

// initConnect hears that the other side has begun.
func (s *server) initConnect(p *sim.Proc, m initConnect) {
	k := s.peer(m.Node)
	if k.pending { // he has begun twice: once more, both
		s.sendCancel(p, k, m.Tag)
		s.restart(p, k)
		if !s.goesOn(p) {
			return
		}
	}
	k.his = m.Tag
	if k.my == 0 { // we do not know yet that he is up
		k.early = &m
		return
	}
	p.Send(s.locker, hisTheLocker{him{node: k.node, locker: m.Locker, my: k.my, his: k.his}})
	if !s.bugs.has(bugDirect) {
		s.sendTo(p, k, initConnectAck{Node: p.Node(), Tag: k.his, SenderTag: k.my})
	}
	k.pending = true
}

// goesOn is whether the mistakes of OTP 25 are made: the session that has just been begun anew goes on with the tag
// of the one before.
func (s *server) goesOn(p *sim.Proc) bool { return s.bugs.has(bugReconnect) || p.Compat() == sim.OTP25 }

// verify hears which tags the other side has. If ours are others, both begin anew. If it speaks of a session that
// we have left for another already, he will hear of that: to begin anew for each such answer would never end
// (OTP-19381).
func (s *server) verify(p *sim.Proc, m initConnectAck) {
	k := s.peer(m.Node)
	switch {
	case k.my == m.Tag && k.his == m.SenderTag:
		return
	case k.my != m.Tag && k.my != 0 && !s.goesOn(p):
		return
	}
	s.sendCancel(p, k, m.SenderTag)
	s.restart(p, k)
}

// restart ends a session and begins another, if the node is up.
func (s *server) restart(p *sim.Proc, k *peer) {
	my := k.my
	s.cancel(p, k, my, nil, nil)
	k.session = session{}
	k.pending = false
	if my != 0 {
		s.begin(p, k)
	}
}

// current is the peer whose session has that tag. If it has another, the one meant is over, and the locker is told.
func (s *server) current(p *sim.Proc, node sim.Atom, tag int) *peer {
	k := s.peer(node)
	if k.my == tag && tag != 0 {
		return k
	}
	s.cancel(p, k, tag, nil, nil)
	return nil
}

// cancel ends the part of the locker and of the resolver in a session. Before the locker unlocks, it tells those.
func (s *server) cancel(p *sim.Proc, k *peer, tag int, tell *newNodes, whom []contact) {
	if tag == 0 {
		return
	}
	p.Send(s.locker, cancel{k.node, tag, tell, whom})
	if k.my != tag {
		return
	}
	if k.pending {
		s.sendCancel(p, k, k.his)
	}
	if !k.resolver.IsZero() {
		p.Exit(k.resolver, sim.Kill)
		k.resolver = sim.PID{}
	}
}

func (s *server) sendCancel(p *sim.Proc, k *peer, tag int) {
	if !s.bugs.has(bugDirect) {
		s.sendTo(p, k, cancelConnect{Node: p.Node(), Tag: tag})
	}
}

// lockIsSet hears that both sides are locked as far as we are concerned: now the names.
func (s *server) lockIsSet(p *sim.Proc, k *peer, lock any) {
	s.castTo(p, k, exchange{Node: p.Node(), Names: s.entries(), Tag: k.his})
	k.lock, k.locked = lock, true
	s.compare(p, k)
}

// exchange takes his names.
func (s *server) exchange(p *sim.Proc, k *peer, names []Entry) {
	k.names = &exchange{Names: names}
	s.compare(p, k)
}

// compare lets the resolver compare the names when there are both.
func (s *server) compare(p *sim.Proc, k *peer) {
	if k.locked && k.names != nil {
		p.Send(k.resolver, resolve{k.names.Names})
		k.locked, k.names = false, nil
	}
}

// exchanged hears what the resolver says, and tells the other side.
func (s *server) exchanged(p *sim.Proc, k *peer, m exchangeOps) {
	k.resolver = sim.PID{}
	s.castTo(p, k, resolved{Node: p.Node(), Ops: m.his_, Known: s.known(), Tag: k.his})
	k.ops, k.done = m.mine, true
	s.conclude(p, k)
}

// hisResolved hears what his resolver says.
func (s *server) hisResolved(p *sim.Proc, k *peer, m resolved) {
	k.his_ = &m
	s.conclude(p, k)
}

// conclude does what both resolvers have said, when they have, and tells the others: those that we knew are told by
// the locker, before it unlocks them.
func (s *server) conclude(p *sim.Proc, k *peer) {
	if !k.done || k.his_ == nil {
		return
	}
	ops, his := append(k.ops, k.his_.Ops...), k.his_.Known
	s.syncOthers(p, his)
	s.do(p, ops, k.lock)
	s.tellSyncers(p, k.node)
	for _, n := range his {
		s.end(p, s.peer(n), nil, nil)
	}
	added := append([]sim.Atom{k.node}, his...)
	s.end(p, k, &newNodes{Node: p.Node(), Ops: ops, Nodes: added, Lock: k.lock, Op: s.ops, Creation: p.Creation(p.Node())}, s.contacts())
	s.addKnown(p, added)
	k.synced = true
}

// newNodes hears of nodes that one we know has got to know.
func (s *server) newNodes(p *sim.Proc, m newNodes) {
	if !s.bugs.has(bugStale) {
		if !s.peer(m.Node).known {
			return
		}
		m = s.stillFound(m)
		for _, n := range m.Nodes {
			if k := s.peer(n); n != p.Node() && !k.known {
				s.end(p, k, nil, nil)
			}
		}
	}
	added := s.addKnown(p, m.Nodes)
	s.syncOthers(p, added)
	s.do(p, m.Ops, m.Lock)
}

// stillFound is newNodes without those that its sender has lost since: its locker tells of the finding, it tells of
// the loss itself, and so may be heard first.
func (s *server) stillFound(m newNodes) newNodes {
	gone := func(n sim.Atom) bool { r := s.losses[loss{m.Node, n}]; return r.creation == m.Creation && r.op > m.Op }
	m.Nodes = slices.DeleteFunc(slices.Clone(m.Nodes), gone)
	m.Ops = slices.DeleteFunc(slices.Clone(m.Ops), func(o Op) bool { return !o.PID.IsZero() && gone(o.PID.Node()) })
	return m
}

// inSync hears that a node has connected to us which we have in common with a third. If we do not know it yet, the
// third will tell us, as long as it holds the lock here.
func (s *server) inSync(p *sim.Proc, k *peer) {
	if !k.known && !s.bugs.has(bugStale) {
		k.told = true
		s.doubt(p)
		return
	}
	s.tellSyncers(p, k.node)
	k.synced = true
	s.end(p, k, nil, nil)
}

// doubt begins anew with those that know us, and whom we do not know, if nobody is left who could tell us of them: who
// would have was lost.
func (s *server) doubt(p *sim.Proc) {
	abroad := func(o holder) bool { return o.pid.Node() != p.Node() }
	if h := s.locks.at(theLock); h != nil && slices.ContainsFunc(h.holders, abroad) {
		return
	}
	for _, k := range s.peers {
		if k.told && !k.known && k.his_ == nil {
			k.told = false
			s.castTo(p, k, stranger{p.Node()})
			s.restart(p, k)
		}
	}
}

// stranger hears that a node which we know does not know us.
func (s *server) stranger(p *sim.Proc, k *peer) {
	if !k.known || k.removing {
		return
	}
	s.cancel(p, k, k.my, nil, nil)
	p.Send(s.locker, removeFromKnown{k.node})
	k.session = session{}
	k.pending, k.known, k.synced = false, false, false
	s.begin(p, k)
}

// addKnown makes nodes known, and says which were not.
func (s *server) addKnown(p *sim.Proc, nodes []sim.Atom) []sim.Atom {
	var added []sim.Atom
	for _, n := range nodes {
		if k := s.peer(n); n != p.Node() && !k.known {
			k.known = true
			added = append(added, n)
			if k.told {
				k.told, k.synced = false, true
				s.tellSyncers(p, n)
			}
			if k.my == 0 && k.conn != 0 {
				s.sayInSync(p, k)
			}
		}
	}
	p.Send(s.locker, addToKnown{added})
	return added
}

// do does to our names what a session has found to be done.
func (s *server) do(p *sim.Proc, ops []Op, lock any) {
	for _, o := range ops {
		if !o.PID.IsZero() {
			s.insert(p, o.Name, o.PID, o.Method, sim.PID{}, lock)
		}
	}
	for _, o := range ops {
		if o.PID.IsZero() {
			s.drop(p, o.Name)
		}
	}
}

// entries is the names, for another node.
func (s *server) entries() []Entry {
	var list []Entry
	for _, r := range s.names.rows {
		list = append(list, Entry{r.value.name, r.value.pid, r.value.method})
	}
	return list
}

// loss of a node, as far as global is concerned.
type parting uint8

const (
	lost    parting = iota // the connection is gone: others must know (POP1)
	removed                // it will be: others have lost the node
	ignored                // it is gone, and that is as it should be
)

// disconnected hears that a connection is over. Who has something here from that node has not any more, even if
// we watch him over the next connection, because what he asked for came over the last and was looked at late: he
// has been told that we are gone (OTP-19381).
func (s *server) disconnected(p *sim.Proc, k *peer, how parting) {
	again := k.removing && k.known && how == lost && !s.bugs.has(bugStale)
	k.up, k.told, k.conn = false, false, 0
	s.nodeDown(p, k, how)
	if again { // we have heard of it again since we had it disconnected
		s.addKnown(p, []sim.Atom{k.node})
		s.syncOthers(p, []sim.Atom{k.node})
	}
	if !s.goesOn(p) && !s.isBack(p, k.node) {
		s.forgetOf(p, k.node)
	}
}

// nodeDown ends what there is with a node that is gone.
func (s *server) nodeDown(p *sim.Proc, k *peer, how parting) {
	s.cancel(p, k, k.my, nil, nil)
	p.Send(s.locker, removeFromKnown{k.node})
	k.session = session{}
	switch {
	case how == removed:
		k.removing = true
	case how == ignored || k.removing:
		k.removing = false
	default:
		s.tellLoss(p, k.node)
	}
	k.pending, k.known, k.synced = false, false, false
	if !s.bugs.has(bugStale) && !s.isBack(p, k.node) { // who shares our names has them no more
		s.dropOf(p, k.node)
	}
}

// unreachable hears that a node that others know could not be reached.
func (s *server) unreachable(p *sim.Proc, k *peer) {
	if k.conn != 0 && !s.bugs.has(bugStale) { // it has reached us
		return
	}
	for _, pid := range s.syncers {
		p.Send(pid, sim.NodeDown{Node: k.node})
	}
	s.nodeDown(p, k, lost)
	k.up = false
}

// syncOthers connects to nodes that another knows, so that all are connected to all (NK11).
func (s *server) syncOthers(p *sim.Proc, nodes []sim.Atom) {
	for _, n := range without(nodes, p.Node()) {
		p.SpawnOpt("sync_other", func(p *sim.Proc) {
			if !reach(p, n) {
				p.Report("warning", p.Self(), sim.Tuple{sim.Atom("failed_to_connect"), p.Node(), n})
				p.Send(serverName, extraNodedown{n})
				return
			}
			if s.bugs.has(bugStale) {
				otp.Cast(p, at(n), inSync{p.Node()})
			}
		}, sim.SpawnOptions{Hidden: true})
	}
}

// reach connects to a node, if a signal to it may (NK3).
func reach(p *sim.Proc, n sim.Atom) bool {
	if p.Kernel().AutoConnect == sim.ConnectAlways || slices.Contains(p.NodesOf(sim.ConnectedNodes), n) {
		return p.ConnectNode(n)
	}
	_, err := otp.Call(p, at(n), getKnown{}, otp.Within(sim.Forever))
	return err == nil || p.Kernel().AutoConnect == sim.ConnectOnce && comes(p, n)
}

// comes waits for a node that we may not connect to any more: it may be about to connect to us.
func comes(p *sim.Proc, n sim.Atom) bool {
	const passive = 2 * time.Second
	p.MonitorNodes(true, sim.NodeMonitor{Kind: sim.ConnectedNodes})
	if slices.Contains(p.NodesOf(sim.ConnectedNodes), n) {
		return true
	}
	_, up := p.Await(sim.Mark{}, func(m *sim.Msg) bool {
		e, is := m.Body().(sim.NodeUp)
		return is && e.Node == n
	}, passive)
	return up
}
