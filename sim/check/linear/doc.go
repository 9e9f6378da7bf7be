// Package linear asks of a history whether it is linearizable: whether each operation may be taken to have happened at one moment
// between its call and its answer, so that all of them together are what a plain, sequential object would have done.
//
// Processes say what they ask and what they are answered; the rule judges when the run is over:
//
//	op := linear.Invoke(p, "counter", linear.Add{N: 1})
//	n, err := otp.Call(p, server, Incr{})
//	if err != nil {
//		op.Lost(p) // it may have happened, or happen still
//	} else {
//		op.Return(p, n)
//	}
//
//	linear.Rule("counter_is_one", "counter", linear.Counter{})
//
// An operation without an answer, such as a call that timed out, may have happened at any time after it was asked, or not at
// all. To search for an order may take time that grows with every operation under way at once: there is a budget, in
// steps and not in time, so that the verdict does not depend on the machine.
package linear
