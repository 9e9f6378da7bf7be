package programs

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// A process that has its work done by children, as in the first lesson on spawn and receive. Two mistakes are made there: a
// child that returns its result has told it to nobody, for it has no caller; and a receive that waits for one kind of
// message leaves all others where they are.

func init() {
	all["child.Parent"] = scenarios.Program{
		About: "Spawns a child for each sum, and waits for its result. It exits with timeout if none comes, and " +
			"with mailbox_full if too much lies in its mailbox.",
		Params: []scenarios.Param{
			{Name: "every", Type: scenarios.DurationType, Default: "1s", Least: 1, About: "the time between two sums"},
			{Name: "patience", Type: scenarios.DurationType, Default: "100ms", Least: 1, About: "how long it waits for a result"},
			{Name: "sends", Type: scenarios.BoolType, Default: "true", About: "whether the child sends its result, " +
				"and does not only return it"},
			{Name: "drains", Type: scenarios.BoolType, Default: "true", About: "whether it takes what it does not " +
				"wait for out of its mailbox"},
			{Name: "most", Type: scenarios.IntType, Default: "50", Most: 1_000_000, About: "how many messages may lie in its mailbox"},
		},
		Requests: []scenarios.Request{{Name: "noise", Cast: true, About: "a message that it does not wait for"}},
		Kind:     scenarios.PlainKind,
		Start: func(_ sim.Addr, s scenarios.Setting) otp.StartFunc {
			return func(p *sim.Proc, _ ...any) (otp.Started, error) {
				return otp.Start(p, "parent", func(p *sim.Proc) { sums(p, s.Args) }, otp.StartOptions{Link: true})
			}
		},
	}
}

// sumResult is what a child sends.
type sumResult struct {
	From sim.PID
	Sum  int
}

// sums is the parent's loop.
func sums(p *sim.Proc, args scenarios.Args) {
	otp.InitAck(p, nil)
	for every := arg[time.Duration](args, "every"); ; {
		if arg[bool](args, "drains") {
			drain(p, every)
		} else {
			p.Sleep(every)
		}
		if info, _ := p.Info(p.Self()); info.QueueLen > int(arg[int64](args, "most")) {
			p.Trace("its mailbox holds", fmt.Sprintf("%d messages that no receive has taken", info.QueueLen))
			p.ExitSelf(sim.Atom("mailbox_full"))
		}
		sum(p, arg[bool](args, "sends"), arg[time.Duration](args, "patience"))
	}
}

// drain takes all messages for a while.
func drain(p *sim.Proc, d time.Duration) {
	for end := p.Now() + d; p.Now() < end; {
		sim.Any(p, sim.After(end-p.Now()))
	}
}

// sum has a child add up.
func sum(p *sim.Proc, sends bool, patience time.Duration) {
	parent := p.Self()
	child, ref := p.SpawnMonitor("child", func(p *sim.Proc) {
		result := add(1, 2, 3)
		if sends {
			p.Send(parent, sumResult{p.Self(), result})
		}
	})
	_, err := sim.Receive(p, func(m any) (int, bool) { r, is := m.(sumResult); return r.Sum, is && r.From == child }, sim.After(patience))
	if err != nil {
		end, _ := sim.Receive(p, func(m any) (sim.Down, bool) { d, is := m.(sim.Down); return d, is && d.Ref == ref }, sim.After(0))
		p.Trace("there is no result:", fmt.Sprintf("the child has ended with %s, and has sent nothing", term.Format(end.Reason)))
		p.ExitSelf(sim.Atom("timeout"))
	}
	p.Demonitor(ref, sim.Flush())
}

func add(numbers ...int) (sum int) {
	for _, n := range numbers {
		sum += n
	}
	return sum
}
