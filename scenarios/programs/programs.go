// Package programs is what scenario files can start without any Go of their own: small systems out of Erlang's
// books, some with the mistakes that are made in them. Each file holds one, or a few that belong together.
package programs

import (
	"maps"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// All is the programs, by the names that files start them by.
func All() scenarios.Programs {
	whole := maps.Clone(all)
	for name, p := range whole {
		if p.Says = says[name]; p.Says == nil {
			p.Says = map[string]any{}
		}
		whole[name] = p
	}
	return whole
}

var all = scenarios.Registry{}

// arg is the argument of a name; the zero V if there is none.
func arg[V any](a scenarios.Args, name string) V {
	v, _ := scenarios.Value[V](a, name)
	return v
}

// Words that programs say.
const (
	ok   sim.Atom = "ok"
	tick sim.Atom = "tick"
)

// noClause is what an Erlang function crashes with that has no clause for its argument.
func noClause(function string, arg any) *sim.Error {
	return &sim.Error{Reason: "function_clause", Op: function, Detail: term.Format(arg)}
}

// mustAsk calls whoever is at an address, or nobody; without an answer the caller exits.
func mustAsk(p *sim.Proc, to sim.Addr, req any) any {
	v, err := ask(p, to, req)
	if err != nil {
		p.ExitSelf(otp.ExitReason(err))
	}
	return v
}

// ask calls whoever is at an address, or nobody.
func ask(p *sim.Proc, to sim.Addr, req any, opts ...otp.CallOpt) (any, error) {
	if to == nil {
		return nil, &otp.CallError{Reason: sim.NoProc, To: term.Undefined, Req: req}
	}
	return otp.CallAny(p, to, req, opts...)
}

// chance draws true in that share of cases.
func chance(p *sim.Proc, share scenarios.Percent) bool {
	const all = 1_000_000
	return share > 0 && p.Rand(all) >= all-int(share)
}
