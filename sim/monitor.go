package sim

import (
	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// monitor is the watcher's side: what it monitors and what it wants to be told.
type monitor struct {
	target *term.Identity // nil if there was nobody when it was made
	said   *saying        // nil for most
	alias  aliasMode
}

// saying is what the Down message of some monitors says.
type saying struct {
	object any // a NameAt if it was monitored by name; nil otherwise
	tag    any
}

// says gives a monitor something to say.
func (m *monitor) says() *saying {
	if m.said == nil {
		m.said = new(saying)
	}
	return m.said
}

// aliasMode is how an alias ends.
type aliasMode uint8

// The modes: OTP's alias options of monitor and alias.
const (
	noAlias         aliasMode = iota
	explicitUnalias           // only by Unalias
	replyAlias                // with the first message sent to it
	withMonitor               // with the monitor
	replyDemonitor            // with the monitor or the first message, which takes the monitor along
	settling                  // no alias to the program: only an answer that settles the monitor passes
)

// MonitorOpt is an option of Monitor, Demonitor and Alias.
type MonitorOpt struct {
	tag   any
	alias aliasMode
	flush bool
}

// AliasExplicit makes the reference of a monitor an alias too, which ends only by Unalias.
func AliasExplicit() MonitorOpt { return MonitorOpt{alias: explicitUnalias} }

// AliasDemonitor makes the reference of a monitor an alias too, which ends with the monitor.
func AliasDemonitor() MonitorOpt { return MonitorOpt{alias: withMonitor} }

// AliasReplyDemonitor makes the reference of a monitor an alias too, which ends with the monitor or the
// first message sent to it; that message ends the monitor.
func AliasReplyDemonitor() MonitorOpt { return MonitorOpt{alias: replyDemonitor} }

// AliasReply is for Alias: it ends with the first message sent to it.
func AliasReply() MonitorOpt { return MonitorOpt{alias: replyAlias} }

// DownAs makes the Down message carry a tag of the program's own (MON5).
func DownAs(tag any) MonitorOpt { return MonitorOpt{tag: tag} }

// Flush is for Demonitor: a Down message that is in the mailbox already is removed.
func Flush() MonitorOpt { return MonitorOpt{flush: true} }

// Monitor asks to be told once, by a Down message, when the process at an address ends; with noproc if
// there is none. A name is resolved once, now (MON1, MON2).
func (p *Proc) Monitor(to Addr, opts ...MonitorOpt) Ref {
	if !p.acts() {
		return Ref{}
	}
	var mon monitor
	for _, o := range opts {
		if o.alias != noAlias {
			mon.alias = o.alias
		}
		if o.tag != nil {
			mon.says().tag = o.tag
		}
	}
	return p.monitor(to, mon)
}

// MonitorAlias is Monitor with AliasReplyDemonitor or AliasDemonitor, without the cost of options: calls
// are made of it.
func (p *Proc) MonitorAlias(to Addr) Ref {
	if !p.acts() {
		return Ref{}
	}
	return p.monitor(to, monitor{alias: withMonitor})
}

func (p *Proc) monitor(to Addr, mon monitor) Ref {
	switch to := to.(type) {
	case PID:
		mon.target = to.Identity()
	case Name:
		mon.says().object = term.NameAt{Name: to, Node: p.node.home.Node}
		if q := p.node.names[to]; q != nil {
			mon.target = q.id
		}
	case term.NameAt:
		mon.says().object = to
		if q := p.lookupAt(to); q != nil {
			mon.target = q.id
		}
	default:
		raise("badarg", "monitor", "not a process or a name")
	}
	ref := p.MakeRef()
	p.ext().monitors.add(ref.N(), mon)
	far, _ := to.(term.NameAt)
	_, byPID := to.(PID)
	q := p.near(mon.target)
	switch {
	case p.elsewhere(mon.target), far.Node != "" && far.Node != p.node.home.Node:
		p.goDistant()
		p.w.emitFar(p.node, monitorSignal, p.id, mon.target, far, ref, int64(ref.N()), nil)
	case q == p: // never fires, and is no alias either (MON3)
		p.x.monitors.remove(ref.N())
	case q == nil && p.w.makes(mutant.MonitorDead):
	case q == nil && byPID:
		p.tellLate(mon.target, ref)
	case q == nil:
		p.w.signal(downSignal, mon.target, p, ref, 0, NoProc)
	default:
		p.flushLate()
		p.w.signal(monitorSignal, p.id, q, ref, int64(ref.N()), nil)
	}
	p.charge(redLink)
	return ref
}

// Demonitor ends a monitor: no Down message will be put into the mailbox any more; one that is there stays,
// unless Flush is given. It reports whether there was a monitor to end (MON4). A reference of another node is a bad
// argument.
func (p *Proc) Demonitor(ref Ref, opts ...MonitorOpt) (was bool) {
	if !p.acts() {
		return false
	}
	switch owner := ref.Owner().Identity(); {
	case owner == p.id:
		was = p.demonitor(ref)
	case owner != nil && p.elsewhere(owner):
		raise("badarg", "demonitor", "a reference of another node")
	} // that of another process here is nothing to us
	for _, o := range opts {
		if o.flush && !was && !p.w.makes(mutant.FlushLeavesDown) {
			p.flushDown(ref)
		}
	}
	p.charge(redLink)
	return was
}

// Forget is Demonitor with Flush, without the cost of options: calls end with it.
func (p *Proc) Forget(ref Ref) (was bool) {
	if ref.Owner().Identity() != p.id || !p.acts() {
		return p.Demonitor(ref, Flush())
	}
	if was = p.demonitor(ref); !was && !p.w.makes(mutant.FlushLeavesDown) {
		p.flushDown(ref)
	}
	p.charge(redLink)
	return was
}

func (p *Proc) demonitor(ref Ref) bool {
	if p.x == nil {
		return false
	}
	mon := p.x.monitors.at(ref.N())
	if mon == nil {
		return false
	}
	switch q := p.near(mon.target); {
	case q != nil:
		p.w.signal(demonitorSignal, p.id, q, ref, int64(ref.N()), nil)
	case p.w.makes(mutant.DemonitorDead) && !p.elsewhere(mon.target):
		return true
	case p.has(distant):
		p.demonitorFar(ref, mon)
	}
	if mon.alias == explicitUnalias {
		p.rarely().aliases.put(ref.N(), mon.alias)
	}
	p.x.monitors.remove(ref.N())
	return true
}

// demonitorFar tells another node, if the monitor is on one and the connection stands that it was made over.
func (p *Proc) demonitorFar(ref Ref, mon *monitor) {
	switch at := mon.at(p.w); {
	case at < 0 || at == p.node.home.Index || p.node.peerOf(at).state == disconnected:
	case mon.target != nil:
		p.w.emit(p.node, demonitorSignal, p.id, mon.target, ref, int64(ref.N()), nil)
	default:
		p.w.emitFar(p.node, demonitorSignal, p.id, nil, mon.said.object.(term.NameAt), ref, int64(ref.N()), nil)
	}
}

// flushDown removes the Down message of a monitor from the mailbox.
func (p *Proc) flushDown(ref Ref) {
	var prev *Msg
	for m := range p.mailbox {
		if isDown(m, ref) {
			p.drop(prev, m)
			return
		}
		prev = m
	}
}

// drop removes m, which is behind prev, from the mailbox unread.
func (p *Proc) drop(prev, m *Msg) {
	p.inbox.remove(prev, m)
	p.passed = nil
	p.mail--
	p.removed++
	p.w.discard(m)
}

func isDown(m *Msg, ref Ref) bool {
	if m.tag == DownTag {
		return m.ref == ref
	}
	down, ok := m.body.(Down)
	return ok && m.tag == nil && down.Ref == ref
}

// downArrived turns a down signal into a message if its monitor still stands.
func (p *Proc) downArrived(m *Msg) (kept bool) {
	if p.x == nil {
		return false
	}
	mon := p.x.monitors.at(m.ref.N())
	if mon == nil {
		return false
	}
	if said := mon.said; said != nil {
		object := said.object
		if object == nil {
			object = term.NewPID(mon.target)
		}
		m.body = Down{Tag: said.tag, Ref: m.ref, Object: object, Reason: m.body}
	} else {
		m.tag = DownTag
	}
	m.from = mon.target
	if mon.alias == explicitUnalias {
		p.rarely().aliases.put(m.ref.N(), explicitUnalias)
	}
	if !p.firesAgain(m) {
		p.x.monitors.remove(m.ref.N())
	}
	p.keep(m)
	return true
}

// firesAgain reports whether a monitor is left standing by mistake.
func (p *Proc) firesAgain(m *Msg) bool {
	return p.w.makes(mutant.DownTwice) || p.w.makes(mutant.NoConnTwice) && term.Is(m.body, term.NoConnection)
}

// Alias makes a reference to which messages can be sent as to the process, until it ends (ALI1, ALI2).
func (p *Proc) Alias(opts ...MonitorOpt) Ref {
	if !p.acts() {
		return Ref{}
	}
	mode := explicitUnalias
	for _, o := range opts {
		if o.alias != noAlias {
			mode = o.alias
		}
	}
	ref := p.MakeRef()
	p.rarely().aliases.put(ref.N(), mode)
	p.charge(redOther)
	return ref
}

// Unalias ends an alias and reports whether it was one. Messages sent to it and not yet handled are
// dropped, the process's own included.
func (p *Proc) Unalias(ref Ref) (was bool) {
	if !p.acts() {
		return false
	}
	p.charge(redOther)                         // whatever comes of it: what things cost must not hang on how they are kept
	if ref.Owner() != p.Self() || p.x == nil { // another's is nothing to us
		return false
	}
	if p.x.aliases.remove(ref.N()) {
		return true
	}
	if mon := p.x.monitors.at(ref.N()); mon != nil && mon.alias != noAlias && mon.alias != settling {
		mon.alias = noAlias
		return true
	}
	return false
}

// throughAlias reports whether a message sent to an alias may pass, and ends the alias where that is its mode.
func (p *Proc) throughAlias(m *Msg) bool {
	if p.x == nil {
		return false
	}
	n := m.alias
	mon := p.x.monitors.at(n)
	if mon == nil {
		return p.throughLoneAlias(n)
	}
	switch {
	case mon.alias == noAlias, mon.alias == settling && m.special&settled == 0:
		return false
	case m.special&settled != 0: // the other side has forgotten the monitor already: no signal is due to it
		mon.target = nil
	case mon.alias == replyDemonitor:
		p.demonitor(term.NewRef(p.id, n))
	}
	return true
}

// throughLoneAlias is throughAlias for an alias that is no monitor.
func (p *Proc) throughLoneAlias(n uint64) bool {
	mode := p.x.aliases.at(n)
	if mode == nil {
		return p.w.makes(mutant.LateReply)
	}
	if *mode == replyAlias || *mode == replyDemonitor {
		p.x.aliases.remove(n)
	}
	return true
}

// A Request's monitor lives in its message while that is in the mailbox, and in p.asked while a handler
// handles it; that of a process spawned with Asked lives in p.asked at first. Most are answered and forgotten
// there. watch makes one like others when that is over.
func (p *Proc) watch(ref Ref) { p.ext().watchers.put(ref, struct{}{}) }

// Asked is the reference of the request that is being handled and has not been answered, or, in the first
// slice of a process that was spawned with Asked, that of its parent's monitor. It is an alias of the
// asker; a message sent to it by SendAlias settles the monitor. Zero if there is none.
func (p *Proc) Asked() Ref { return p.asked }

// watchAsked does so for the request that is being handled.
func (p *Proc) watchAsked() {
	if !p.asked.IsZero() {
		p.watch(p.asked)
		p.asked = Ref{}
	}
}

// watchAll does so for all requests in the mailbox too: the process is ending.
func (p *Proc) watchAll() {
	p.watchAsked()
	for m := range p.mailbox {
		if m.special&watches != 0 {
			p.watch(m.ref)
			m.special &^= watches
		}
	}
}

// unwatch forgets a monitor on this process, wherever it lives.
func (p *Proc) unwatch(ref Ref) {
	if p.x != nil && p.x.watchers.remove(ref) {
		p.shed()
		return
	}
	if p.asked == ref {
		p.asked = Ref{}
		return
	}
	for m := range p.mailbox {
		if m.special&watches != 0 && m.ref == ref {
			m.special &^= watches
			return
		}
	}
}

// eachWatcher calls f for every monitor on this process.
func (p *Proc) eachWatcher(f func(ref Ref)) {
	if !p.asked.IsZero() {
		f(p.asked)
	}
	for m := range p.mailbox {
		if m.special&watches != 0 {
			f(m.ref)
		}
	}
	if p.x != nil {
		for _, e := range p.x.watchers.entries {
			f(e.key)
		}
	}
}

// lateDown is a Down message that is held back.
type lateDown struct {
	p    *Proc
	from *term.Identity
	ref  Ref
}

// tellLate tells, but not yet, that nobody has a PID. The BEAM keeps the last monitor signal of a slice back, in case that
// a message to the same process follows: it goes out when the slice ends, when the process would wait, when it makes
// another monitor of a PID, or when it sends an exit signal there (MON2).
func (p *Proc) tellLate(pid *term.Identity, ref Ref) {
	p.flushLate()
	p.w.late = lateDown{p, pid, ref}
}

// flushLate sends the Down message that is held back, and reports whether there was one.
func (p *Proc) flushLate() bool { return p.w.late.p != nil && p.w.tellHeld() }

func (w *World) tellHeld() bool {
	l := w.late
	w.late = lateDown{}
	w.signal(downSignal, l.from, l.p, l.ref, 0, NoProc)
	return true
}
