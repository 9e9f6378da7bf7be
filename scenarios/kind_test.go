package scenarios_test

import (
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// plain is a process without a behaviour: it counts plain messages, answers calls, and dies of boom.
func plain(p *sim.Proc) {
	otp.InitAck(p, nil)
	for heard := 0; ; {
		m, _ := p.Await(sim.Mark{}, func(*sim.Msg) bool { return true }, sim.Forever)
		switch {
		case m.Tag() == otp.CallTag:
			otp.Reply(p, otp.FromOf(&m), heard)
		case m.Body() == any(sim.Atom("boom")):
			p.ExitSelf(sim.Atom("boom"))
		default:
			heard++
		}
	}
}

var plainProgram = scenarios.Program{
	Kind:     scenarios.PlainKind,
	Requests: []scenarios.Request{{Name: "count", Call: true}, {Name: "hello", Cast: true}, {Name: "boom", Cast: true}},
	Start: func(_ sim.Addr, s scenarios.Setting) otp.StartFunc {
		return func(p *sim.Proc, _ ...any) (otp.Started, error) {
			return otp.Start(p, "plain", plain, otp.StartOptions{Link: true})
		}
	},
}

// TestKinds: requests reach whoever is asked as its behaviour has it.
func TestKinds(t *testing.T) {
	for name, c := range map[string]struct{ body, load, rule string }{
		"a plain process": {
			"[{id: a, start: test.Plain}]", "[{name: c, to: /s/a, call: count, every: 1s}, {name: h, to: /s/a, cast: hello, every: 100ms}, {name: b, to: /s/a, cast: boom, at: 5.5s}]",
			"replies(c) == 9 && sent(h) == 99 && exits(/s/a, boom) == 1 && alive(/s/a)",
		},
		"a state machine": {
			`[{id: a, start: door.Lock, with: {code: "7", open: 2s}, register: a}]`, `[{name: c, to: a, call: enter, with: {code: "7"}, at: [1s, 1s, 1s], timeout: 1s}, {name: h, to: a, cast: push, with: {button: "7"}, at: 9s}, {name: w, to: a, call: state, at: 9.5s}]`,
			"replies(c) == 1 && timeouts(c) == 2 && replies(w) == 1",
		},
		"an event manager": {
			"[{id: a, start: events.Manager, register: a}, {id: o, start: events.Owner, with: {manager: a, crash: 100%, pause: 1h}}]",
			"[{name: e, to: a, cast: event, at: 1s}, {name: c, to: a, call: event, every: 1s}, {name: l, to: a, call: written, at: [100ms, 2s, 3s]}, {name: s, to: a, call: seen, at: 9.9s}]",
			"replies(c) == 9 && replies(l) == 1 && errors(l) == 2 && replies(s) == 1 && exits(/s/**) == 0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(10) {
				run := play(t, "\nrun: {for: 10s}\ntree: {id: s, children: "+c.body+"}\nworkloads: "+c.load+"\nexpect: [at_end: \""+c.rule+"\"]\n", seed, scenarios.RunOptions{Story: true})
				if run.Word() != reports.Holds {
					t.Fatalf("seed %d: %v", seed, told(run))
				}
			}
		})
	}
}
