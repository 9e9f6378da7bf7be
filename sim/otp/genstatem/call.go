package genstatem

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// Call is otp.Call, but for two things: if it is not told otherwise it waits for ever (SM10), and failure
// calls it a call of gen_statem.
func Call[R any](p *sim.Proc, to sim.Addr, req otp.Request[R], opts ...otp.CallOpt) (R, error) {
	v, err := CallAny(p, to, req, opts...)
	if err != nil {
		var none R
		return none, err
	}
	r, isR := v.(R)
	if !isR && v != nil { // the machine has answered untyped, and wrong
		return r, &otp.CallError{Reason: sim.Tuple{sim.Atom("bad_reply"), v}, To: to, Req: req}
	}
	return r, nil
}

// MustCall is Call as in Erlang: if there is no answer, the caller exits with {Reason, CALL}.
func MustCall[R any](p *sim.Proc, to sim.Addr, req otp.Request[R], opts ...otp.CallOpt) R {
	v, err := Call(p, to, req, opts...)
	if err != nil {
		p.ExitSelf(otp.ExitReason(err))
	}
	return v
}

// CallAny is Call for requests that do not say what they return.
func CallAny(p *sim.Proc, to sim.Addr, req any, opts ...otp.CallOpt) (any, error) {
	d, given := otp.Patience(opts)
	if !given {
		d = sim.Forever
	}
	v, reason, ok := otp.Ask(p, to, otp.CallTag, req, d)
	if !ok {
		site := otp.MFA{Module: "gen_statem", Function: sim.Atom("call"), Args: []any{to, req, otp.Millis(d)}}
		return nil, &otp.CallError{Reason: reason, To: to, Req: req, Call: site}
	}
	return v, nil
}
