package simtest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// opPanics is no_operation_panics: no operation ends by a panic of Go's, as one that writes to a nil map does. Its client
// hears of it and goes on, so no_unheard_exit has nothing to say, and an operation that panics each time would test
// nothing in silence. To exit, as Proc.ExitSelf and otp.MustCall do, is free, and so is an Erlang error, such as badarg,
// and to end because others do.
type opPanics struct {
	check.Base
	live *Live
}

func newOpPanics(l *Live) check.Rule {
	return &opPanics{check.NewBase("no_operation_panics", check.KindNever), l}
}

// Observe judges the crash of a process that does an operation. Which operation it was is the key.
func (r *opPanics) Observe(f sim.Fact) {
	crash, is := f.Detail.(*term.Crash)
	if !is || f.Kind != trace.Report || f.Text != "crash" || f.Object != f.Subject { // another's is no panic of its own
		return
	}
	op, is := r.live.clients.doing[f.Subject]
	if !is {
		return
	}
	r.Evaluate()
	if !erlang(crash.Err) {
		r.Break(f.At, fmt.Sprintf("%T", op), fmt.Sprintf("%v panicked in %q: %s%s", f.Subject, op, said(crash.Err), where(crash.Stack)))
	}
}

// said is what a panic says.
func said(v any) string {
	if err, is := v.(error); is {
		return err.Error()
	}
	return term.Format(v)
}

// where is the place of a panic in the program.
func where(s term.Stack) string {
	for line := range strings.Lines(s.String()) {
		if !strings.HasPrefix(line, "sim.(") {
			return ", at " + strings.TrimSpace(line)
		}
	}
	return ""
}

// erlang reports whether a panic is an Erlang error: what it was done with is the simulation's own, be it an error of
// a call or a term. What is Go's own, and the program's, is not.
func erlang(v any) bool {
	if v == nil {
		return false
	}
	if v == any(sim.ErrTimeout) || module(v) {
		return true
	}
	switch err := v.(type) {
	case interface{ Unwrap() error }:
		return erlang(err.Unwrap())
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(err.Unwrap(), func(e error) bool { return erlang(e) })
	}
	return false
}

// module reports whether a value's type is one of package sim or of one below it.
func module(v any) bool {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	home := reflect.TypeFor[sim.World]().PkgPath()
	return t.PkgPath() == home || strings.HasPrefix(t.PkgPath(), home+"/")
}
