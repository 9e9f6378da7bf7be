package sim

import "github.com/bedlam-sim/bedlam/sim/term"

// Caught is for a behaviour that calls the program's code and has things to do when that panics. Given
// what recover returned, it says what the process would end with: the reason of ExitSelf, or a Crash.
// ok is false if the panic is none of the program's: the process was killed, the world is closing, or
// the test harness broke off. Such a panic must be passed on, by panicking with v again; v is nil if
// there is none, and then the goroutine is on its way out.
func (p *Proc) Caught(v any) (reason Reason, ok bool) {
	switch w := p.w; {
	case v == nil || w.closing || p.has(exiting):
		return nil, false
	case v == any(unwind):
		return p.reason, true
	case w.abandons(v):
		return nil, false
	}
	return &term.Crash{Err: errorOf(v), Stack: term.Callers(2)}, true
}
