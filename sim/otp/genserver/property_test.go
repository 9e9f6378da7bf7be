package genserver_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// A move is something one client does to a ledger. What comes of it can be told without a process: the moves
// of one client are handled in their order.
type move struct {
	What string // add, post, hold, pay, rest, crash, end
	N    int
}

// ledger is a server that can do all that a callback can answer: reply, reply later, continue, wait, stop.
type ledger struct {
	genserver.Base
	sum  int
	held []otp.From
}

func (l *ledger) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch m := req.(move); m.What {
	case "add":
		l.sum += m.N
		return genserver.ReplyAny(l.sum)
	case "hold": // answered when somebody pays
		l.held = append(l.held, from)
		return genserver.NoReply()
	case "crash":
		panic("crash")
	case "end":
		return genserver.StopReplyAny(sim.Normal, l.sum)
	}
	return genserver.ReplyAny("what?")
}

func (l *ledger) HandleCast(p *sim.Proc, msg any) genserver.Result {
	switch m := msg.(move); m.What {
	case "post":
		return genserver.NoReply().Continue(m.N)
	case "rest":
		return genserver.NoReply().Timeout(time.Duration(m.N) * time.Second)
	case "pay":
		for _, from := range l.held {
			otp.Reply(p, from, l.sum)
		}
		l.held = nil
	}
	return genserver.NoReply()
}

func (l *ledger) HandleContinue(p *sim.Proc, arg any) genserver.Result {
	l.sum += arg.(int)
	return genserver.NoReply()
}

func (l *ledger) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if msg == any(sim.Atom("timeout")) {
		l.sum += 1000
	}
	return genserver.NoReply()
}

// told is what the moves must come to, by plain arithmetic. A rest ends after its seconds unless another move
// comes first, and between moves ten seconds pass.
func told(moves []move) (answers []string) {
	sum, held, alive := 0, 0, true
	for _, m := range moves {
		switch {
		case !alive:
			if m.What == "add" || m.What == "end" || m.What == "crash" {
				answers = append(answers, "noproc")
			}
		case m.What == "add":
			sum += m.N
			answers = append(answers, fmt.Sprint(sum))
		case m.What == "post":
			sum += m.N
		case m.What == "hold":
			held++
		case m.What == "pay":
			for range held {
				answers = append(answers, fmt.Sprint("paid ", sum))
			}
			held = 0
		case m.What == "rest":
			if m.N < 10 {
				sum += 1000
			}
		case m.What == "crash":
			answers, alive = append(answers, "crash"), false
		case m.What == "end":
			answers, alive = append(answers, fmt.Sprint(sum)), false
		}
		if !alive {
			held = 0
		}
	}
	return answers
}

// heard is what a real server answers, in a world of that seed.
func heard(seed uint64, moves []move) (answers []string, res sim.Result) {
	w := sim.New(sim.Config{Seed: seed, Boot: func(p *sim.Proc) {
		started, err := genserver.StartAlone(p, sim.Local("ledger"), func() *ledger { return new(ledger) })
		if err != nil {
			panic(err)
		}
		for _, m := range moves {
			answers = append(answers, do(p, started.PID, m)...)
			p.Sleep(10 * time.Second)
			for {
				paid, err := sim.Recv[string](p, sim.After(0))
				if err != nil {
					break
				}
				answers = append(answers, paid)
			}
		}
	}})
	defer w.Close()
	return answers, w.Run(time.Hour)
}

func do(p *sim.Proc, ledger sim.PID, m move) []string {
	switch m.What {
	case "post", "pay", "rest":
		otp.Cast(p, ledger, m)
		return nil
	case "hold": // somebody else waits, and tells when he is paid
		p.Spawn("holder", func(p *sim.Proc) {
			if v, err := otp.CallAny(p, ledger, m, otp.Within(sim.Forever)); err == nil {
				p.Send(p.Parent(), fmt.Sprint("paid ", v))
			}
		})
		return nil
	}
	v, err := otp.CallAny(p, ledger, m)
	switch {
	case err == nil:
		return []string{fmt.Sprint(v)}
	case errors.Is(err, otp.ErrNoProc):
		return []string{"noproc"}
	}
	return []string{m.What}
}

// GS2–GS5, GS10: whatever the schedule, a server answers one client as arithmetic does.
func TestServer_asArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		moves := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) move {
			what := rapid.SampledFrom([]string{"add", "post", "hold", "pay", "rest", "crash", "end"}).Draw(t, "what")
			return move{what, rapid.IntRange(1, 15).Filter(func(n int) bool { return n != 10 }).Draw(t, "n")}
		}), 0, 12).Draw(t, "moves")
		got, res := heard(rapid.Uint64().Draw(t, "seed"), moves)
		if res.Crash != nil {
			t.Fatal(res.Crash)
		}
		if want := told(moves); !cmp.Equal(want, got) {
			t.Fatalf("arithmetic says %q\nthe server said  %q", want, got)
		}
	})
}
