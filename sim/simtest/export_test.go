package simtest

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// Settings stand for flags: tests have several of them.
func Settings(replay string, seeds int, update bool) Option {
	return func(c *checking) {
		c.flags.replay, c.flags.seeds, c.flags.update, c.flags.ambient = replay, seeds, update, false
	}
}

// Ambient is a plan to replay that the environment names.
func Ambient(replay string) Option {
	return func(c *checking) { c.flags.replay, c.flags.ambient = replay, true }
}

// Due is a deadline that has come.
func Due() Option { return func(c *checking) { c.deadline = time.Now() } }

// MostWords is mostWords.
const MostWords = mostWords

// Begins are the messages that failures begin with.
const (
	Breaks = breaksMessage
	Wavers = waversMessage
	Stale  = staleMessage

	Still    = stillMessage
	Untested = untestedMessage
)

// Harness is harness.
func Harness(v any) bool { return harness(v) }

// ParseAndFormat reads a saved plan and prints it again.
func ParseAndFormat(text string) (string, error) {
	s, err := parseSaved(text)
	return s.format(), err
}

// FormatSaved prints a saved plan.
func FormatSaved(spec uint64, breaks string, hash uint64, p plan.Plan) string {
	return saved{spec: spec, breaks: breaks, hash: hash, plan: p}.format()
}

// Pattern is pattern.
func Pattern(test string) string { return pattern(test) }

// SetNothing sets flags as if from text; it tells what is wrong with them.
func SetNothing(seed, seeds string) (e1, e2 error) {
	var s settings
	if seed != "" {
		e1 = s.setSeed(seed)
	}
	return e1, s.setSeeds(seeds)
}

// Declared is what a plan makes of a declaration.
func Declared(l *Live) (s string) {
	for place := range l.spec.Elements() {
		if what := l.spec.element(l.decl, place); what != "" {
			s += what + "\n"
		}
	}
	return s
}

// Record is Run that writes the draws down.
func Record(spec Spec, p plan.Plan, rec *choice.Recording) plan.Outcome {
	var b bed
	l := b.open(&spec, p, rec, 0)
	defer l.Close()
	return l.play()
}

// Edited is the plan that bytes say.
func Edited(spec Spec, data []byte) plan.Plan {
	c := &checking{spec: &spec, of: &runs{spec: &spec}}
	defer c.close()
	return c.edited(data)
}

// Told is what the steps of a plan were, by their places.
func Told(spec Spec, steps Steps, p plan.Plan) map[int]string {
	spec = spec.scripted(steps.script(spec))
	l := Open(spec, p)
	defer l.Close()
	l.play()
	return l.steps.told
}

// RunSteps runs plans of steps.
func RunSteps(spec Spec, steps Steps) plan.Runner {
	spec = spec.scripted(steps.script(spec))
	return func(p plan.Plan, rec *choice.Recording) plan.Outcome { return Record(spec, p, rec) }
}

// Timed is what must be drawn, so that a fault comes at a time.
func Timed(i int, at time.Duration) []choice.Deviation {
	put := func(what string, answer uint64) choice.Deviation {
		return choice.Deviation{Key: choice.Key{Domain: choice.Plan, ID: choice.ID("fault", fmt.Sprint(i), what)}, Answer: answer}
	}
	return []choice.Deviation{put("anchored", 0), put("at", uint64(at/time.Millisecond))}
}

// Folder is folder.
func Folder(test string) string { return folder(test) }

// Anchored is a failing plan with its faults waiting for events, where that is better.
func Anchored(spec Spec, p plan.Plan, opts ...Option) plan.Plan {
	c := &checking{spec: &spec, of: &runs{spec: &spec}}
	for _, o := range opts {
		o(c)
	}
	defer c.close()
	q, _ := c.anchored(p, c.of.run(p, nil))
	return q
}

// DeclaredBy is what a plan makes of a declaration.
func DeclaredBy(spec Spec, p plan.Plan) string {
	l := Open(spec, p)
	defer l.Close()
	return Declared(l)
}

// SavedName is what the file of a saved plan is called.
func SavedName(breaks string, p plan.Plan) string { return saved{breaks: breaks, plan: p}.name() }
