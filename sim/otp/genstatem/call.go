package genstatem

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
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
//
// OTP 25 has another process make the call if there is a time-out, unless the machine is given by its PID, or as
// {Name, Node}, and lives on this node: that process is who the machine sees, and one may call oneself, in vain (SM10).
func CallAny(p *sim.Proc, to sim.Addr, req any, opts ...otp.CallOpt) (any, error) {
	d, given := otp.Patience(opts)
	if !given {
		d = sim.Forever
	}
	ask := otp.Ask
	if p.Compat() == sim.OTP25 && d != sim.Forever && !isHere(p, to) {
		ask = askByProxy
	}
	v, reason, ok := ask(p, to, otp.CallTag, req, d)
	if !ok {
		site := otp.MFA{Module: "gen_statem", Function: sim.Atom("call"), Args: []any{to, req, otp.Millis(d)}}
		return nil, &otp.CallError{Reason: reason, To: to, Req: req, Call: site}
	}
	return v, nil
}

// isHere is whether an address says by itself that it is one of this node.
func isHere(p *sim.Proc, to sim.Addr) bool {
	switch to := to.(type) {
	case sim.PID:
		return p.IsHere(to)
	case term.NameAt:
		return to.Node == p.Node()
	}
	return false
}

// proxied is what otp.Ask gave another process, which ends with it.
type proxied struct {
	reply  any
	reason sim.Reason
	ok     bool
}

// IsAnswer marks a reason with which a process ends that has done what it was asked.
func (proxied) IsAnswer() {}

// askByProxy is otp.Ask in a process of its own, which nobody stops if the caller ends.
func askByProxy(p *sim.Proc, to sim.Addr, tag *sim.Tag, req any, d time.Duration) (reply any, reason sim.Reason, ok bool) {
	_, ref := p.SpawnMonitor("proxy", func(p *sim.Proc) {
		reply, reason, ok := otp.Ask(p, to, tag, req, d)
		p.ExitSelf(proxied{reply, reason, ok})
	})
	m, _ := p.Await(sim.Mark{}, func(m *sim.Msg) bool { return otp.IsDown(m, ref) }, sim.Forever)
	end := m.Value().(sim.Down).Reason
	r, done := end.(proxied)
	if !done { // somebody has killed it
		p.ExitSelf(end)
	}
	return r.reply, r.reason, r.ok
}
