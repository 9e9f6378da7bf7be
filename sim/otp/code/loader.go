package code

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// Load makes a version of a module the current one of this node: code:load_file. What was current is old from now
// on, and whoever runs it goes on running it. If there was an old one already, whoever still runs that is
// killed first. The error is an *Error, nofile.
func Load(p *sim.Proc, m *Module, vsn string) error {
	i := m.index(vsn)
	if i < 0 {
		return &Error{m.Name, noFile}
	}
	Purge(p, m)
	e := tableOf(p).entry(m)
	e.old, e.current = e.current, m.load(i)
	return nil
}

// Purge removes the old version of a module, and kills whoever runs it; it returns when they are gone. killed
// says whether there were any: code:purge (HOT1). If one of them is the caller, it is the last.
func Purge(p *sim.Proc, m *Module) (killed bool) {
	e := tableOf(p).entry(m)
	if e.old == nil {
		return false
	}
	pids := runningOld(p, e)
	self := slices.Index(pids, p.Self())
	for i, pid := range pids {
		if i != self {
			kill(p, pid)
		}
	}
	e.old = nil
	if self >= 0 {
		p.Exit(p.Self(), sim.Kill)
	}
	return len(pids) > 0
}

// kill kills a process and waits until it is gone.
func kill(p *sim.Proc, pid sim.PID) {
	mark := p.Mark()
	ref := p.Monitor(pid)
	p.Exit(pid, sim.Kill)
	p.Take(mark, func(m *sim.Msg) bool { return otp.IsDown(m, ref) }, sim.Forever)
}

// SoftPurge removes the old version of a module if nobody runs it, and says whether it is gone:
// code:soft_purge (HOT1).
func SoftPurge(p *sim.Proc, m *Module) bool {
	e := tableOf(p).entry(m)
	if e.old == nil {
		return true
	}
	if len(runningOld(p, e)) > 0 {
		return false
	}
	e.old = nil
	return true
}

// runningOld lists those who run the old version of a module, once they have handled what p has sent them.
func runningOld(p *sim.Proc, e *entry) []sim.PID {
	old := e.old
	return living(p, tableOf(p).running(func(u *use) bool { return u.load == old }))
}

func living(p *sim.Proc, pids []sim.PID) []sim.PID {
	return slices.DeleteFunc(pids, func(pid sim.PID) bool { return !p.Alive(pid) })
}

// Which is the current version of a module on this node; ok is false if nobody has needed it or loaded it yet.
func Which(p *sim.Proc, m *Module) (vsn string, ok bool) {
	e := tableOf(p).known(m.Name)
	if e == nil {
		return "", false
	}
	return e.current.Vsn, true
}

// Old is the old version of a module on this node; ok is false if there is none.
func Old(p *sim.Proc, m *Module) (vsn string, ok bool) {
	e := tableOf(p).known(m.Name)
	if e == nil || e.old == nil {
		return "", false
	}
	return e.old.Vsn, true
}

// Loaded is a module as a node has it.
type Loaded struct {
	Module  *Module
	Current string
	Old     string // "" if there is none
}

// AllLoaded lists the modules that the node has loaded, in the order in which it first did: code:all_loaded.
func AllLoaded(p *sim.Proc) []Loaded {
	var all []Loaded
	for _, e := range tableOf(p).entries {
		l := Loaded{Module: e.module, Current: e.current.Vsn}
		if e.old != nil {
			l.Old = e.old.Vsn
		}
		all = append(all, l)
	}
	return all
}

// User is a process that runs a module.
type User struct {
	PID sim.PID
	Vsn string
	Old bool // what it runs is not the current version
}

// Users lists the processes that run a module on this node, those that have run it longest first. A manager with
// two event handlers of the module is there twice.
func Users(p *sim.Proc, m *Module) []User {
	t := tableOf(p)
	alive := living(p, t.running(func(u *use) bool { return u.load.module.Name == m.Name }))
	current := t.entry(m).current
	var users []User
	for _, u := range t.uses {
		if u.load.module.Name == m.Name && slices.Contains(alive, u.pid) {
			users = append(users, User{u.pid, u.load.Vsn, u.load != current})
		}
	}
	return users
}

// Runs is the version of a module that a process of this node runs; ok is false if it runs none.
func Runs(p *sim.Proc, pid sim.PID, m *Module) (vsn string, ok bool) {
	u := tableOf(p).of(pid, m.Name)
	if u == nil || !p.Alive(pid) {
		return "", false
	}
	return u.load.Vsn, true
}

// CheckProcess reports whether a process runs the old version of a module: erlang:check_process_code.
func CheckProcess(p *sim.Proc, pid sim.PID, m *Module) bool {
	e := tableOf(p).entry(m)
	return e.old != nil && slices.Contains(runningOld(p, e), pid)
}
