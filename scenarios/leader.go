package scenarios

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
)

// A leader elected with global:trans, and a disk that must have one writer at a time. Across a partition both sides get
// the lock (LCK2): who counts on it needs a majority too.

func init() {
	builtin["leader.Candidate"] = Program{
		About: "Tries to get a global lock again and again, and writes to a disk while it has it.",
		Params: []Param{
			{Name: "disk", Type: ProcessType, Required: true, About: "where it writes"},
			{Name: "quorum", Type: IntType, Default: "0", About: "so many nodes, with its own, it must see to go on"},
			{Name: "every", Type: DrawnType, Default: "500ms..1s", About: "the time between two attempts"},
			{Name: "works", Type: DrawnType, Default: "100ms..500ms", About: "how long it writes"},
		},
		Requests: []Request{{Name: "terms", Call: true, About: "answers how often it has led", Message: func(Args) any { return leaderTerms{} }}},
		New: func(s Setting) genserver.Server {
			return &candidate{setting: s, quorum: int(arg[int64](s.Args, "quorum")), every: arg[Drawn](s.Args, "every"), works: arg[Drawn](s.Args, "works")}
		},
	}
	builtin["leader.Disk"] = Program{
		About: "Is written to by one leader at a time. If a second one begins it exits with split_brain.",
		New:   func(Setting) genserver.Server { return &disk{} },
	}
}

type (
	leaderTerms struct{ otp.Returns[int64] }
	diskOpen    struct{ otp.Returns[sim.Atom] }
	diskClose   struct{ otp.Returns[sim.Atom] }
)

type candidate struct {
	genserver.Base
	setting      Setting
	quorum       int
	every, works Drawn
	terms        int64
}

// Init sets the first timer.
func (s *candidate) Init(p *sim.Proc) genserver.InitResult {
	p.SendAfter(s.every.Draw(p.Rand), p.Self(), tick)
	return genserver.Ok()
}

// HandleCall answers how often it has led.
func (s *candidate) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	if r, known := req.(leaderTerms); known {
		return genserver.Reply(r, s.terms)
	}
	return s.Base.HandleCall(p, req, from)
}

// HandleInfo tries to lead for a while.
func (s *candidate) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if msg != any(tick) {
		return s.Base.HandleInfo(p, msg)
	}
	id := global.Lock{Resource: sim.Atom("leader"), Requester: p.Self()}
	if led, got := global.Trans(p, id, func() bool { return s.lead(p) }, nil, 0); led && got {
		s.terms++
	}
	p.SendAfter(s.every.Draw(p.Rand), p.Self(), tick)
	return genserver.NoReply()
}

// lead writes, if there are enough who see it.
func (s *candidate) lead(p *sim.Proc) bool {
	if len(p.Nodes())+1 < s.quorum {
		return false
	}
	to := s.setting.Address("disk")
	if _, err := ask(p, to, diskOpen{}, otp.Within(time.Second)); err != nil {
		return false
	}
	p.Sleep(s.works.Draw(p.Rand))
	_, err := ask(p, to, diskClose{}, otp.Within(time.Second))
	return err == nil
}

type disk struct {
	genserver.Base
	writer sim.PID
	watch  sim.Ref
}

// HandleCall lets one begin to write, and end.
func (s *disk) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch r := req.(type) {
	case diskOpen:
		if !s.writer.IsZero() && s.writer != from.PID {
			return genserver.Stop(sim.Atom("split_brain"))
		}
		s.writer, s.watch = from.PID, p.Monitor(from.PID)
		return genserver.Reply(r, ok)
	case diskClose:
		s.close(p, from.PID)
		return genserver.Reply(r, ok)
	}
	return s.Base.HandleCall(p, req, from)
}

// close ends the writing of one.
func (s *disk) close(p *sim.Proc, by sim.PID) {
	if s.writer == by {
		p.Demonitor(s.watch, sim.Flush())
		s.writer = sim.PID{}
	}
}

// HandleInfo hears that the writer is gone.
func (s *disk) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if d, is := msg.(sim.Down); is {
		if d.Ref == s.watch {
			s.writer = sim.PID{}
		}
		return genserver.NoReply()
	}
	return s.Base.HandleInfo(p, msg)
}
