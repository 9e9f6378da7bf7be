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
	k.removing = k.removing && s.bugs.has(bugStale) // it was not to be disconnected over this connection
	if p.Kernel().NoConnectAll {
		return
	}
	if k.known {
		s.sayInSync(p, k)
		return
	}
	s.begin(p, k, 0)
}

// begin begins a session, in answer to one of his, if that has a tag.
func (s *server) begin(p *sim.Proc, k *peer, his int) {
	if k.known || k.my != 0 {
		return
	}
	if k.early != nil { // his part comes again, behind ours
		otp.Cast(p, p.Self(), *k.early)
		k.early = nil
	}
	s.tags++
	k.my = s.tags
	s.castTo(p, k, initConnect{Node: p.Node(), Tag: k.my, Locker: s.locker, Answer: his})
	k.resolver = startResolver(p, k.node, k.my)
}

// initConnect hears that the other side has begun.
func (s *server) initConnect(p *sim.Proc, m initConnect) {
	k := s.peer(m.Node)
	switch {
	case !k.pending:
	case s.goesOn(p): // he has begun twice: once more, both
		s.sendCancel(p, k, m.Tag)
		s.restart(p, k)
	case m.Answer == k.my: // he has left his for ours
		p.Send(s.locker, cancel{node: k.node, tag: k.my})
	default: // he has begun another, and may not remember ours
		s.anew(p, k, m.Tag)
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

// restart ends a session and begins another, if there was one.
func (s *server) restart(p *sim.Proc, k *peer) {
	if k.my != 0 {
		s.anew(p, k, 0)
		return
	}
	k.session = session{}
	k.pending = false
}

// anew ends a session, if there is one, and begins another.
func (s *server) anew(p *sim.Proc, k *peer, his int) {
	s.cancel(p, k, k.my, nil, nil)
	k.session = session{}
	k.pending = false
	s.begin(p, k, his)
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
	s.castTo(p, k, resolved{Claim: s.claim(p, s.known()), Ops: m.his_, Tag: k.his})
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
	s.forgive(p, k.his_.Claim)
	his := s.stillKnown(k.his_.Claim)
	added := append([]sim.Atom{k.node}, his...)
	ops := s.fitting(p, append(k.ops, k.his_.Ops...), added)
	s.syncOthers(p, his)
	s.do(p, ops, k.lock)
	s.tellSyncers(p, k.node)
	for _, n := range his {
		s.end(p, s.peer(n), nil, nil)
	}
	s.end(p, k, &newNodes{Claim: s.claim(p, added), Ops: s.withNamesOf(ops, added), Lock: k.lock}, s.contacts())
	s.addKnown(p, added)
	k.synced = true
}

// newNodes hears of nodes that one we know has got to know. If we do not know him, or he has lost the lock here, those
// nodes will tell us that they know us, and wonder that we do not.
func (s *server) newNodes(p *sim.Proc, m newNodes) {
	if !s.bugs.has(bugStale) {
		if !s.peer(m.Node).known || !s.stillLocked(sim.PID{}, m.Lock) {
			return
		}
		m.Nodes = s.stillKnown(m.Claim)
		m.Ops = s.fitting(p, m.Ops, m.Nodes)
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

// fitting is what is to be done to our names, when we know those nodes besides. A process of any other node has been
// lost since the names were compared: nobody is to have its name.
func (s *server) fitting(p *sim.Proc, ops []Op, added []sim.Atom) []Op {
	if s.bugs.has(bugStale) {
		return ops
	}
	ops = slices.Clone(ops)
	for i, o := range ops {
		if n := o.PID.Node(); !o.PID.IsZero() && s.strange(p, n) && !slices.Contains(added, n) {
			ops[i] = Op{Entry{Name: o.Name}}
		}
	}
	return ops
}

// strange is whether we do not know a node.
func (s *server) strange(p *sim.Proc, n sim.Atom) bool { return n != p.Node() && !s.peer(n).known }

// withNamesOf is what others are to do who get to know nodes. They take all names of those nodes, not only what a
// session has changed, whatever they have heard before.
func (s *server) withNamesOf(ops []Op, added []sim.Atom) []Op {
	if s.bugs.has(bugStale) {
		return ops
	}
	for _, e := range s.entries() {
		told := func(o Op) bool { return o.PID == e.PID && equal(o.Name, e.Name) }
		if slices.Contains(added, e.PID.Node()) && !slices.ContainsFunc(ops, told) {
			ops = append(ops, Op{e})
		}
	}
	return ops
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
	for _, k := range s.peers {
		if k.told && !k.known && !k.removing && k.his_ == nil && !s.mayHearOf(p, k) {
			k.told = false
			s.castTo(p, k, stranger{p.Node()})
			s.anew(p, k, 0)
		}
	}
}

// mayHearOf is whether somebody may yet tell us of a node: whoever does holds the lock here, for a session of his
// or of ours. That with the node itself is none that counts, since the node has left it.
func (s *server) mayHearOf(p *sim.Proc, k *peer) bool {
	h := s.locks.at(theLock)
	if h == nil {
		return false
	}
	both, _ := h.requester.([]any)
	return !slices.ContainsFunc(both, lockerOf(p.Node())) || !slices.ContainsFunc(both, lockerOf(k.node))
}

func lockerOf(node sim.Atom) func(requester any) bool {
	return func(r any) bool { pid, is := r.(sim.PID); return is && pid.Node() == node }
}

// stranger hears that a node which we know does not know us.
func (s *server) stranger(p *sim.Proc, k *peer) {
	if !k.known || k.removing {
		return
	}
	p.Send(s.locker, removeFromKnown{k.node})
	k.known, k.synced = false, false
	s.dropOf(p, k.node)
	s.anew(p, k, 0)
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
	if again { // we have heard of it again since we had it disconnected: it is to come back, and begin anew
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
		s.tellLoss(p, k.node, lost)
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
