package suite

import (
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// The suites as programs of scenario files. A process is given operations by a workload each, and a moment later plays
// a run that has these, in a world of its own whose every draw is one of the process. So simrun run searches a suite as it
// does any scenario, a token names the run within, and shrink leaves out operations and makes draws dull.

//go:embed library/*.sim.yaml
var library embed.FS

// Library is the scenario files of the suites, all in one folder. They run Programs.
func Library() fs.FS {
	files, err := fs.Sub(library, "library")
	if err != nil {
		panic(err) // the folder is there: it was embedded
	}
	return files
}

// Programs are what scenario files can start to play a suite: suite.Supervision, suite.Processes and suite.Registry.
func Programs() scenarios.Registry {
	return scenarios.Registry{
		"suite.Supervision": program("random trees of supervisors against a model of OTP's rules", operations,
			func(b *Bed) within { return b.supervise }),
		"suite.Processes": program("links, monitors, exit signals, calls and connections, I1 to I5 and I9", ProcessesElements,
			func(b *Bed) within { return b.process }),
		"suite.Registry": program("names and locks of clusters that fall apart and come together, I6, I7 and I10 to I12", RegistryElements,
			func(b *Bed) within { return b.register }),
	}
}

// within is a suite whose draws are answered by somebody.
type within func(d *draws, p plan.Plan, m mutant.Mutant) plan.Outcome

// gathers is for how long a player waits for operations.
const gathers = time.Second

func program(about string, elements int, of func(b *Bed) within) scenarios.Program {
	return scenarios.Program{
		About:  fmt.Sprintf("Plays %s, with the operations it has been told within %v, of %d. It exits with the rule that was broken.", about, gathers, elements),
		Kind:   scenarios.PlainKind,
		Params: []scenarios.Param{{Name: "mutant", Type: scenarios.TextType, OneOf: mutants(), About: "a mistake that is planted within, to see it found"}},
		Requests: []scenarios.Request{{
			Name: "operation", Cast: true, About: "the run has the operation of that number",
			Params: []scenarios.Param{
				{Name: "number", Type: scenarios.IntType, Required: true, Least: 1, Most: int64(elements), About: "which"},
			},
			Message: func(a scenarios.Args) any { n, _ := scenarios.Value[int64](a, "number"); return operationNumber(n) },
		}},
		Start: func(_ sim.Addr, s scenarios.Setting) otp.StartFunc {
			name, _ := scenarios.Value[string](s.Args, "mutant")
			m, _ := mutant.Named(name)
			return otp.Special("suite", func(p *sim.Proc, _ ...any) {
				otp.InitAck(p, nil)
				playWithin(p, elements, of, m)
			})
		},
	}
}

func mutants() (names []string) {
	for _, m := range mutant.List() {
		names = append(names, m.String())
	}
	return names
}

// operationNumber is the message that a run has an operation.
type operationNumber int

// playWithin plays a run in a world of its own and ends with what came of it.
func playWithin(p *sim.Proc, elements int, of func(b *Bed) within, m mutant.Mutant) {
	has := make([]bool, elements)
	for end := p.Now() + gathers; p.Now() < end; {
		if n, err := sim.Recv[operationNumber](p, sim.After(end-p.Now())); err == nil && n >= 1 && int(n) <= elements {
			has[n-1] = true
		}
	}
	var without plan.Plan
	for i, is := range has {
		if !is {
			without.Without = append(without.Without, i)
		}
	}
	var b Bed
	defer b.Close()
	o := of(&b)(drawnBy(p), without, m)
	p.Trace(fmt.Sprintf("has played %016x", o.Hash), sim.Atom(fmt.Sprint(o.Events, " facts"))) // the run outside is another if that within is
	if o.Fails() {
		p.Trace("finds", o.Signature+": "+b.Detail)
		p.ExitSelf(sim.Atom(o.Signature))
	}
}

// drawnBy answers the draws of a world with draws of that in which a process is, each under a key of its own there.
func drawnBy(p *sim.Proc) *draws {
	known := map[choice.Key]uint64{} // a key is answered alike each time
	return &draws{choice.From(func(k choice.Key, of uint64) uint64 {
		a, asked := known[k]
		switch {
		case asked:
			return min(a, max(of, 1)-1)
		case of == 0:
			a = uint64(p.Choose(inner(k, 0), 1<<32))<<32 | uint64(p.Choose(inner(k, 1), 1<<32))
		default:
			a = uint64(p.Choose(inner(k, 0), int(of)))
		}
		known[k] = a
		return a
	})}
}

// inner is the key that a draw of the world within has outside.
func inner(k choice.Key, part uint32) choice.Key {
	k.ID = choice.Child(k.ID, "within", part)
	return k
}
