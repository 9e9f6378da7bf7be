package global

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// A Resolver decides which of two processes keeps a name that both have got, in parts of a cluster that were not
// connected. It runs on the node of one of them. ok is false if neither does; an answer that is neither of the two
// means the same. If it crashes, the process of the node with the greater name is kept (GLB7).
type Resolver func(p *sim.Proc, name any, a, b sim.PID) (kept sim.PID, ok bool)

// Cross lets a Resolver travel between nodes, where functions cannot: it stands for a function of a module that all
// have.
func (r Resolver) Cross() any { return r }

func (r Resolver) orDefault() Resolver {
	if r == nil {
		return RandomExitName
	}
	return r
}

// RandomExitName keeps the process of the node with the smaller name and kills the other (GLB8).
func RandomExitName(p *sim.Proc, name any, a, b sim.PID) (sim.PID, bool) {
	kept, gone := sorted(a, b)
	p.Report("info", gone, sim.Tuple{sim.Atom("global_name_conflict"), name, gone})
	p.Exit(gone, sim.Kill)
	return kept, true
}

// RandomNotifyName keeps the process of the node with the smaller name and sends the other {global_name_conflict,
// Name}.
func RandomNotifyName(p *sim.Proc, name any, a, b sim.PID) (sim.PID, bool) {
	kept, gone := sorted(a, b)
	p.Send(gone, sim.Tuple{sim.Atom("global_name_conflict"), name})
	return kept, true
}

// NotifyAllName keeps neither and sends each {global_name_conflict, Name, Other}.
func NotifyAllName(p *sim.Proc, name any, a, b sim.PID) (sim.PID, bool) {
	p.Send(a, sim.Tuple{sim.Atom("global_name_conflict"), name, b})
	p.Send(b, sim.Tuple{sim.Atom("global_name_conflict"), name, a})
	return sim.PID{}, false
}

func sorted(a, b sim.PID) (kept, gone sim.PID) {
	if a.Node() < b.Node() {
		return a, b
	}
	return b, a
}

// startResolver starts the process that compares our names with a node's in one session.
func startResolver(p *sim.Proc, node sim.Atom, tag int) sim.PID {
	pid, _ := p.SpawnOpt("resolver", func(p *sim.Proc) {
		m, _ := sim.Recv[resolve](p)
		mine, his := compare(p, node, m.names)
		otp.Cast(p, serverName, exchangeOps{node, tag, mine, his})
	}, sim.SpawnOptions{Hidden: true})
	return pid
}

// compare says what is to be done here, and there, so that the names are the same. Of two sides that have
// given a name to different processes, that of the smaller name decides.
func compare(p *sim.Proc, node sim.Atom, names []Entry) (mine, his []Op) {
	t := here(p)
	for _, e := range names {
		ours := t.names.at(e.Name)
		switch {
		case ours == nil:
			mine = append(mine, Op{e})
		case ours.pid == e.PID || p.Node() > node:
		default:
			kept, ok := decide(p, ours, e)
			switch {
			case ok && kept == e.PID:
				mine = append(mine, Op{e})
			case ok && kept == ours.pid:
				his = append(his, Op{Entry{ours.name, ours.pid, ours.method}})
			default:
				mine = append(mine, Op{Entry{Name: e.Name}})
				his = append(his, Op{Entry{Name: e.Name}})
			}
		}
	}
	return mine, his
}

// decision is the reason with which a process ends that has asked a resolver.
type decision struct {
	PID sim.PID
	OK  bool
}

// IsAnswer marks it as one with which a process ends that has done what it was asked.
func (decision) IsAnswer() {}

// decide asks our resolver, on the node of our process. If it does not answer, theirs is kept: a crash there is the
// same as a node that is not there (GLB7).
func decide(p *sim.Proc, ours *named, theirs Entry) (kept sim.PID, ok bool) {
	method, name, a, b := ours.method, ours.name, theirs.PID, ours.pid
	_, ref := p.SpawnAt(b.Node(), "resolve_it", func(p *sim.Proc) {
		kept, ok := method(p, name, a, b)
		p.ExitSelf(decision{kept, ok})
	}, sim.SpawnOptions{Monitor: true, Hidden: true})
	d, _ := sim.Receive(p, func(m any) (sim.Down, bool) { d, is := m.(sim.Down); return d, is && d.Ref == ref })
	if v, answered := d.Reason.(decision); answered {
		return v.PID, v.OK
	}
	p.Report("info", p.Self(), sim.Tuple{sim.Atom("badrpc"), d.Reason, name})
	return a, true
}
