package plan

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Outcome is what a run came to.
type Outcome struct {
	// Signature names what broke: the rule and what it was about, no numbers. "": nothing did. Two runs with the same
	// signature count as the same failure.
	Signature string
	Hash      uint64        // of all that happened, in its order
	Events    uint64        // how much that was
	Now       time.Duration // the virtual time when the run stopped
	Broke     time.Duration // the virtual time when it broke; 0: not said, and Now is taken for it
	Drift     []choice.Drift
}

// Fails reports whether something broke.
func (o Outcome) Fails() bool { return o.Signature != "" }

// A Runner runs a plan: p.Source answers all draws, what p.Without names is not done, and p.For is how long it lasts. If
// rec is not nil the draws are written down in it. The Outcome's Drift is what the source says of it after the run.
// A Runner MUST be deterministic: it gives the same outcome for the same plan.
type Runner func(p Plan, rec *choice.Recording) Outcome
