package simtest

import (
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
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

// MostWords is mostWords.
const MostWords = mostWords

// Begins are the messages that failures begin with.
const (
	Breaks = breaksMessage
	Wavers = waversMessage
	Stale  = staleMessage
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
	c := &checking{spec: &spec}
	c.runs.spec = &spec
	defer c.close()
	return c.edited(data)
}

// Staged is ScenarioText with flags of its own.
func Staged(t testing.TB, file string, src []byte, o Option) {
	var c checking
	o(&c)
	(&staging{t: t, file: file, src: src, programs: scenarios.Builtin(), flags: c.flags}).test()
}
