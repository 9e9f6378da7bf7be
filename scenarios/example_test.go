package scenarios_test

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// A turnstile lets people in, as long as there is room.
type turnstile struct {
	genserver.Base
	room, inside int64
}

// enter is what a turnstile is asked. It answers how many are inside.
type enter struct {
	otp.Returns[int64]
	People int64
}

// HandleCall lets people in. That so many came that there is no room for them nobody has thought of.
func (t *turnstile) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(enter)
	if !known {
		return t.Base.HandleCall(p, req, from)
	}
	if t.inside += r.People; t.inside > t.room {
		return genserver.Stop(sim.Atom("overcrowded"))
	}
	return genserver.Reply(r, t.inside)
}

// turnstiles is the programs that files can start: their arguments, what can be asked of them, and how they are made.
func turnstiles() scenarios.Programs {
	return scenarios.Registry{"gate.Turnstile": {
		About:  "Lets people in, as long as there is room.",
		Params: []scenarios.Param{{Name: "room", Type: scenarios.IntType, Default: "20", Least: 1, About: "for how many"}},
		Requests: []scenarios.Request{{
			Name: "enter", Call: true, About: "lets people in",
			Params: []scenarios.Param{{Name: "people", Type: scenarios.IntType, Required: true, Least: 1, About: "how many"}},
			Message: func(a scenarios.Args) any {
				people, _ := scenarios.Value[int64](a, "people")
				return enter{People: people}
			},
		}},
		Says: map[string]any{}, // it sends nothing of its own
		New: func(s scenarios.Setting) genserver.Server {
			room, _ := scenarios.Value[int64](s.Args, "room")
			return &turnstile{room: room}
		},
	}}
}

// A program of one's own, and a file that starts it, asks it, kills it and says what must hold. The same seed gives the same run.
func Example() {
	file := `
simrun: 1
name: gate
run: {seeds: 1..3, for: 10s}
tree: {id: gate_sup, children: [{id: gate, start: gate.Turnstile, register: gate}]}
workloads: [{name: visitors, to: gate, call: enter, with: {people: 1..3}, every: 1s}]
faults: [{name: out of order, at: the 5th message enter of gate, kill: gate}]
expect:
  - name: there is room for all
    always: exits(gate, overcrowded) == 0
`
	sc, mistakes := scenarios.Parse("gate.sim.yaml", []byte(file), turnstiles())
	if mistakes != nil {
		fmt.Println(mistakes)
		return
	}
	r := scenarios.NewRunner(sc, turnstiles())
	defer r.Close()
	for seed := range sc.Run.Seeds.All() {
		run := r.Run(seed, scenarios.RunOptions{})
		fmt.Printf("seed %d %s, the fault took effect %d time\n", seed, run.Word(), run.Faults[0].Took)
	}
	// Output:
	// seed 1 holds, the fault took effect 1 time
	// seed 2 holds, the fault took effect 1 time
	// seed 3 holds, the fault took effect 1 time
}

// What is wrong with a file is told all at once, with the place and what may have been meant.
func ExampleParse() {
	_, mistakes := scenarios.Parse("gate.sim.yaml", []byte(`simrun: 1
name: gate
tree: {id: gate_sup, children: [{id: gate, start: gate.Turnstyle, register: gate}]}
faults: [{at: 5, kill: gate}]
`), turnstiles())
	fmt.Print(mistakes)
	// Output:
	// error[S101]: there is no program "gate.Turnstyle"
	//  --> gate.sim.yaml:3:51
	//   |
	// 3 | tree: {id: gate_sup, children: [{id: gate, start: gate.Turnstyle, register: gate}]}
	//   |                                                   ^^^^^^^^^^^^^^
	//   = help: did you mean "gate.Turnstile"?
	//
	// error[S005]: faults[0].at: "5" has no unit
	//  --> gate.sim.yaml:4:15
	//   |
	// 4 | faults: [{at: 5, kill: gate}]
	//   |               ^
	//   = help: did you mean 5s?
}
