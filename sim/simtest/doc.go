// Package simtest tests simulated systems at the door of go test.
//
// A Spec declares a system once, as plain data: its nodes, what they boot, what befalls them, what is done to them and
// what must hold. All the doors take the same Spec:
//
//	func TestShop(t *testing.T)       { simtest.Check(t, shop) }   // rapid draws plans, plan.Shrink makes them small
//	func TestShopGopter(t *testing.T) { simtest.Gopter(t, shop) }  // gopter draws them
//	func FuzzShop(f *testing.F)       { simtest.Fuzz(f, shop) }    // bytes are edits of a plan
//
// What they look for is a plan.Plan whose run breaks a rule. Run is a pure function of the plan, so a plan is all that
// has to be kept: it is saved in testdata/sim, is played first by every later go test, and is the last line
// of a failure:
//
//	REPLAY: go test -run '^TestShop$' -sim.replay=2C5TR4…
//
// Three more doors find plans in the same way, keep them, and end in the same line:
//
//	func TestChat(t *testing.T)  { simtest.Scenario(t, "testdata/chat.sim.yaml", nil) }        // a scenario file
//	func TestSteps(t *testing.T) { simtest.Repeat(t, shop, simtest.Steps{Ops: …}) }            // rapid's T.Repeat: one step after the other
//	func TestModel(t *testing.T) { simtest.GopterCommands(t, shop, Model{}, commandsIn) }      // gopter's commands, with a model
//
// Between two steps the world stands still. Actions and Commands are what the last two are made of, for tests that go
// ways of their own: what they find cannot be replayed.
//
// # What is looked for
//
// Each run leaves out a random half of the kinds of faults of its Mix, and of the sites of Buggify in the program
// (swarm testing). Faults come at drawn times, or wait for drawn events: the 3rd message of a server, the 2nd exit of a
// worker. A failure by a fault at a time is tried with edits of the program before it is saved: if it bears more of
// them when the fault waits for what happened just before, it is saved so.
//
// What must hold is the Spec's own Rules, those of check.Default, and no_operation_panics: an operation may exit, as
// otp.MustCall does, but a panic of Go's, or one of the program's own with a value of Go's own types, ends it before it
// has tested anything. Operations that are to panic belong into a Spec that is Bare.
//
// # What is not tested
//
// A declaration that cannot be meant fails before anything runs: a fault or a client on a node that there is not, a time
// after the run's end, two rules of one name, a rule that can judge nothing. What no run has come to is in the log of a
// test that passes, and with Strict the test fails of it: a rule that was never evaluated, or was undecided in every
// run, faults that never befell anybody, operations that were never done.
//
// # Chance
//
// Generators draw the declaration: how many faults, when, which operations. What is left, thousands of decisions, is one
// seed. Drawn things become deviations of the plan under the keys by which a run asks for them, so a drawn plan is like
// any other, and no generator is asked in the middle of a run. Neither *rapid.T nor *testing.T gets into a process
// unless a test takes it there; their panics end the run, and never pass for a process's own.
//
// # Saved plans
//
// A plan that was found is saved as one that breaks a rule, and go test fails as long as it does. When it does
// not any more, go test -sim.update turns it into one that holds, and from then on it must; while it does, -sim.update
// fails too. Of plans that break one rule in the same way the shortest is kept: a fuzzer finds several. A plan that cannot be read, is
// of another declaration, or whose deviations are asked for no more has lost its meaning, and fails: nothing rots in silence.
//
// # Flags
//
//	-sim.replay=TOKEN  SIM_REPLAY  run this plan, twice, and nothing else; @FILE for a saved one
//	-sim.seed=SEED     SIM_SEED    what the search begins with, a number or a git hash; it also sets -rapid.seed
//	-sim.seeds=N       SIM_SEEDS   try so many more seeds, on all processors at once
//	-sim.update                    write saved plans anew, as what they are now
//
// How many plans are drawn is -rapid.checks.
//
// # For machines
//
// go test -json tells what broke as the attribute sim.rule, and the command that replays it as sim.replay; with
// -artifacts the plan and its story lie in the test's folder of artefacts. Failures begin with one of five constant
// lines: the system breaks a rule, a saved plan does, it has lost its meaning, two runs of a plan differ, and, if
// Strict, not all was tested.
package simtest
