package code

import (
	"errors"
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
)

// job is an upgrade under way.
type job struct {
	Upgrade
	p       *sim.Proc
	table   *table
	moves   []*move
	tops    []sim.PID
	loaded  bool
	asleep  []sim.PID // whom it has suspended, in that order
	begun   []sim.PID // of those, who has been asked to change
	changed []sim.PID // who runs the new versions because it was asked
}

// move is the way of one module.
type move struct {
	*entry
	from, to *load
	loaded   bool // it is the current version already, and stays that whatever happens
}

func (j *job) run() error {
	if holder := j.table.upgrader; !holder.IsZero() && holder != j.p.Self() && j.p.Alive(holder) {
		return &Failed{Phase: Locking, Reason: holder}
	}
	j.table.upgrader = j.p.Self()
	defer func() { j.table.upgrader = sim.PID{} }()
	if err := j.prepare(); err != nil || len(j.moves) == 0 {
		return err
	}
	err := j.advance()
	if err != nil {
		j.retreat(err)
		return err
	}
	j.commit()
	return nil
}

// prepare finds out what is to be done, and whether it can be.
func (j *job) prepare() error {
	for _, s := range j.Steps {
		i := s.Module.index(s.To)
		if i < 0 {
			return &Error{s.Module.Name, noFile}
		}
		e := j.table.entry(s.Module)
		switch {
		case e.current.index != i:
			j.moves = append(j.moves, &move{entry: e, from: e.current, to: s.Module.load(i)})
		case e.old != nil: // it was loaded before, and somebody may not have gone over
			j.moves = append(j.moves, &move{entry: e, from: e.old, to: e.current, loaded: true})
		}
	}
	for _, top := range j.Under {
		if pid, ok := otp.Whereis(j.p, top); ok {
			j.tops = append(j.tops, pid)
		}
	}
	return j.purge()
}

// purge makes room for the new versions.
func (j *job) purge() error {
	for _, m := range j.moves {
		switch {
		case m.loaded:
		case j.Brutal:
			Purge(j.p, m.module)
		case !SoftPurge(j.p, m.module):
			return &Failed{Phase: Purging, Module: m.module.Name, Reason: sim.Tuple{oldProcesses, runningOld(j.p, m.entry)}}
		}
	}
	return nil
}

// advance upgrades the processes. If it does not come to its end, that is a *Failed.
func (j *job) advance() error {
	if j.Order == All || j.Order == "" {
		return j.together()
	}
	j.load()
	for {
		todo := j.behind()
		if len(todo) == 0 {
			return nil
		}
		if err := j.inTurn(todo); err != nil {
			return err
		}
	}
}

// together upgrades all processes at once.
func (j *job) together() error {
	if err := j.suspendAll(); err != nil {
		return err
	}
	j.load()
	if err := j.suspendAll(); err != nil { // those that were started meanwhile
		return err
	}
	for _, pid := range j.asleep {
		if err := j.change(pid); err != nil {
			return err
		}
	}
	j.wakeAll()
	return nil
}

// inTurn upgrades processes one after the other.
func (j *job) inTurn(pids []sim.PID) error {
	if j.Order == Random {
		for i := range pids {
			k := i + j.p.Rand(len(pids)-i)
			pids[i], pids[k] = pids[k], pids[i]
		}
	}
	for _, pid := range pids {
		if len(j.changed) > 0 {
			j.p.Sleep(j.Gap)
		}
		if err := j.suspend(pid); err != nil {
			return err
		}
		if err := j.change(pid); err != nil {
			return err
		}
		j.wakeAll()
	}
	return nil
}

// behind lists the processes of the modules that do not run the new versions and are not suspended yet, above
// before below: a process is older than those it has started.
func (j *job) behind() []sim.PID {
	pids := j.table.running(func(u *use) bool {
		m := j.moveOf(u.load.module)
		return m != nil && u.load != m.to && !u.plain && j.within(u.pid)
	})
	return living(j.p, slices.DeleteFunc(pids, func(pid sim.PID) bool { return slices.Contains(j.asleep, pid) }))
}

func (j *job) moveOf(module *Module) *move {
	for _, m := range j.moves {
		if m.module.Name == module.Name {
			return m
		}
	}
	return nil
}

// within reports whether a process belongs to the trees that are upgraded.
func (j *job) within(pid sim.PID) bool {
	if len(j.Under) == 0 || slices.Contains(j.tops, pid) {
		return true
	}
	return slices.ContainsFunc(otp.Ancestors(pid), func(up sim.PID) bool { return slices.Contains(j.tops, up) })
}

// load makes the new versions the current ones. Nobody runs the old ones but one: see purge.
func (j *job) load() {
	for _, m := range j.moves {
		m.old, m.current = m.from, m.to
	}
	j.loaded = true
}

func (j *job) suspendAll() error {
	for _, pid := range j.behind() {
		if err := j.suspend(pid); err != nil {
			return err
		}
	}
	return nil
}

// suspend suspends a process. That it ends meanwhile is no failure. One that does not answer will be suspended
// when it does; it will also find the request to go on then.
func (j *job) suspend(pid sim.PID) error {
	j.asleep = append(j.asleep, pid)
	return j.failed(Suspending, pid, "", sys.Suspend(j.p, pid, otp.Within(j.Patience)))
}

// failed makes a *Failed of what a process has answered, or not answered, while it lives.
func (j *job) failed(phase sim.Atom, pid sim.PID, module sim.Atom, err error) error {
	if err == nil || !j.p.Alive(pid) {
		return nil
	}
	return &Failed{Phase: phase, PID: pid, Module: module, Reason: why(err)}
}

// why is the reason that is behind an error of package sys.
func why(err error) sim.Reason {
	var call *otp.CallError
	var failure *sys.Failure
	switch {
	case errors.As(err, &call):
		return call.Reason
	case errors.As(err, &failure):
		return failure.Reason
	}
	return err
}

// change changes the code of a suspended process: of each module that it runs.
func (j *job) change(pid sim.PID) error {
	j.begun = append(j.begun, pid)
	for _, m := range j.moves {
		if err := j.failed(Changing, pid, m.module.Name, j.ask(pid, m, m.to)); err != nil {
			return err
		}
	}
	j.changed = append(j.changed, pid)
	return nil
}

// ask makes a process go to a version of a module, if it runs the module.
func (j *job) ask(pid sim.PID, m *move, to *load) error {
	if j.table.all(pid, to) {
		return nil
	}
	if u := j.table.of(pid, m.module.Name); u.keep == nil { // a supervisor
		u.next = to
		defer func() { u.next = nil }()
	}
	err := sys.ChangeCode(j.p, pid, m.module.Name, target{to}, j.Extra, otp.Within(j.Patience))
	if err == nil && !j.table.all(pid, to) { // an event handler under another name
		err = &sys.Failure{Reason: undef}
	}
	return err
}

// wakeAll lets all go on that were suspended.
func (j *job) wakeAll() {
	for _, pid := range j.asleep {
		sys.Resume(j.p, pid, otp.Within(j.Patience))
	}
	j.asleep, j.begun = nil, nil
}

// commit is the end of an upgrade that has succeeded.
func (j *job) commit() {
	for _, u := range j.table.uses {
		if u.keep != nil {
			u.keep.forget()
		}
	}
	for _, m := range j.moves {
		if j.Brutal {
			Purge(j.p, m.module)
		} else {
			SoftPurge(j.p, m.module)
		}
	}
}
