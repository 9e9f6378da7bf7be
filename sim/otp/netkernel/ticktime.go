package netkernel

import (
	"strconv"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// DefaultTransition is the transition period of net_kernel:set_net_ticktime/1.
const DefaultTransition = time.Minute

// Change is what became of SetNetTicktime.
type Change uint8

// What net_kernel answers.
const (
	Ignored         Change = iota // no net_kernel runs on the node
	Unchanged                     // that is net_ticktime already
	ChangeInitiated               // it is on its way
	OngoingChangeTo               // another change is on its way, and this one is ignored
)

var changeNames = [...]string{"ignored", "unchanged", "change_initiated", "ongoing_change_to"}

// String is Erlang's word for it.
func (c Change) String() string {
	if int(c) < len(changeNames) {
		return changeNames[c]
	}
	return "change " + strconv.Itoa(int(c))
}

// SetNetTicktime changes net_ticktime of this node in a way that loses no connection, if all others are told to change
// theirs to the same before the transition period is over for any of them: net_kernel:set_net_ticktime/2 (NK7). During
// that time, rounded up to whole ticks of the shorter of the old ticktime and the new one, the node sends a tick at
// each of those. If the new one is longer, it is in force from the beginning of the period; if it is shorter, from its
// end. ticktime is what it is now, or is about to be. d must be more than 0 and transition not less; else the caller
// fails with function_clause.
func SetNetTicktime(p *sim.Proc, d, transition time.Duration) (done Change, ticktime time.Duration) {
	if d <= 0 || transition < 0 {
		panic(&sim.Error{Reason: "function_clause", Op: "set_net_ticktime", Detail: d.String() + ", " + transition.String()})
	}
	return ask(p, newTicktime{To: d, Transition: transition})
}

// GetNetTicktime is net_ticktime of this node; while it is being changed, what it is about to be: net_kernel:get_net_ticktime. If
// no net_kernel runs it is 0.
func GetNetTicktime(p *sim.Proc) (ticktime time.Duration, changing bool) {
	done, ticktime := ask(p, newTicktime{})
	return ticktime, done == OngoingChangeTo
}

// newTicktime asks for a change; if To is 0, only how things stand.
type newTicktime struct {
	otp.Returns[standing]
	To, Transition time.Duration
}

// standing is the answer.
type standing struct {
	Done     Change
	Ticktime time.Duration
}

func ask(p *sim.Proc, req newTicktime) (Change, time.Duration) {
	pid, runs := p.Whereis(serverName)
	if !runs {
		return Ignored, 0
	}
	a := otp.MustCall(p, pid, req, otp.Within(sim.Forever))
	return a.Done, a.Ticktime
}

// transition is a change of net_ticktime that is under way.
type transition struct {
	to    time.Duration
	every time.Duration // it ticks so often,
	left  int           // and so often yet, and a last time when it ends
}

// auxTick is when net_kernel ticks because of a transition.
type auxTick struct{}

func (s *server) ticktime(p *sim.Proc, req newTicktime) standing {
	now := p.TickTime()
	switch {
	case s.change != nil:
		return standing{OngoingChangeTo, s.change.to}
	case req.To == 0 || req.To == now:
		return standing{Unchanged, now}
	}
	k := p.Kernel()
	every := max(min(now, req.To)/time.Duration(k.Intensity()), time.Millisecond)
	s.change = &transition{to: req.To, every: every, left: int((req.Transition + every - 1) / every)}
	if req.To > now {
		p.SetTickTime(req.To)
	}
	p.Send(p.Self(), auxTick{})
	return standing{ChangeInitiated, req.To}
}

// auxTicked ticks, and ends a transition whose time is over.
func (s *server) auxTicked(p *sim.Proc) genserver.Result {
	switch c := s.change; {
	case c == nil:
	case c.left == 0:
		if c.to < p.TickTime() {
			p.SetTickTime(c.to)
		}
		s.change = nil
		p.Tick()
	default:
		c.left--
		p.Tick()
		p.SendAfter(c.every, p.Self(), auxTick{})
	}
	return genserver.NoReply()
}
