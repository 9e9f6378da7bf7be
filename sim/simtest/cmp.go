package simtest

import (
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// CmpOptions let cmp compare what processes talk about: PIDs and references by how they print, which is their path, so
// that those of two runs can be compared; errors by errors.Is; crashes by their reason and not by the lines of code;
// and nothing with emptiness.
//
// What cmp.Diff prints differs from one build to the next, on purpose: it is for people, and for no hash, golden file or
// failure that must come again as it was.
func CmpOptions() cmp.Options {
	return cmp.Options{
		cmp.Transformer("PID", func(p sim.PID) string { return p.String() }),
		cmp.Transformer("Ref", func(r sim.Ref) string { return r.String() }),
		cmp.Transformer("Timer", func(t sim.Timer) string { return t.String() }),
		cmpopts.IgnoreFields(term.Crash{}, "Stack"),
		cmp.FilterValues(func(a, b any) bool { return !isCrash(a) && !isCrash(b) }, cmpopts.EquateErrors()),
		cmpopts.EquateEmpty(),
	}
}

func isCrash(v any) bool {
	_, is := v.(*term.Crash)
	return is
}
