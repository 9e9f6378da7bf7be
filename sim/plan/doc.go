// Package plan is what a run is made of, as a value: a Plan. Beside the program nothing else decides a run, so a plan
// is how a failure is kept, told, sent to somebody (Token, Format), played again and made smaller (Shrink).
//
// # Normal form
//
// Draws are keyed and their answer 0 is the dull one (package choice). So every run, however it was found, is the dull run
// plus the few thousand answers that were not dull, and Normal makes that of it: the same run to the last bit, which is
// asserted by the hash. What of those answers the failure needs, Shrink finds out: mostly one to three. Each of them has
// a meaning of its own, which Describe says: a process that waits some turns, a slice that ends early, a signal that is late.
// None speaks of a position in the run, so that they mean the same when the program has grown.
//
// # Runs
//
// The package knows no worlds. It is given a Runner, a function that runs a plan and says what came of it.
package plan
