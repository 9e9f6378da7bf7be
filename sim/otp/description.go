package otp

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/sim"
)

// Description is what a process tells about itself to those who look at a world from outside.
type Description struct {
	Behaviour sim.Atom // gen_server, supervisor…; "" if it is none
	Module    string   // the type of the program's code; "" if it is not known
	Note      string   // what else there is to tell, in a few words: the state of a machine
	Suspended bool     // by package sys
}

// Describer is a process's Handler that tells about itself. A behaviour lets the program's own code speak last:
// a genserver.Server that is a Describer may change what is told about it. Describe must change nothing else.
type Describer interface{ Describe(d *Description) }

// TimerDescriber is a process's Handler, or a genserver.Server, that knows what a timer is for that sends to
// it. What it tells is "" if it does not.
type TimerDescriber interface {
	DescribeTimer(ref sim.Ref, msg any) string
}

// Describe is what a process tells about itself. One that has no word of its own is described by the type of
// its Handler, or, if it waits inside a function, by that function. ok is false if it is dead.
func Describe(v sim.View, pid sim.PID) (d Description, ok bool) {
	if !v.Alive(pid) {
		return Description{}, false
	}
	switch h := v.Behaviour(pid).(type) {
	case nil:
		if stack := v.Stack(pid); len(stack) > 0 {
			d.Module = stack[len(stack)-1].Func
		}
	case Describer:
		h.Describe(&d)
	default:
		d.Module = fmt.Sprintf("%T", h)
	}
	return d, true
}

// DescribeTimer is what the process that a timer sends to says about it; "" if it does not say.
func DescribeTimer(v sim.View, t sim.Pending) string {
	if pid, ok := t.To.(sim.PID); ok {
		if h, ok := v.Behaviour(pid).(TimerDescriber); ok {
			return h.DescribeTimer(t.Ref, t.Message)
		}
	}
	return ""
}
