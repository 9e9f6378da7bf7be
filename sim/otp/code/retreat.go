package code

import (
	"errors"
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
)

// retreat brings everything back to what was before: the versions of the node, the code and state of those that are
// suspended, exactly as it was; and those that run the new version already go back as by a downgrade, for
// their state has changed since.
func (j *job) retreat(why error) {
	j.unload()
	for _, pid := range slices.Backward(j.begun) {
		j.undo(pid)
	}
	j.wakeAll()
	stuck := j.fetchBack()
	for _, m := range j.moves {
		SoftPurge(j.p, m.module)
	}
	var failed *Failed
	if errors.As(why, &failed) {
		failed.Stuck = stuck
	}
	j.changed = nil
}

// unload makes the versions from before the current ones again.
func (j *job) unload() {
	if !j.loaded {
		return
	}
	for _, m := range j.moves {
		if !m.loaded {
			m.current, m.old = m.from, m.to
		}
	}
}

// undo gives a suspended process its code and its state back, whatever has become of its change. If it is still busy with
// that it will find the request when it is done.
func (j *job) undo(pid sim.PID) {
	for _, m := range j.moves {
		u := j.table.of(pid, m.module.Name)
		if u == nil {
			continue
		}
		sys.ChangeCode(j.p, pid, m.module.Name, gen.Undo{}, nil, otp.Within(j.Patience))
		if u.keep == nil { // a supervisor
			u.load = m.from
		}
	}
}

// fetchBack downgrades those that run the new versions. It answers who could not be.
func (j *job) fetchBack() (stuck []sim.PID) {
	for {
		ahead := living(j.p, j.table.running(func(u *use) bool {
			m := j.moveOf(u.load.module)
			return m != nil && !m.loaded && u.load == m.to && !u.plain && !slices.Contains(stuck, u.pid)
		}))
		if len(ahead) == 0 {
			return stuck
		}
		for _, pid := range ahead {
			if !j.downgrade(pid) {
				stuck = append(stuck, pid)
			}
		}
	}
}

// downgrade brings a process back that runs the new versions, and reports whether it came.
func (j *job) downgrade(pid sim.PID) bool {
	err := j.suspend(pid)
	for _, m := range j.moves {
		if err == nil {
			err = j.failed(Changing, pid, m.module.Name, j.ask(pid, m, m.from))
		}
	}
	j.wakeAll()
	return err == nil
}
