package conform

import (
	"github.com/bedlam-sim/bedlam/sim"
)

// command tells a puppet to perform the operations of a step.
type command struct {
	step int
	ops  []Op
}

// born tells whoever spawned a puppet that it has begun.
type born struct{ ref sim.Ref }

// ours reports whether a message is of the machinery: puppets receive no such message as one of the case.
func ours(body any) bool {
	switch body.(type) {
	case *command, born:
		return true
	}
	return false
}

// puppet is the code of a puppet: it performs run, then what it is told.
func (s *stage) puppet(name string, run []Op, begun func(p *sim.Proc)) sim.Body {
	return func(p *sim.Proc) {
		a := newActor(p, s, name)
		s.enter(name, p.Self(), true)
		if begun != nil {
			begun(p)
		}
		for _, o := range run {
			if a.perform(o); a.asleep {
				break
			}
		}
		for {
			a.obey(a.await())
		}
	}
}

// await waits for the next command.
func (a *actor) await() *command {
	m, _ := a.p.Await(sim.Mark{}, func(m *sim.Msg) bool {
		_, ok := m.Body().(*command)
		return ok
	}, sim.Forever)
	return m.Body().(*command)
}

// obey performs a command.
func (a *actor) obey(c *command) {
	a.step, a.asleep = c.step, false
	for _, o := range c.ops {
		result := a.perform(o)
		if a.asleep {
			return
		}
		a.s.note(event{kind: hasResult, step: c.step, value: result})
	}
	a.s.note(event{kind: isDone, step: c.step})
}
