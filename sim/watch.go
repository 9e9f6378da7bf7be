package sim

import "github.com/bedlam-sim/bedlam/sim/term"

// Mourners counts who hears of the end of a process and lives on: those who monitor it, and the linked that trap exits;
// of the linked on other nodes it is supposed. A parent that is lost, of whose exit signal this process has taken no
// notice yet, however long ago that was, counts as well: it would have heard. It is for an Observer that is being told
// of that end, when the process is dead and nobody has heard of it yet; later the answer is 0. It looks through all
// processes.
func (v View) Mourners(pid PID) (n int) {
	p := v.ended(pid)
	if p == nil {
		return 0
	}
	p.eachWatcher(func(Ref) { n++ })
	if p.orphan() {
		n++
	}
	p.eachLinked(func(id *term.Identity) {
		if q := v.w.alive(id); q == nil && p.elsewhere(id) || q != nil && (q.node != p.node || q.has(trapping)) {
			n++
		}
	})
	return n
}

// Heirs are those living who are to end of the reason of a process that has ended, wherever they are: the linked that
// do not trap exits (EXT1); and its children that do, for those of package otp end as their parent has, if others hear
// of it beside them. It is for an Observer as Mourners is.
func (v View) Heirs(pid PID) (heirs []PID) {
	p := v.ended(pid)
	if p == nil {
		return nil
	}
	var orphans []PID
	p.eachLinked(func(id *term.Identity) {
		switch q := v.w.alive(id); {
		case q == nil:
		case !q.has(trapping):
			heirs = append(heirs, q.Self())
		case id.Parent == p.id:
			orphans = append(orphans, q.Self())
		}
	})
	if len(orphans) > 0 && v.Mourners(pid) > len(orphans) {
		heirs = append(heirs, orphans...)
	}
	return heirs
}

// Linked reports whether a process is alive and linked with another. With one that has ended it is until it has handled
// that one's exit signal.
func (v View) Linked(pid, with PID) bool {
	p := v.w.alive(pid.Identity())
	if p == nil || p.x == nil {
		return false
	}
	l := p.x.links.at(with.Identity())
	return l != nil && l.active
}

// ended is the process of whose end an Observer is being told: it is alive no more, and its place is not yet given to
// another.
func (v View) ended(pid PID) *Proc {
	for _, p := range v.w.procs {
		if p != nil && p.id == pid.Identity() {
			return p
		}
	}
	return nil
}

// eachLinked calls f for every process that it has a link to.
func (p *Proc) eachLinked(f func(id *term.Identity)) {
	if p.x == nil {
		return
	}
	for _, l := range p.x.links.entries {
		if l.val.active {
			f(l.key)
		}
	}
}

// orphan is whether the end of a link to the process's parent waits to be handled or received. What the parent says by
// Exit is no such thing: it may live and not hear.
func (p *Proc) orphan() bool {
	for m := range p.inTransit {
		if m.kind == linkExit && m.from == p.id.Parent {
			return true
		}
	}
	for m := range p.mailbox {
		if m.special&unlinked != 0 && m.from == p.id.Parent {
			return true
		}
	}
	return false
}
