package sim

import (
	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// link is our side of a link. Both sides keep one; unlinking is a question that the other side must
// acknowledge, else both could disagree for ever after a simultaneous link and unlink (LNK6, OTP-17127).
type link struct {
	active   bool
	unlinkID uint64
	conn     uint64 // the number of the connection that it was made over; 0 on one node (LNK7)
}

// Link links this process with another. Linking twice or to itself does nothing. If the other is dead, it
// panics with noproc, or, if this process traps exits, an Exit message with noproc comes (LNK2).
func (p *Proc) Link(pid PID) {
	if !p.acts() {
		return
	}
	if pid == p.Self() {
		p.charge(redLink)
		return
	}
	if p.elsewhere(pid.Identity()) {
		p.linkFar(pid.Identity())
		p.charge(redLink)
		return
	}
	q := p.w.alive(pid.Identity())
	if q == nil {
		if pid.IsZero() {
			raise("badarg", "link", "no process")
		}
		if !p.has(trapping) {
			raise("noproc", "link", pid.String())
		}
		if !p.w.makes(mutant.LinkDeadSilent) {
			p.w.signal(exitSignal, pid.Identity(), p, Ref{}, trapped, NoProc)
		}
		p.charge(redLink)
		return
	}
	x := p.ext()
	if l := x.links.at(q.id); l == nil || !l.active {
		x.links.put(q.id, link{active: true})
		p.w.signal(linkSignal, p.id, q, Ref{}, 0, nil)
	}
	p.charge(redLink)
}

// Unlink takes the link away. Once it has returned, nothing that happens to the other affects this process
// through it; an Exit message that is in the mailbox already stays there (LNK5).
func (p *Proc) Unlink(pid PID) {
	if !p.acts() {
		return
	}
	if p.x != nil {
		if l := p.x.links.at(pid.Identity()); l != nil && l.active {
			p.unlink(pid.Identity(), l)
		}
	}
	p.charge(redLink)
}

func (p *Proc) unlink(id *term.Identity, l *link) {
	over := p.near(id) == nil
	if p.elsewhere(id) {
		k := p.node.peerOf(id.Home.Index)
		over = k.state == disconnected || k.id != l.conn
	}
	if over { // its exit signal is in transit and finds no link
		p.x.links.remove(id)
		return
	}
	p.x.unlinks++
	*l = link{unlinkID: p.x.unlinks, conn: l.conn}
	p.w.emit(p.node, unlinkSignal, p.id, id, Ref{}, int64(p.x.unlinks), nil)
}

// linkArrived: one that we have, active or not, stays as it is.
func (p *Proc) linkArrived(m *Msg) {
	x := p.ext()
	if l := x.links.at(m.from); l == nil || l.conn != uint64(m.word) {
		x.links.put(m.from, link{active: true, conn: uint64(m.word)})
	}
}

func (p *Proc) unlinkArrived(m *Msg) {
	if p.x != nil && !p.w.makes(mutant.UnlinkOneEnd) {
		if l := p.x.links.at(m.from); l != nil && l.active {
			p.x.links.remove(m.from)
		}
	}
	p.w.emit(p.node, unlinkAck, p.id, m.from, Ref{}, m.word, nil)
}

func (p *Proc) unlinkAcked(m *Msg) {
	if p.x == nil {
		return
	}
	if l := p.x.links.at(m.from); l != nil && !l.active && l.unlinkID == uint64(m.word) {
		p.x.links.remove(m.from)
	}
}

// tie links a process with a new one at once, as spawn_link does.
func (w *World) tie(p, q *Proc) {
	p.ext().links.add(q.id, link{active: true})
	q.ext().links.add(p.id, link{active: true})
	w.note(trace.Link, p.id, q.id, 1)
}

// linkedTo is whether p has an active link to id, made over that connection, and forgets it: its other end is gone.
func (p *Proc) linkedTo(id *term.Identity, conn uint64) bool {
	if p.x == nil {
		return false
	}
	l := p.x.links.at(id)
	if l == nil || !l.active || l.conn != conn {
		return false
	}
	p.x.links.remove(id)
	return true
}
