package sim

// Mourners counts who hears of the end of a process and lives on: those who monitor it, and the linked that trap exits; of the linked on
// other nodes it is supposed. A parent that ended before, of whose exit this process has taken no notice yet, counts as well: it would have
// heard. It is for an Observer that is being told of that end, when the process is dead and nobody has heard of it yet; later the
// answer is 0. It looks through all processes.
func (v View) Mourners(pid PID) (n int) {
	for _, p := range v.w.procs {
		if p == nil || p.id != pid.Identity() {
			continue
		}
		p.eachWatcher(func(Ref) { n++ })
		if p.orphan() {
			n++
		}
		if p.x == nil {
			continue
		}
		for _, l := range p.x.links.entries {
			if q := v.w.alive(l.key); l.val.active && (q == nil && p.elsewhere(l.key) || q != nil && (q.node != p.node || q.has(trapping))) {
				n++
			}
		}
	}
	return n
}

// orphan is whether an exit of the process's parent waits to be handled or received.
func (p *Proc) orphan() bool {
	for m := range p.inTransit {
		if m.kind == linkExit && m.from == p.id.Parent {
			return true
		}
	}
	for m := range p.mailbox {
		if m.tag == ExitTag && m.from == p.id.Parent {
			return true
		}
	}
	return false
}
