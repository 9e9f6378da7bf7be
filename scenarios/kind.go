package scenarios

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
)

// Kind is what behaviour a program has, and so how requests reach it.
type Kind int

// The kinds of programs.
const (
	ServerKind  Kind = iota // a gen_server: requests are calls and casts
	MachineKind             // a gen_statem: likewise
	// A gen_event manager: a cast notifies its handlers, a call does and waits until all have handled the event. A
	// request with a Handler is a call of that handler.
	EventsKind
	PlainKind // a plain process: a cast is a plain message, a call asks as gen:call does
)

// cast tells a process something and does not wait.
func (k Kind) cast(p *sim.Proc, to sim.Addr, msg any) {
	switch k {
	case EventsKind:
		genevent.Notify(p, to, msg)
	case PlainKind:
		p.Send(to, msg)
	default:
		otp.Cast(p, to, msg)
	}
}

// call asks a process, or one of its handlers, and waits for the answer.
func (k Kind) call(p *sim.Proc, to sim.Addr, handler genevent.ID, msg any, patience otp.CallOpt) (any, error) {
	switch {
	case k == MachineKind:
		return genstatem.CallAny(p, to, msg, patience)
	case k == EventsKind && handler == (genevent.ID{}):
		return nil, genevent.SyncNotify(p, to, msg)
	case k == EventsKind:
		return genevent.CallAny(p, to, handler, msg, patience)
	}
	return otp.CallAny(p, to, msg, patience)
}

// waitsForEver reports whether a call of a request knows no time-out.
func (k Kind) waitsForEver(q Request) bool { return k == EventsKind && q.Handler == (genevent.ID{}) }
