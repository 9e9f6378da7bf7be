package supervisor

import "github.com/bedlam-sim/bedlam/sim"

// before is what a supervisor was before its code changed, in case it is to go back.
type before struct {
	strategy  Strategy
	intensity Intensity
	auto      AutoShutdown
	children  []*child
	specs     []*Child // of the children
	template  *Child
}

// beforeKey is where a supervisor keeps that: most never change.
const beforeKey = "$before"

func (s *server) remember(p *sim.Proc) {
	b := &before{strategy: s.strategy, intensity: s.intensity, auto: s.auto, children: s.table.all(), template: s.table.template}
	for _, c := range b.children {
		b.specs = append(b.specs, c.spec)
	}
	p.Put(beforeKey, b)
}

func (s *server) forget(p *sim.Proc) {
	if p.Value(beforeKey) != nil {
		p.Put(beforeKey, nil)
	}
}

// goBack makes the supervisor what it was before its code changed, if it did.
func (s *server) goBack(p *sim.Proc) {
	b, ok := p.Value(beforeKey).(*before)
	if !ok {
		return
	}
	s.forget(p)
	s.strategy, s.intensity, s.auto = b.strategy, b.intensity, b.auto
	s.table.restore(b)
}

// restore gives the table back what it had. Children that have got a process since then stay, behind the others.
func (t *table) restore(b *before) {
	now := t.all()
	had := make(map[*child]*Child, len(b.children))
	for i, c := range b.children {
		had[c] = b.specs[i]
	}
	here := make(map[*child]bool, len(now))
	for _, c := range now {
		here[c] = true
	}
	t.first, t.last, t.size, t.byID, t.byPID, t.template = nil, nil, 0, nil, nil, b.template
	for _, c := range b.children {
		if here[c] {
			c.spec = had[c]
			t.link(c)
		}
	}
	for _, c := range now {
		if had[c] == nil && (c.phase == running || c.phase == retrying) {
			t.link(c)
		}
	}
}
