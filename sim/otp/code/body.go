package code

import "github.com/bedlam-sim/bedlam/sim"

// Body is the body of a plain process that runs the module: p.Spawn("echo", m.Body(args…)). It begins in the current
// version, and goes to the one that is then current at each qualified call (HOT1).
func (m *Module) Body(args ...any) sim.Body {
	return func(p *sim.Proc) {
		t := tableOf(p)
		u := t.enter(p, m)
		u.plain = true
		for args := args; ; {
			next := codeOf[loop](m, u.load.Version)(p, args...)
			if next == nil {
				return
			}
			p.Reductions(1)
			args, u.load = next, t.entry(m).current
		}
	}
}
