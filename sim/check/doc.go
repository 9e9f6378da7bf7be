// Package check says what must hold in a run, and whether it did.
//
// A Rule is told the facts of a run as they happen and looks at the world between slices. At the end it has a
// Verdict in one of three words: holds, broken, undecided. A rule that never had anything to judge is undecided:
// it has shown nothing. Rules.Check finds rules that never can judge anything; simtest and simrun tell those that never did.
//
//	rules := check.Rules(func() []check.Rule {
//		taken := check.User("taken", func(o Order) bool { return true }).By(func(v any) string { return v.(Order).ID })
//		paid := check.User("paid", func(o Order) bool { return true }).By(func(v any) string { return v.(Order).ID })
//		return []check.Rule{
//			check.LeadsTo("taken_is_paid", taken, paid, time.Minute),
//		}
//	})
//	set := rules.New()
//	set.Attach(&cfg)
//	w := sim.New(cfg)
//	defer w.Close()
//	set.Finish(w.View(), set.Drive(w, 5*time.Minute))
//	for _, v := range set.Verdicts() { … }
//
// Rules keep what they have seen, so each run needs new ones: that is why a set is built by a function.
// To what a program demands Rules.New adds Default: what must hold in every system built the Erlang way.
//
// A broken rule has a Signature: the rule and a key, without numbers and lives of nodes. Two runs with the same signature
// broke in the same way.
//
// Rules stand outside. They cost the world nothing but time, and a run with rules is the same as one without, to the
// last fact.
package check
