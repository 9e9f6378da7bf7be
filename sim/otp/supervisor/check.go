package supervisor

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// The words of OTP's answers.
const (
	autoShutdownWord = term.Atom("auto_shutdown")
	badCombination   = term.Atom("bad_combination")
	significantWord  = term.Atom("significant")
)

// CheckChildSpecs reports what is wrong with specifications of children: nil or an *Error. Whether a
// significant child fits its supervisor is not looked at: CheckChildSpecsFor does.
func CheckChildSpecs(children []Child) error { return asError(checkAll(children, "")) }

// CheckChildSpecsFor is CheckChildSpecs for the children of a supervisor with that AutoShutdown.
func CheckChildSpecsFor(children []Child, auto AutoShutdown) error {
	auto = auto.orDefault()
	if !auto.valid() {
		return asError(term.Tuple{term.Atom("badarg"), term.Atom(auto)})
	}
	return asError(checkAll(children, auto))
}

// asError makes an error of the reason that a check found.
func asError(reason sim.Reason) error {
	if reason == nil {
		return nil
	}
	return &Error{reason}
}

// checkFlags says what is wrong with a specification, its children left out; nil if nothing is.
func (s Spec) checkFlags(compat sim.Compat) sim.Reason {
	in := s.Intensity.orDefault()
	switch {
	case !s.Strategy.orDefault().valid():
		return term.Tuple{term.Atom("invalid_strategy"), term.Atom(s.Strategy)}
	case in.Max < 0:
		return term.Tuple{term.Atom("invalid_intensity"), in.Max}
	case in.Period <= 0 || in.Period%time.Second != 0:
		return term.Tuple{term.Atom("invalid_period"), inUnits(in.Period, time.Second)}
	case !s.AutoShutdown.orDefault().valid():
		return term.Tuple{term.Atom("invalid_auto_shutdown"), term.Atom(s.AutoShutdown)}
	case compat != sim.OTP25 && s.Strategy == SimpleOneForOne && s.AutoShutdown.orDefault() != Never:
		return combination(autoShutdownWord, term.Atom(s.AutoShutdown), "strategy", term.Atom(s.Strategy))
	}
	return nil
}

// checkAll says what is wrong with the first child that is not as it must be; nil if all are. An auto of
// "" is one that is not known.
func checkAll(children []Child, auto AutoShutdown) sim.Reason {
	seen := make(map[string]bool, len(children))
	for _, c := range children {
		if reason := c.check(auto); reason != nil {
			return reason
		}
		if seen[c.ID] {
			return term.Tuple{term.Atom("duplicate_child_name"), term.Atom(c.ID)}
		}
		seen[c.ID] = true
	}
	return nil
}

// check says what is wrong with the child under a supervisor with that AutoShutdown; nil if nothing is.
func (c Child) check(auto AutoShutdown) sim.Reason {
	switch {
	case c.instead != nil:
		return term.Tuple{term.Atom("invalid_child_spec"), *c.instead}
	case c.ID == "":
		return term.Atom("missing_id")
	case c.Start == nil:
		return term.Atom("missing_start")
	case !c.Restart.orDefault().valid():
		return term.Tuple{term.Atom("invalid_restart_type"), term.Atom(c.Restart)}
	case c.Significant && auto == Never:
		return combination(autoShutdownWord, term.Atom(Never), significantWord, true)
	case c.Significant && c.Restart.orDefault() == Permanent:
		return combination("restart", term.Atom(Permanent), significantWord, true)
	case !c.Type.orDefault().valid():
		return term.Tuple{term.Atom("invalid_child_type"), term.Atom(c.Type)}
	case !c.Shutdown.valid():
		return term.Tuple{term.Atom("invalid_shutdown"), inUnits(time.Duration(c.Shutdown), time.Millisecond)}
	}
	return nil
}

// combination is the complaint about two settings that do not go together.
func combination(a term.Atom, av any, b term.Atom, bv any) sim.Reason {
	return term.Tuple{badCombination, []any{term.Tuple{a, av}, term.Tuple{b, bv}}}
}

// inUnits is a time as OTP would have it written: a number if it is whole units.
func inUnits(d, unit time.Duration) any {
	if d%unit == 0 {
		return int(d / unit)
	}
	return d
}

func (s Strategy) valid() bool {
	return s == OneForOne || s == OneForAll || s == RestForOne || s == SimpleOneForOne
}

func (r Restart) valid() bool { return r == Permanent || r == Transient || r == Temporary }

func (t ChildType) valid() bool { return t == Worker || t == Supervisor }

func (a AutoShutdown) valid() bool { return a == Never || a == AnySignificant || a == AllSignificant }

func (s Shutdown) valid() bool { return s >= 0 || s == BrutalKill || s == atOnce }
