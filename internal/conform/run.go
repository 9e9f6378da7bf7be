package conform

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Options say how hard to look for a recorded outcome.
type Options struct {
	// Schedules is how many seeded schedules are tried when the dull one does not give the recording;
	// 0 means DefaultSchedules, less than 0 none.
	Schedules int
}

// DefaultSchedules is how many seeded schedules a case has to conform in.
const DefaultSchedules = 50

func (o Options) schedules() int {
	if o.Schedules == 0 {
		return DefaultSchedules
	}
	return o.Schedules
}

// Outcome is how a case compares with its recording.
type Outcome struct {
	Name     string
	Matched  bool   // the dull schedule gives the recording
	Conforms bool   // the dull one or a seeded one does
	Schedule int    // the first seed that does, if the dull schedule does not; of two modes, the greater
	Diff     string // for people: where the dull schedule parts from the recording, "" if it matched
	Err      error  // why the dull schedule could not run the case to its end
}

// Run runs one case in a world of its own.
func Run(line Line, opts Options) Outcome {
	var r Runner
	defer r.Close()
	return r.Run(line, opts)
}

// Runner runs cases one after the other in one world, which saves making it anew. The zero Runner is ready;
// it must be closed.
type Runner struct{ world *sim.World }

// Close gives the world back.
func (r *Runner) Close() {
	if r.world != nil {
		r.world.Close()
		r.world = nil
	}
}

// Run runs one case, in each of the modes its recording holds for.
func (r *Runner) Run(line Line, opts Options) Outcome {
	out := Outcome{Name: line.Case.Name, Matched: true, Conforms: true}
	for _, mode := range modes(line.OTP) {
		r.runMode(&out, &line, mode, opts)
	}
	return out
}

// modes are what a recording holds for.
func modes(otp string) []sim.Compat {
	switch otp {
	case "25":
		return []sim.Compat{sim.OTP25}
	case "27":
		return []sim.Compat{sim.OTP27}
	}
	return []sim.Compat{sim.OTP27, sim.OTP25}
}

var modeNames = map[sim.Compat]string{sim.OTP25: "OTP 25", sim.OTP27: "OTP 27"}

// runMode tries the dull schedule, then seeded ones.
func (r *Runner) runMode(out *Outcome, line *Line, mode sim.Compat, opts Options) {
	diff, err := r.try(line, sim.Config{Compat: mode, Policy: scheduler.FIFO{}, Source: choice.Dull()}, 0)
	if diff == "" && err == nil {
		return
	}
	out.Matched = false
	if out.Diff == "" {
		out.Diff = diff
		if line.OTP == "any" {
			out.Diff = "as " + modeNames[mode] + ", " + diff
		}
		out.Err = err
	}
	if isMistake(err) { // no schedule will mend it
		out.Conforms = false
		return
	}
	for seed := 1; seed <= opts.schedules(); seed++ {
		source := choice.New(uint64(seed))
		diff, err := r.try(line, sim.Config{Compat: mode, Policy: scheduler.Random{}, Source: source}, phaseOf(seed))
		switch {
		case isMistake(err):
			out.Conforms, out.Diff, out.Err = false, diff, err
			return
		case diff == "" && err == nil:
			out.Schedule = max(out.Schedule, seed)
			return
		}
	}
	out.Conforms = false
}

// phaseOf is how far into a second of the machine's clock a case begins under a seeded schedule: supervisors
// count restarts in whole seconds of a clock whose phase nobody knows (SUP9).
func phaseOf(seed int) time.Duration { return time.Duration(seed%phases) * time.Second / phases }

const phases = 5

// isMistake reports whether an error shows something wrong with the case, or with what runs it.
func isMistake(err error) bool {
	var mistake *CaseError
	var broken *brokenError
	return errors.As(err, &mistake) || errors.As(err, &broken)
}

// try runs a case once and tells where it differs from its recording.
func (r *Runner) try(line *Line, cfg sim.Config, phase time.Duration) (diff string, err error) {
	got, err := r.record(&line.Case, cfg, phase)
	if err != nil {
		return err.Error() + "\n", err
	}
	return difference(&line.Case, &line.Recording, got), nil
}

// record runs a case once.
func (r *Runner) record(c *Case, cfg sim.Config, phase time.Duration) (rec *Recording, err error) {
	if cfg.Nodes, err = nodeSpecs(c); err != nil {
		return nil, err
	}
	defer func() {
		if v := recover(); v != nil { // the run was broken off, and the world with it
			r.world = nil
			err = brokenOff(v)
		}
	}()
	d := &driver{c: c, stage: newStage(c.Nodes), cluster: isCluster(c), pace: paceOf(c.Domain), phase: phase}
	d.stage.net = d.cluster
	d.book = book{living: map[string]bool{}, sups: map[string]bool{}}
	cfg.Node, cfg.Link = localNode, localLink
	cfg.Boot, cfg.Observer, cfg.Abandon = bootOf(c, d.stage), d.stage, abandons
	cfg.ReductionCost, cfg.MaxEvents = sim.Free, factsMax
	if r.world == nil {
		r.world = sim.New(cfg)
	} else {
		r.world.Reset(cfg)
	}
	d.world = r.world
	return d.run()
}

// abandons ends the run on mistakes of a case or of this package: they must not pass for the crash of a process.
func abandons(v any) bool {
	switch v.(type) {
	case *CaseError, runtime.Error:
		return true
	}
	return false
}

func brokenOff(v any) error {
	if e, ok := v.(*CaseError); ok {
		return e
	}
	return &brokenError{fmt.Sprintf("the interpreter panicked: %v\n%s", v, debug.Stack())}
}

// brokenError says that this package, or what it stands on, panicked.
type brokenError struct{ text string }

func (e *brokenError) Error() string { return e.text }
