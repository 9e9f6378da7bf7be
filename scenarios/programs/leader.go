package programs

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
)

// A leader elected with global:trans, and a disk that must have one writer at a time. Across a partition both sides get
// the lock (LCK2), so who counts on it needs a majority. That is not enough: who loses the lock with the connection to those
// who granted it (LCK4) does not know yet, and writes on. The disk must know who was the last to begin: a fence.

func init() {
	all["leader.Candidate"] = scenarios.Program{
		About: "Tries to get a global lock again and again, and writes to a disk while it has it.",
		Params: []scenarios.Param{
			{Name: "disk", Type: scenarios.ProcessType, Required: true, About: "where it writes"},
			{Name: "quorum", Type: scenarios.IntType, Default: "0", Most: 1000, About: "so many nodes, with its own, must grant the lock"},
			{Name: "every", Type: scenarios.DrawnType, Default: "500ms..1s", Least: 1, About: "the time between two attempts"},
			{Name: "works", Type: scenarios.DrawnType, Default: "100ms..500ms", About: "how long it writes"},
		},
		Requests: []scenarios.Request{{Name: "terms", Call: true, About: "answers how often it has led", Message: func(scenarios.Args) any { return leaderTerms{} }}},
		New: func(s scenarios.Setting) genserver.Server {
			return &candidate{setting: s, quorum: int(arg[int64](s.Args, "quorum")), every: arg[scenarios.Drawn](s.Args, "every"), works: arg[scenarios.Drawn](s.Args, "works")}
		},
	}
	all["leader.Disk"] = scenarios.Program{
		About: "Is written to by one leader at a time. If one writes while another does it exits with split_brain.",
		Params: []scenarios.Param{{Name: "fence", Type: scenarios.BoolType, Default: "false", About: "whether it refuses " +
			"the writes of all but who was the last to begin"}},
		New: func(s scenarios.Setting) genserver.Server { return &disk{fence: arg[bool](s.Args, "fence")} },
	}
}

type (
	leaderTerms struct{ otp.Returns[int64] }
	diskOpen    struct{ otp.Returns[sim.Atom] }
	diskWrite   struct{ otp.Returns[sim.Atom] }
	diskClose   struct{ otp.Returns[sim.Atom] }
)

type candidate struct {
	genserver.Base
	setting      scenarios.Setting
	quorum       int
	every, works scenarios.Drawn
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
	// The nodes are counted before the lock is set, on those and no others: who counts them when he has it may count one that
	// has come meanwhile, and was never asked.
	if nodes := append(p.Nodes(), p.Node()); len(nodes) >= s.quorum {
		if led, got := global.Trans(p, id, func() bool { return s.lead(p) }, nodes, 0); led && got {
			s.terms++
		}
	}
	p.SendAfter(s.every.Draw(p.Rand), p.Self(), tick)
	return genserver.NoReply()
}

// lead writes, again and again for a while, as long as the disk lets it.
func (s *candidate) lead(p *sim.Proc) bool {
	to := s.setting.Address("disk")
	if _, err := ask(p, to, diskOpen{}, otp.Within(time.Second)); err != nil {
		return false
	}
	for end := p.Now() + s.works.Draw(p.Rand); p.Now() < end; {
		p.Sleep(min(end-p.Now(), 50*time.Millisecond))
		if answer, err := ask(p, to, diskWrite{}, otp.Within(time.Second)); err != nil || answer != any(ok) {
			return false
		}
	}
	_, err := ask(p, to, diskClose{}, otp.Within(time.Second))
	return err == nil
}

type disk struct {
	genserver.Base
	fence  bool
	writer sim.PID // who was the last to begin, and has not ended
	watch  sim.Ref
}

// fenced is the answer to who has been overtaken.
const fenced sim.Atom = "fenced"

// HandleCall lets one begin to write, write, and end.
func (s *disk) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	other := s.writer != from.PID
	switch r := req.(type) {
	case diskOpen:
		if other && !s.writer.IsZero() && !s.fence {
			return s.torn(p, from.PID)
		}
		s.close(p)
		s.open(p, from.PID)
		return genserver.Reply(r, ok)
	case diskWrite:
		switch {
		case other && s.fence:
			return genserver.Reply(r, fenced)
		case s.writer.IsZero(): // it began with the disk that was here before, or was lost and is back: it is alone
			s.open(p, from.PID)
		case other:
			return s.torn(p, from.PID)
		}
		return genserver.Reply(r, ok)
	case diskClose:
		if !other {
			s.close(p)
		}
		return genserver.Reply(r, ok)
	}
	return s.Base.HandleCall(p, req, from)
}

// torn is the end of a disk that two have written to.
func (s *disk) torn(p *sim.Proc, second sim.PID) genserver.Result {
	p.Trace("two write to it:", fmt.Sprintf("%v and %v", s.writer, second))
	return genserver.Stop(sim.Atom("split_brain"))
}

// open lets somebody write.
func (s *disk) open(p *sim.Proc, writer sim.PID) { s.writer, s.watch = writer, p.Monitor(writer) }

// close ends the writing of whoever writes.
func (s *disk) close(p *sim.Proc) {
	if !s.writer.IsZero() {
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
