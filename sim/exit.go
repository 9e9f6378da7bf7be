package sim

import (
	"errors"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// unwind is what the stack of a process that must end is unwound with. It leaves this package only if a Proc is used
// where none of its code runs, and then tells so.
var unwind error = errors.New("sim: the process has ended: its *Proc is for the code of the process alone, while it lives, not for a goroutine of its own")

// suicide is the word of the exit signal of a process to itself that does not trap exits: it acts at once,
// and even if the reason is normal.
const suicide int64 = 1

// trapped is the word of the exit signal that answers a link to the dead of a process that traps exits: it becomes a
// message even if that is over when it is handled (LNK2).
const trapped int64 = 2

// Exit sends a process an exit signal. To itself it acts at once (EXT3), unless the process traps exits: then
// it waits to be handled like any other. Sending to the dead does nothing.
func (p *Proc) Exit(pid PID, reason Reason) {
	if !p.acts() {
		return
	}
	if pid.IsZero() {
		raise("badarg", "exit", "no process")
	}
	var word int64
	if pid == p.Self() && !p.has(trapping) {
		word = suicide
	}
	if p.w.late.from == pid.Identity() {
		p.flushLate()
	}
	p.w.emit(p.node, exitSignal, p.id, pid.Identity(), Ref{}, word, reason)
	if word == suicide || pid == p.Self() && term.Is(reason, Kill) {
		if p.handleSignals(); p.has(exiting) {
			p.linger()
		}
	}
	p.charge(redOther)
}

// linger is the end of a process that has exited itself by Exit: on the BEAM it is scheduled out first. Nobody finds it
// alive any more, but it keeps its name, and those who are linked to it or monitor it hear of its end only after the
// others that wanted to run have run (EXT3).
func (p *Proc) linger() {
	if !p.has(noBlock) {
		p.id.Holder = nil
		p.preempt()
	}
	panic(unwind)
}

// ExitSelf ends the process: its deferred calls run, then it is gone with that reason. It does not return.
func (p *Proc) ExitSelf(reason Reason) {
	if p.acts() {
		p.reason = reason
	}
	panic(unwind)
}

// exitArrived is the decision table for exit signals (EXT1). It reports whether the envelope was kept.
func (p *Proc) exitArrived(m *Msg) (kept bool) {
	reason := m.body
	if m.kind == linkExit && !p.linkedTo(m.from, uint64(m.word)) && !p.w.makes(mutant.UnlinkLate) {
		return false
	}
	if m.kind == exitSignal && term.Is(reason, Kill) && !(p.has(trapping) && p.w.makes(mutant.KillTrapped)) {
		if p.w.makes(mutant.KillUnchanged) {
			p.end(Kill)
		}
		p.end(Killed)
		return false
	}
	if p.has(trapping) || m.word == trapped && m.kind == exitSignal {
		m.tag = ExitTag
		if m.kind == linkExit {
			m.special = unlinked
		}
		p.keep(m)
		return true
	}
	if term.Is(reason, Normal) && (m.kind == linkExit || m.word != suicide) && !(m.kind == linkExit && p.w.makes(mutant.NormalKills)) {
		return false
	}
	p.end(reason)
	return false
}

// end marks the process as ended by a signal; whoever runs it unwinds it.
func (p *Proc) end(reason Reason) {
	if p.has(exiting) { // it has ended already
		return
	}
	p.reason = reason
	p.flags |= exiting
}

// finish ends the slice of the running process and the process with it.
func (w *World) finish(p *Proc) {
	if p.has(halted) {
		w.release(p)
		return
	}
	p.endSlice()
	p.terminate()
}

// terminate takes a process out of the world, in OTP's order (E4): its timers, its name, its links, those
// who monitor it, those it monitors, what is still on its way to it.
func (p *Proc) terminate() {
	w := p.w
	reason := p.reason
	p.flags |= exiting
	p.state = dead
	p.id.Holder = nil
	w.noteExit(p, reason)
	if w.makes(mutant.CallHangs) {
		p.asked = Ref{}
	}
	p.watchAll()
	if x := p.x; x != nil {
		w.dropTimers(p)
		if x.name != "" {
			w.releaseName(p)
		}
		if x.sockets.len() > 0 {
			w.closeSockets(x)
		}
		w.tellLinks(p, reason)
		w.tellWatchers(p, reason)
		for _, e := range x.monitors.all() {
			if q := p.near(e.val.target); q != nil {
				w.signal(demonitorSignal, p.id, q, term.NewRef(p.id, e.key), 0, nil)
			}
		}
	}
	w.drain(p)
	if p.has(distant) {
		p.tellFar(reason)
	}
	w.release(p)
}

// tellFar is the last of what an ending process does: it tells those of other nodes (E4).
func (p *Proc) tellFar(reason Reason) {
	w, n := p.w, p.node
	for _, l := range p.x.links.entries {
		if p.elsewhere(l.key) && l.val.active && n.peerOf(l.key.Home.Index).id == l.val.conn {
			w.emit(n, linkExit, p.id, l.key, Ref{}, 0, reason)
		}
	}
	for _, e := range p.x.watchers.entries {
		if owner := e.key.Owner().Identity(); p.elsewhere(owner) {
			delete(n.watched, e.key)
			w.emit(n, downSignal, p.id, owner, e.key, 0, reason)
		}
	}
	for _, e := range p.x.monitors.all() {
		p.demonitorFar(term.NewRef(p.id, e.key), &e.val)
	}
}

// tellLinks sends exit signals to the linked. In which order is a choice: OTP's is that of a tree.
func (w *World) tellLinks(p *Proc, reason Reason) {
	links := p.x.links.entries
	for i := range links {
		if j := i + w.fanout(p, len(links)-i); j != i {
			links[i], links[j] = links[j], links[i]
		}
		if q := p.near(links[i].key); q != nil && links[i].val.active {
			w.signal(linkExit, p.id, q, Ref{}, 0, reason)
		}
	}
}

func (w *World) tellWatchers(p *Proc, reason Reason) {
	watchers := p.x.watchers.entries
	for i := range watchers {
		if j := i + w.fanout(p, len(watchers)-i); j != i {
			watchers[i], watchers[j] = watchers[j], watchers[i]
		}
		ref := watchers[i].key
		if q := p.near(ref.Owner().Identity()); q != nil {
			w.signal(downSignal, p.id, q, ref, 0, reason)
			if w.makes(mutant.DownTwice) {
				w.signal(downSignal, p.id, q, ref, 0, reason)
			}
		}
	}
}

// fanout draws which of n is told first.
func (w *World) fanout(p *Proc, n int) int {
	if n < 2 {
		return 0
	}
	p.draws++
	return w.chance.Choose(choice.Key{Domain: choice.Fanout, ID: p.id.Key, N: uint64(p.draws)}, n)
}

// drain answers what was still on its way to a process that has ended as the dead are answered for.
func (w *World) drain(p *Proc) {
	for p.inbox.transit() {
		m := p.inbox.behind(p.inbox.border)
		p.inbox.remove(p.inbox.border, m)
		if w.forgets(m) {
		} else if p.elsewhere(m.from) {
			w.answerFar(p.node, m, p.id)
		} else if asker := w.alive(m.from); asker != nil && asker != p {
			switch m.kind {
			case linkSignal:
				w.signal(linkExit, p.id, asker, Ref{}, 0, NoProc)
			case monitorSignal:
				w.signal(downSignal, p.id, asker, m.ref, 0, NoProc)
			case message:
				if m.special&watches != 0 {
					w.signal(downSignal, p.id, asker, m.ref, 0, NoProc)
				}
			case unlinkSignal:
				w.signal(unlinkAck, p.id, asker, Ref{}, m.word, nil)
			case askAlive:
				w.reply(m, false)
			case askInfo:
				w.reply(m, nil)
			}
		}
		w.discard(m)
	}
	for !p.inbox.empty() {
		w.discard(p.inbox.remove(nil, p.inbox.head))
	}
}

// forgets reports whether a mistake is made about a signal to a process that has ended.
func (w *World) forgets(m *Msg) bool {
	if w.cfg.Mutant.None() {
		return false
	}
	switch {
	case m.kind == linkSignal:
		return w.makes(mutant.LinkToDying)
	case m.kind == monitorSignal:
		return w.makes(mutant.MonitorDying)
	case m.kind == message && m.special&watches != 0:
		return w.makes(mutant.CallInTransit)
	}
	return false
}

// noteExit takes the fact that a process ended.
func (w *World) noteExit(p *Proc, reason Reason) {
	w.note(trace.Exit, p.id, nil, w.reasonWord(reason))
	if w.log.Keeping() {
		w.log.Detail(term.Format(reason))
	}
	if w.cfg.Observer != nil {
		w.observe(Fact{Kind: trace.Exit, Subject: p.Self(), Detail: reason})
	}
}

// reasonWord hashes what of a reason is the same in every run: atoms and the shape of tuples, not what
// the program put inside.
func (w *World) reasonWord(r Reason) uint64 {
	switch r := r.(type) {
	case Atom:
		if r == Normal {
			return 1
		}
		return w.word(string(r))
	case Tuple:
		if len(r) == 0 {
			return 2
		}
		return w.reasonWord(r[0])*31 + uint64(len(r))
	case *term.Crash:
		return 3
	case int:
		return uint64(r)
	case string:
		return w.word(r)
	}
	return 4
}
