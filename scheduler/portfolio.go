package scheduler

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Portfolio takes another policy for each run, by the run's seed: of 100 runs about 40 are random, 25 PCT of
// depth 2 to 4, 15 POS, 15 timed with a slack from 1 ms to 10 s and 5 FIFO. Each policy is blind to
// some kind of bug, and none of them to what the others are blind to; a mixture costs at most a small factor
// over the best of them, which nobody knows beforehand. That random mixtures beat one tuned
// setting is from Groce and others: Swarm Testing, ISSTA 2012.
//
// [Scheduler.Policy] tells which policy a run has. A Portfolio itself decides nothing: as a
// Policy that is asked it would be FIFO.
type Portfolio struct{ FIFO }

// String is portfolio.
func (Portfolio) String() string { return "portfolio" }

// portfolioID is whose draws these are.
var portfolioID = choice.ID("portfolio")

// The policies of a portfolio are made once, so that a choice allocates nothing.
var (
	portfolioDepths = [...]Policy{PCT{Depth: 2}, PCT{Depth: 3}, PCT{Depth: 4}}
	portfolioSlacks = [...]Policy{
		Timed{Time(time.Millisecond)}, Timed{Time(10 * time.Millisecond)}, Timed{Time(100 * time.Millisecond)},
		Timed{Time(time.Second)}, Timed{Time(10 * time.Second)},
	}
)

// Choose answers which policy a run has whose draws source answers: FIFO if they are dull. A scheduler does this
// when it begins; its own source must not be asked again.
func (Portfolio) Choose(source *choice.Source) Policy {
	ask := func(n uint64, of int) int {
		return source.Choose(choice.Key{Domain: choice.Plan, ID: portfolioID, N: n}, of)
	}
	switch share := ask(0, 100); {
	case share < 5:
		return FIFO{}
	case share < 45:
		return Random{}
	case share < 70:
		return portfolioDepths[ask(1, len(portfolioDepths))]
	case share < 85:
		return POS{}
	}
	return portfolioSlacks[ask(2, len(portfolioSlacks))]
}
