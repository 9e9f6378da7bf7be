package simtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/commands"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// Command is an operation and what a model knows of it, for gopter's commands. S is the model's state, which must be a value: it
// is used again while gopter shrinks.
type Command[S any] struct {
	Op   Op
	Wait time.Duration  // how long the world runs then; 0: a second
	Next func(s S) S    // the model's next state; nil: the same
	When func(s S) bool // whether it may come then; nil: always
	// Expect is whether the system looks as the model, which is in its next state, says. It looks at l and nothing else, since
	// runs go on side by side. nil: yes
	Expect func(l *Live, s S) bool
}

// Run does the operation. gopter goes on after a failure; a world that is broken stays as it was.
func (c Command[S]) Run(sut commands.SystemUnderTest) commands.Result {
	l := sut.(*Live)
	if l.Over() {
		return l
	}
	l.Do(c.Op)
	wait := c.Wait
	if wait == 0 {
		wait = time.Second
	}
	l.pass(wait)
	return l
}

// NextState is the model's.
func (c Command[S]) NextState(state commands.State) commands.State {
	if c.Next == nil {
		return state
	}
	return c.Next(state.(S))
}

// PreCondition is When.
func (c Command[S]) PreCondition(state commands.State) bool {
	return c.When == nil || c.When(state.(S))
}

// PostCondition is Expect, and that no rule is broken.
func (c Command[S]) PostCondition(state commands.State, result commands.Result) *gopter.PropResult {
	l := result.(*Live)
	if v, broken := l.Broken(); broken {
		return gopter.NewPropResult(false, v.String())
	}
	if c.Expect != nil && !c.Expect(l, state.(S)) {
		l.Break("the model agrees", fmt.Sprintf("%T", c.Op), fmt.Sprintf("after %v the model is %v", c.Op, state))
		return gopter.NewPropResult(false, fmt.Sprintf("after %v the model is %v", c.Op, state))
	}
	return gopter.NewPropResult(true, "")
}

// String prints the operation.
func (c Command[S]) String() string { return c.Op.String() }

// Commands makes a Spec's world the system under test of gopter's commands: each begins anew with plan p, boots for a
// second, and has no other work than what commands do. generate gives commands, of type Command[S], that may come in a
// state.
func Commands[S any](spec Spec, p plan.Plan, initial S, generate func(s S) gopter.Gen) commands.Commands {
	return &commands.ProtoCommands{
		NewSystemUnderTestFunc:     func(commands.State) commands.SystemUnderTest { return Boot(spec, p) },
		DestroySystemUnderTestFunc: func(sut commands.SystemUnderTest) { sut.(*Live).Close() },
		InitialStateGen: func(*gopter.GenParameters) *gopter.GenResult {
			return gopter.NewGenResult(initial, gopter.NoShrinker)
		},
		GenCommandFunc: func(s commands.State) gopter.Gen { return generate(s.(S)) },
	}
}

// GopterCommands looks for commands after which the system is not as the model says, or a rule is broken: -rapid.checks
// times, with up to fifty commands that generate gives, of type Command[S] or another of gopter's. What it finds is a
// plan whose elements are the commands; see Repeat. A plan holds no commands but the seeds that gopter's generators
// made them of, so generate must be a function of the state.
func GopterCommands[S any](t testing.TB, spec Spec, initial S, generate func(s S) gopter.Gen, opts ...Option) {
	t.Helper()
	c := newChecking(t, spec.scripted(commandScript(initial, generate)), opts)
	defer c.close()
	if c.settled() {
		return
	}
	prop := gopter.Prop(func(params *gopter.GenParameters) *gopter.PropResult {
		if c.clear() {
			c.guarded(plan.Plan{Seed: params.NextUint64()})
		}
		return &gopter.PropResult{Status: gopter.PropTrue}
	})
	if r := prop.Check(parameters()); !r.Passed() {
		t.Errorf("gopter: %s", text(r))
	}
	if c.clear() {
		c.more()
	}
	c.conclude()
}

// mostCommands is how many commands there are at most, and mostTries how many are generated for one that may come in the state.
const (
	mostCommands = 50
	mostTries    = 100
)

// commandScript makes a script of generated commands.
func commandScript[S any](initial S, generate func(s S) gopter.Gen) *script {
	return &script{
		most: mostCommands, what: fmt.Sprintf("commands %T", initial), begin: func(l *Live) { l.steps.model = commands.State(initial) },
		do: func(l *Live, i, _ int, source *choice.Source) string {
			state := l.steps.model
			seed := source.Choose(choice.Key{Domain: choice.Value, ID: choice.ID("command")}, 1<<30)
			params := gopter.DefaultGenParameters().CloneWithSeed(int64(seed))
			gen := generate(state.(S))
			for range mostTries {
				v, _ := gen(params).Retrieve()
				c, is := v.(commands.Command)
				if !is || !c.PreCondition(state) {
					continue
				}
				result := c.Run(l)
				state = c.NextState(state)
				l.steps.model = state
				if r := c.PostCondition(state, result); !r.Success() {
					l.Break("the model agrees", fmt.Sprintf("%T", c), fmt.Sprintf("after %v the model is %v", c, state))
				}
				return c.String()
			}
			return ""
		},
	}
}

// Boot is Open for those who do the work themselves: nothing is done of the Spec's Ops and Drive, and nodes have a
// second to boot.
func Boot(spec Spec, p plan.Plan) *Live {
	l := Open(spec.scripted(nil), p)
	l.pass(bootTime)
	return l
}
