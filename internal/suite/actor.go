package suite

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// actor is a process that does what it is told and remembers what it must hear.
type actor struct {
	*crowd
	index      int
	node       sim.Atom
	traps      bool
	pid        sim.PID
	watches    []watching
	links      []tie
	nodesUp    []sim.Atom
	nodesDown  []sim.Atom // of which it has heard that they went
	last, sent []count
	calling    bool
	killed     bool // somebody has killed it
	toldNormal bool
	exited     []sim.PID // who sent it an exit signal by hand
}

// watching is a monitor.
type watching struct {
	ref  sim.Ref
	to   sim.PID
	conn uint64 // of the connection that it was made over; 0: not known
	over bool
}

// tie is what an actor knows of its link with another.
type tie struct {
	to     sim.PID
	conn   uint64
	stands bool
	cut    bool // unlinked, and not linked since by us
	theirs bool // the other has linked, now or ever
	// doubted: the other has unlinked, now or ever. A link that we make while that is under way is one that we have already.
	doubted bool
	due     int // exit messages that were there already when it was unlinked
}

type count struct {
	who sim.PID
	n   int
}

// numbered is a message that must not overtake the one before it.
type numbered struct{ N int }

// deed is something that an actor is told to do, or that befalls it.
type deed struct {
	kind  deedKind
	who   int
	whom  int
	how   int
	wait  time.Duration
	where sim.Atom
}

type deedKind uint8

const (
	doEnd deedKind = iota
	doLink
	doUnlink
	doMonitor
	doDemonitor
	doSend
	doKill
	doExit
	doCall
	doStart
	doBusy
	doDisconnect
	deedKinds = iota
)

func (o *deed) draw(d *draws, id uint64, c *crowd, i int) {
	n := len(c.actors)
	o.kind = deedKind(d.value(id, 1, deedKinds))
	o.who, o.whom = d.value(id, 2, n), d.value(id, 3, n)
	if i > 0 && d.value(id, 7, 3) > 0 { // stay with the same two
		last := c.deeds[i-1]
		o.who, o.whom = last.who, last.whom
		if d.value(id, 8, 3) == 2 {
			o.who, o.whom = o.whom, o.who
		}
	}
	o.how = d.value(id, 4, 12)
	o.wait = [...]time.Duration{0, 0, 0, 100 * time.Microsecond, time.Millisecond, 60 * time.Millisecond}[d.value(id, 5, 6)]
	o.where = c.actors[o.whom].node
	o.chase(d, id, c, i)
}

// chase lets deeds follow on each other that together are more than each alone: what is linked is killed, and while it
// ends the other does something about it.
func (o *deed) chase(d *draws, id uint64, c *crowd, i int) {
	if i == 0 || d.value(id, 9, 2) == 0 {
		return
	}
	last := &c.deeds[i-1]
	switch last.kind {
	case doLink, doMonitor:
		o.kind, o.who, o.whom = []deedKind{doKill, doEnd}[d.value(id, 10, 2)], last.whom, last.who
		o.how = d.value(id, 11, 2) // boom, or normal
	case doSend:
		o.kind, o.who, o.whom, o.how, o.wait = doBusy, last.whom, last.who, 8, 100*time.Microsecond
	case doBusy:
		o.kind, o.who, o.whom = doDisconnect, last.who, last.whom
		o.wait = [...]time.Duration{5 * time.Millisecond, time.Millisecond, 15 * time.Millisecond}[d.value(id, 10, 3)]
	case doCall:
		o.kind, o.who, o.how, o.wait = doKill, last.whom, killsServer, 0
	case doKill, doEnd:
		o.kind, o.wait = []deedKind{doUnlink, doLink, doMonitor, doUnlink, doDemonitor}[d.value(id, 10, 5)], 0
		o.who, o.whom, o.how = last.whom, last.who, 0
		if last.kind == doKill && last.how >= killsServer {
			o.kind, o.whom = doCall, last.who
		}
	}
	o.where = c.actors[o.whom].node
}

// killsServer is from which how on a kill is that of the node's server.
const killsServer = 9

// do does a deed, or tells an actor to do it.
func (c *crowd) do(o *deed) {
	a := c.actors[o.who]
	switch o.kind {
	case doKill:
		if pid, is := c.w.View().Whereis(a.node, serverName); o.how >= killsServer {
			if is {
				c.struck++
				c.w.Exit(pid, sim.Kill)
			}
			return
		}
		if c.w.View().Alive(a.pid) {
			a.killed = true
			c.w.Exit(a.pid, sim.Kill)
		}
	case doDisconnect:
		if o.where != a.node {
			c.w.Disconnect(a.node, o.where)
		}
	default:
		c.w.Send(a.pid, o)
	}
}

// live is an actor's life.
func (a *actor) live(p *sim.Proc) {
	p.TrapExit(a.traps)
	p.Put("crowd", a.crowd)
	p.MonitorNodes(true, sim.NodeMonitor{Kind: sim.ConnectedNodes, ID: true})
	for {
		m, _ := p.Await(sim.Mark{}, func(*sim.Msg) bool { return true }, sim.Forever)
		from := m.From()
		switch v := m.Value().(type) {
		case *deed:
			a.act(p, v)
		case numbered:
			a.heard(p, from, v)
		case sim.Down:
			a.down(p, v)
		case sim.Exit:
			a.exit(p, v)
		case sim.NodeUp:
			a.nodeUp(p, v)
		case sim.NodeDown:
			a.nodeDown(p, v)
		case otp.ReplyMsg:
			a.fail(p.Now(), ruleGarbage, term.Format(v))
		}
	}
}

var endings = [...]sim.Reason{boom, sim.Normal, sim.Shutdown, sim.Killed}

// act does what an actor is told.
func (a *actor) act(p *sim.Proc, o *deed) {
	other := a.actors[o.whom]
	switch o.kind {
	case doEnd:
		reason := endings[o.how%len(endings)]
		lull(p, o.how)
		a.toldNormal = a.toldNormal || term.Is(reason, sim.Normal)
		p.ExitSelf(reason)
	case doLink:
		a.link(p, other)
	case doUnlink:
		lull(p, o.how)
		a.unlink(p, other)
	case doMonitor:
		conn := p.ConnectionID(other.node)
		if other != a {
			a.watches = append(a.watches, watching{to: other.pid, conn: conn})
			w := &a.watches[len(a.watches)-1]
			w.ref = p.Monitor(other.pid)
		}
	case doDemonitor:
		for i := range a.watches {
			if w := &a.watches[i]; w.to == other.pid && !w.over {
				w.over = true
				p.Demonitor(w.ref, sim.Flush())
				break
			}
		}
	case doSend:
		n := tally(&a.sent, other.pid)
		for range 3 {
			n.n++
			p.Send(other.pid, numbered{n.n})
		}
	case doExit:
		if reason := endings[o.how%3]; other != a {
			other.exited = append(other.exited, p.Self())
			other.toldNormal = other.toldNormal || term.Is(reason, sim.Normal)
			p.Exit(other.pid, reason)
		}
	case doCall:
		a.call(p, o)
	case doStart:
		startServer(p, initKind(o.how%initKinds))
	case doBusy:
		lull(p, 4+o.how)
	}
}

// lull keeps a process busy, so that signals pile up on their way to it.
func lull(p *sim.Proc, how int) {
	for range how - 3 {
		p.Reductions(2000)
	}
}

func tally(list *[]count, who sim.PID) *count {
	for i := range *list {
		if (*list)[i].who == who {
			return &(*list)[i]
		}
	}
	*list = append(*list, count{who: who})
	return &(*list)[len(*list)-1]
}

func (a *actor) tie(to sim.PID) *tie {
	for i := range a.links {
		if a.links[i].to == to {
			return &a.links[i]
		}
	}
	a.links = append(a.links, tie{to: to})
	return &a.links[len(a.links)-1]
}

// link is remembered on both sides: the other may hear of our end.
func (a *actor) link(p *sim.Proc, other *actor) {
	if other == a || !a.traps && p.IsLocal(other.pid) && !p.Alive(other.pid) {
		return
	}
	other.tie(p.Self()).theirs = true
	t := a.tie(other.pid)
	*t = tie{to: other.pid, conn: p.ConnectionID(other.node), stands: !t.doubted, theirs: t.theirs, doubted: t.doubted}
	p.Link(other.pid)
}

// unlink makes both sides expect nothing for certain, and this side no exit signal that is not here yet.
func (a *actor) unlink(p *sim.Proc, other *actor) {
	if other == a {
		return
	}
	p.Unlink(other.pid)
	theirs := other.tie(p.Self())
	theirs.stands, theirs.doubted = false, true
	t := a.tie(other.pid)
	t.stands, t.cut, t.due = false, true, 0
	for _, m := range a.w.View().Mailbox(p.Self()) {
		if e, is := m.(sim.Exit); is && e.From == other.pid {
			t.due++
		}
	}
}

// heard: I1.
func (a *actor) heard(p *sim.Proc, from sim.PID, m numbered) {
	n := tally(&a.last, from)
	if m.N <= n.n {
		a.fail(p.Now(), ruleOrder, fmt.Sprintf("%d after %d", m.N, n.n))
	}
	n.n = m.N
	if slices.Contains(a.nodesDown, from.Node()) {
		a.fail(p.Now(), ruleLate, fmt.Sprintf("%v hears %v after its node is down", p.Self(), from))
	}
}

// down: I2.
func (a *actor) down(p *sim.Proc, d sim.Down) {
	for i := range a.watches {
		w := &a.watches[i]
		if w.ref != d.Ref {
			continue
		}
		if w.over {
			a.fail(p.Now(), ruleDown, term.Format(d))
		}
		w.over = true
		a.believe(p, w.to, d.Reason)
		return
	}
	a.fail(p.Now(), ruleDown, "of no monitor that is known: "+term.Format(d))
}

// believe looks whether what is told of an end is so.
func (a *actor) believe(p *sim.Proc, pid sim.PID, told sim.Reason) {
	reason, ended := a.endOf(pid)
	switch {
	case term.Is(told, term.NoConnection) && pid.Node() != a.node:
	case term.Is(told, sim.NoProc) && ended:
	case ended && term.Equal(told, reason) && !term.Is(told, sim.Kill):
	default:
		a.fail(p.Now(), ruleReason, fmt.Sprintf("%v was told %v of %v, which has ended with %v", p.Self(), term.Format(told), pid, term.Format(reason)))
	}
}

// exit: an exit message is of a link, or was sent by hand.
func (a *actor) exit(p *sim.Proc, e sim.Exit) {
	if term.Is(e.Reason, sim.Kill) {
		a.fail(p.Now(), ruleReason, "an exit message with kill")
	}
	if i := slices.Index(a.exited, e.From); i >= 0 && !a.over(e) {
		a.exited = slices.Delete(a.exited, i, i+1)
		return
	}
	t := a.tie(e.From)
	t.stands = false
	if t.cut && !t.theirs && !term.Is(e.Reason, sim.NoProc) { // that of a link to the dead is of no link
		if t.due--; t.due < 0 && !slices.Contains(a.exited, e.From) {
			a.fail(p.Now(), ruleUnlinked, term.Format(e))
		}
	}
}

// over is whether an exit message tells that its sender has ended, or is out of reach.
func (a *actor) over(e sim.Exit) bool {
	reason, ended := a.endOf(e.From)
	return ended && term.Equal(reason, e.Reason) || term.Is(e.Reason, sim.NoProc) || term.Is(e.Reason, term.NoConnection)
}

// connection is the number of the connection that a message about a node names.
func connection(info []any) uint64 {
	for _, v := range info {
		if t, is := v.(sim.Tuple); is && len(t) == 2 && t[0] == any(sim.Atom("connection_id")) {
			return uint64(t[1].(int))
		}
	}
	return 0
}

func (a *actor) up(n sim.Atom) bool { return slices.Contains(a.nodesUp, n) }

// nodeUp: I9.
func (a *actor) nodeUp(p *sim.Proc, m sim.NodeUp) {
	if a.up(m.Node) {
		a.fail(p.Now(), ruleNodes, fmt.Sprintf("%v heard twice that %v is up", p.Self(), m.Node))
	}
	a.nodesUp = append(a.nodesUp, m.Node)
	a.nodesDown = slices.DeleteFunc(a.nodesDown, func(n sim.Atom) bool { return n == m.Node })
	a.told(p, m.Node, connection(m.Info)-1)
}

// nodeDown: NK9, all that the connection had to tell has been told.
func (a *actor) nodeDown(p *sim.Proc, m sim.NodeDown) {
	if !a.up(m.Node) {
		a.fail(p.Now(), ruleNodes, fmt.Sprintf("%v heard that %v is down and not that it was up", p.Self(), m.Node))
	}
	a.nodesUp = slices.DeleteFunc(a.nodesUp, func(n sim.Atom) bool { return n == m.Node })
	a.nodesDown = append(a.nodesDown, m.Node)
	a.told(p, m.Node, connection(m.Info))
}

// told looks whether monitors and links over connections up to a number are over.
func (a *actor) told(p *sim.Proc, node sim.Atom, conn uint64) {
	for _, w := range a.watches {
		if !w.over && w.conn != 0 && w.conn <= conn && w.to.Node() == node {
			a.fail(p.Now(), ruleNodeDown, fmt.Sprintf("%v still monitors %v over connection %d", p.Self(), w.to, w.conn))
		}
	}
	for _, l := range a.links {
		if l.stands && l.conn != 0 && l.conn <= conn && l.to.Node() == node && !a.unmoved(l.to) {
			a.fail(p.Now(), ruleNodeDown, fmt.Sprintf("%v is still linked to %v over connection %d", p.Self(), l.to, l.conn))
		}
	}
}

// unmoved is whether the end of a linked process means nothing to the actor.
func (a *actor) unmoved(by sim.PID) bool {
	reason, ended := a.endOf(by)
	return ended && !a.traps && term.Is(reason, sim.Normal)
}

// ask is a request to a server.
type ask struct {
	How    int
	Number int
}

const (
	asksAnswer = iota
	asksLate
	asksStop
	asksCrash
	askKinds
)

const serverName = sim.Name("server")

// stoppedBy is what a server ends with that a call has stopped.
func stoppedBy(number int) sim.Tuple { return sim.Tuple{sim.Atom("stopped"), number} }

// call: I5, a call has one outcome, and a true one.
func (a *actor) call(p *sim.Proc, o *deed) {
	a.crowd.calls++
	req := ask{How: o.how % askKinds, Number: a.crowd.calls}
	patience := [...]time.Duration{sim.Forever, 20 * time.Millisecond, 40 * time.Millisecond}[o.how/askKinds]
	a.calling = true
	pid, _ := p.Whereis(serverName)
	v, err := otp.CallAny(p, term.NameAt{Name: serverName, Node: o.where}, req, otp.Within(patience))
	a.calling = false
	var failed *otp.CallError
	switch {
	case err == nil && v != any(req.Number):
		a.fail(p.Now(), ruleCall, fmt.Sprintf("call %d was answered %v", req.Number, v))
	case errors.As(err, &failed) && term.Equal(failed.Reason, stoppedBy(req.Number)):
		a.fail(p.Now(), ruleCall, "a server stopped, and did not answer as it said")
	case errors.Is(err, otp.ErrTimeout) && a.free && o.where == a.node && a.long(p, pid):
		a.fail(p.Now(), ruleCall, "a call of a server that has ended timed out")
	}
}

// long is whether a process ended long ago.
func (a *actor) long(p *sim.Proc, pid sim.PID) bool {
	for _, e := range a.ends {
		if e.pid == pid {
			return p.Now()-e.at > 15*time.Millisecond
		}
	}
	return false
}

// server is a gen_server that does what it is asked.
type server struct {
	genserver.Base
	begins initKind
}

type initKind int

const (
	initFine initKind = iota
	initIgnores
	initDeclines
	initStops
	initKinds = 4
)

// startServer starts a node's server, if there is none: GS1, what init says is what the starter hears.
func startServer(p *sim.Proc, how initKind) error {
	c, is := p.Value("crowd").(*crowd)
	if !is {
		c = &crowd{} // of a node's first process: nobody hears of it
	}
	_, there := p.Whereis(serverName)
	struck := c.struck
	st, err := genserver.StartAlone(p, serverName, func() *server { return &server{begins: how} })
	_, lost := otp.IsAlreadyStarted(err) // to another, just now
	switch {
	case there, lost, c.struck > struck && killedInStart(err):
	case (err == nil) != (how == initFine):
		c.fail(p.Now(), ruleStart, fmt.Sprintf("init answered %d, the starter heard %v, %v", how, st, err))
	}
	return err
}

// killedInStart is whether the starter has heard that the server was killed before it was up: its name is known by then,
// and who kills the server by its name may strike there.
func killedInStart(err error) bool {
	var failed *otp.StartError
	return errors.As(err, &failed) && term.Is(failed.Reason, sim.Killed)
}

func (s *server) Init(*sim.Proc) genserver.InitResult {
	switch s.begins {
	case initIgnores:
		return genserver.Ignore()
	case initDeclines:
		return genserver.Fail(boom)
	case initStops:
		return genserver.StopInit(boom)
	}
	return genserver.Ok()
}

func (s *server) HandleCall(p *sim.Proc, req any, _ otp.From) genserver.Result {
	r := req.(ask)
	switch r.How {
	case asksLate:
		p.Sleep(30 * time.Millisecond)
	case asksStop:
		lull(p, 6)
		return genserver.StopReplyAny(stoppedBy(r.Number), r.Number)
	case asksCrash:
		lull(p, 6)
		panic("boom")
	}
	return genserver.ReplyAny(r.Number)
}
