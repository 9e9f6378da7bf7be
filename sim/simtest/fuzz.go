package simtest

import (
	"encoding/binary"
	"testing"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// Fuzz looks for a plan whose run breaks a rule with Go's fuzzer: bytes are a seed and edits of its plan, or a plan's
// text. The corpus is the saved plans beside what go test keeps in testdata/fuzz; what fails is told, saved and
// replayed as by Check.
//
// Shrinking is the plan's affair and not the fuzzer's: go test -fuzz with -fuzzminimizetime=1x saves it the trouble. Of
// what it finds one plan of each rule is saved, the shortest.
func Fuzz(f *testing.F, spec Spec, opts ...Option) {
	f.Helper()
	c := newChecking(f, spec, opts)
	if c.settled() {
		c.close()
		if !f.Failed() {
			f.Skip("there was no fuzzing to do")
		}
		return
	}
	f.Cleanup(c.close)
	paths, err := savedIn(c.dir)
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		if s, err := readSaved(path); err == nil {
			f.Add([]byte(s.plan.Format()))
		}
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) { c.fuzz(t, data) })
}

// FuzzOne is what Fuzz does with one input: for those who have inputs of their own.
func FuzzOne(t testing.TB, spec Spec, data []byte, opts ...Option) {
	t.Helper()
	c := newChecking(t, spec, opts)
	defer c.close()
	c.fuzz(t, data)
}

// fuzz runs one input. Each is a test of its own, so nothing of the ones before may be left.
func (c *checking) fuzz(t testing.TB, data []byte) {
	t.Helper()
	one := &checking{t: c.under(t), spec: c.spec, flags: c.flags, dir: c.dir, budget: c.budget, unsaved: c.unsaved, of: c.of}
	p := one.edited(data)
	o := one.of.run(p, nil)
	if !o.Fails() {
		return
	}
	if one.again(p, o); one.waver == nil {
		one.note(finding{p, o})
	}
	one.conclude()
}

// fuzzTest is a test of one input, under the name of the fuzz test: that is what a replay runs.
type fuzzTest struct {
	testing.TB
	name string
}

// Name is the fuzz test's.
func (t fuzzTest) Name() string { return t.name }

func (c *checking) under(t testing.TB) testing.TB { return fuzzTest{t, c.t.Name()} }

// An edit is four bytes: which kind, and three bytes of what. What they say is taken modulo what there is, so that all bytes mean
// something and small changes stay small.
const editSize = 4

// mostEdits is how many edits of an input count.
const mostEdits = 256

// edited is the plan that bytes say: the text of one, or eight bytes of a seed and then edits. Of each four edits one leaves
// an element out, two say what the declaration draws, and one how the run deviates.
func (c *checking) edited(data []byte) plan.Plan {
	if p, err := plan.Parse(string(data)); err == nil {
		return p
	}
	var seed [8]byte
	data = data[copy(seed[:], data):]
	p := plan.Plan{Seed: binary.LittleEndian.Uint64(seed[:])}
	var asked choice.Recording
	var drawn []choice.Draw // by the declaration; what it asks may hang on its answers
	redraw := func() {
		asked.Draws = asked.Draws[:0]
		source := p.Source()
		source.Record(&asked)
		c.spec.draw(source)
		drawn = asked.Draws
	}
	redraw()
	var run []choice.Draw // those of the run that the declaration does not ask
	for i := 0; i < mostEdits && len(data) >= editSize; i++ {
		kind, where, what := data[0], int(data[1]), uint64(binary.LittleEndian.Uint16(data[2:]))
		data = data[editSize:]
		switch {
		case kind%4 == 0 && c.spec.Elements() > 0:
			p.Without = append(p.Without, where%c.spec.Elements())
		case kind%4 == 3:
			if run == nil { // as it is so far
				var rec choice.Recording
				c.of.run(p.Canonical(), &rec)
				run = rec.Draws[len(drawn):]
			}
			if n := len(run); n > 0 {
				p.Deviations = append(p.Deviations, deviation(run[(where<<4|int(kind>>4))%n], what))
			}
		case len(drawn) > 0:
			p.Deviations = append(p.Deviations, deviation(drawn[where%len(drawn)], what))
			redraw()
		}
	}
	return p.Canonical()
}

func deviation(d choice.Draw, answer uint64) choice.Deviation {
	if d.Of > 0 {
		answer %= d.Of
	}
	return choice.Deviation{Key: d.Key, Answer: answer}
}
