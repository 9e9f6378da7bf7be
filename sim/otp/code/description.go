package code

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// Describe lets the user's code have its say.
func (r *resident[I]) Describe(d *otp.Description) {
	if x, ok := any(r.impl).(otp.Describer); ok {
		x.Describe(d)
	}
}

// DescribeTimer lets the user's code have its say.
func (r *resident[I]) DescribeTimer(ref sim.Ref, msg any) string {
	if x, ok := any(r.impl).(otp.TimerDescriber); ok {
		return x.DescribeTimer(ref, msg)
	}
	return ""
}

// Module is what package sys calls the code: counter 2.
func (r *resident[I]) Module() string {
	if r.use == nil {
		return string(r.module.Name)
	}
	return string(r.module.Name) + " " + r.load.Vsn
}
