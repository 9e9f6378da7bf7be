package conform

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// oracleScale is how many real milliseconds the oracle takes for a virtual one. It shows where a time is
// printed that the oracle did not mean to print.
const oracleScale = 8

// wait is a time-out among the values that a callback returns, in ms.
type wait int

// then is what follows a result: what genserver's results are told to do next.
type then[R any] interface {
	Timeout(time.Duration) R
	Hibernate() R
	Continue(any) R
}

// followed makes a result do what the last element of an Erlang value says; ok is false if that is nothing
// a gen_server knows.
func followed[R then[R]](r R, extra any) (_ R, ok bool) {
	switch extra := extra.(type) {
	case wait:
		return r.Timeout(ms(int(extra))), extra >= 0
	case int: // a term of the case: the oracle did not know it for a time
		return r.Timeout(ms(extra) / oracleScale), extra >= 0
	case term.Atom:
		switch extra {
		case "hibernate":
			return r.Hibernate(), true
		case "infinity":
			return r.Timeout(sim.Forever), true
		}
	case term.Tuple:
		if len(extra) == 2 && extra[0] == any(term.Atom("continue")) {
			return r.Continue(extra[1]), true
		}
	}
	return r, false
}

// word is the atom that a value is or begins with, and its size: 0 for the bare atom.
func word(v any) (first term.Atom, size int, t term.Tuple) {
	switch v := v.(type) {
	case term.Atom:
		return v, 0, nil
	case term.Tuple:
		if len(v) > 0 {
			first, _ = v[0].(term.Atom)
			return first, len(v), v
		}
	}
	return "", 0, nil
}

// initResult is what genserver is told for the value that an Erlang init function returned.
func initResult(s *scripted, v any) genserver.InitResult {
	first, size, t := word(v)
	switch {
	case first == "ignore" && size == 0:
		return genserver.Ignore()
	case first == "stop" && size == 2:
		return genserver.StopInit(t[1])
	case first == "error" && size == 2:
		return genserver.Fail(t[1])
	case first == ok && size == 2:
		s.state = t[1]
		return genserver.Ok()
	case first == ok && size == 3:
		if r, ok := followed(genserver.Ok(), t[2]); ok {
			s.state = t[1]
			return r
		}
	}
	return genserver.BadInit(v)
}

// result is what genserver is told for the value that an Erlang callback returned.
func result(s *scripted, isCall bool, v any) genserver.Result {
	first, size, t := word(v)
	good, at := genserver.Result{}, 0 // where the state is; 0 if the value is none a gen_server knows
	switch {
	case first == "noreply" && (size == 2 || size == 3):
		good, at = genserver.NoReply(), 1
	case first == "stop" && size == 3:
		good, at = genserver.Stop(t[1]), 2
	case first == "stop" && size == 4 && isCall:
		good, at = genserver.StopReplyAny(t[1], t[2]), 3
	case first == "reply" && (size == 3 || size == 4) && isCall:
		good, at = genserver.ReplyAny(t[1]), 2
	}
	if at > 0 && size == at+2 {
		var known bool
		if good, known = followed(good, t[size-1]); !known {
			at = 0
		}
	}
	if at == 0 {
		return genserver.Bad(v)
	}
	s.state = t[at]
	return good
}
