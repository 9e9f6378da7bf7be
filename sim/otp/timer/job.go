package timer

import "github.com/bedlam-sim/bedlam/sim"

// job is what a timer does when its time has come. If it cannot, nothing happens.
type job interface {
	do(p *sim.Proc)
	String() string
}

type send struct {
	to  sim.Addr
	msg any
}

func (j send) do(p *sim.Proc) {
	if to, ok := present(p, j.to); ok {
		p.Send(to, j.msg)
	}
}

// String prints {send, To, Msg}.
func (j send) String() string { return sim.Tuple{sim.Atom("send"), j.to, j.msg}.String() }

type exit struct {
	to     sim.Addr
	reason sim.Reason
}

func (j exit) do(p *sim.Proc) {
	if to, ok := present(p, j.to); ok {
		if pid, ok := to.(sim.PID); ok && !pid.IsZero() {
			p.Exit(pid, j.reason)
		}
	}
}

// String prints {exit, To, Reason}.
func (j exit) String() string { return sim.Tuple{sim.Atom("exit"), j.to, j.reason}.String() }

// present is the process behind a name of this node, if there is one; other addresses stay what they are.
func present(p *sim.Proc, to sim.Addr) (sim.Addr, bool) {
	if name, isName := to.(sim.Name); isName {
		return p.Whereis(name)
	}
	return to, true
}

type apply sim.Body

// role is what the processes are called that timers spawn.
const role = "apply"

func (j apply) do(p *sim.Proc) { p.Spawn(role, sim.Body(j)) }

// String prints the job, not the function.
func (apply) String() string { return "apply" }

// begin is do for those who want to know when it is done.
func (j apply) begin(p *sim.Proc) sim.Ref {
	_, ref := p.SpawnMonitor(role, sim.Body(j))
	return ref
}
