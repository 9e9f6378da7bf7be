package pg

// bug is a set of mistakes that OTP's pg once had. They can be made again, so that tests can find out whether they
// would be found.
type bug uint8

const (
	// bugFlicker crashes on the leave of a scope that was given up already: it has not noticed, and its node is
	// connected again (PR-2557).
	bugFlicker bug = 1 << iota
	// bugRemain never forgets what a scope has told of, even if that has left: it leaves once more with its node
	// (OTP-17034).
	bugRemain
)

func (b bug) has(one bug) bool { return b&one != 0 }
