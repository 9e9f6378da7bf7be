package scheduler

import (
	"fmt"
	"math/bits"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// PCT is probabilistic concurrency testing: each task draws a priority, the first of those who can run
// runs, and at about Depth-1 drawn steps whoever runs there falls behind all others. A bug that takes
// d orderings to show, among n tasks and in k steps, is found with a probability of at least
// 1/(n*(e*k)^(d-1)) if Depth is d and Steps is k.
//
// From Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees of
// Finding Bugs, ASPLOS 2010. What is otherwise here:
//
//   - Change points are not numbers of steps, of which there are Depth-1 and which move when somebody is added. At each step
//     whoever runs draws whether it is one, with Depth-1 chances in Steps; so there are as many in the mean. That costs
//     the factor e in the bound, and a draw stays with its task.
//   - A step is a pick while a rival of the same level waits; other picks decide nothing. Slices are drawn as under
//     Random: one who is woken by a lesser task runs only when that one's slice has ended.
//   - A run may be long and its length is not known: it is a row of windows, each a PCT of its own with new priorities
//     and new change points. They have Steps steps, or 64, 128, 256… up to 4,096 if Steps is 0.
//     So the bound holds for what happens within a window, and a run of 1,000 steps has its
//     windows of a length that fits without anybody having measured it.
//   - There are 384 priorities, not as many as tasks; those of one priority take turns.
//   - Nobody starves. A task that gets a drawn number of slices in a row (64 to 511), though another waits, falls to
//     the end. And who waits gains on those who come later, by one place in each 64 picks (more if Steps is
//     above 4,096), so that of n queued tasks none waits for more than 512*64+n picks; a low one, for
//     eight times that. The bounds are those of the task's own level: above it there may always be somebody.
type PCT struct {
	Depth int // how many orderings a bug takes, 1 to MaxDepth; 0: 3
	Steps int // how long a run is, in steps, up to MaxSteps; 0: unknown
}

// The limits of a PCT's numbers. What is beyond them counts as the limit.
const (
	MaxDepth = 16
	MaxSteps = 1 << 30
)

// Places under PCT: first the priorities drawn, then those that change points leave to a task, and at the end the
// tired ones. That the gaps between them are wide keeps ageing from closing them within a window.
const (
	priorities = 384
	demoted    = Turns - 1 - priorities
	tired      = Turns - 1
)

const (
	firstWindow = 64
	lastWindow  = 4096
	minStamina  = 64
	maxStamina  = 511
)

// pctID is whose draw it is how long tasks may run in a row.
var pctID = choice.ID("pct")

// normal is p with numbers that it can have.
func (p PCT) normal() PCT {
	return PCT{min(max(p.Depth, 0), MaxDepth), min(max(p.Steps, 0), MaxSteps)}
}

// String is pct, pct(depth=3), pct(steps=1000) or pct(depth=3, steps=1000). ParsePolicy reads it back.
func (p PCT) String() string {
	switch p = p.normal(); {
	case p == PCT{}:
		return "pct"
	case p.Steps == 0:
		return fmt.Sprintf("pct(depth=%d)", p.Depth)
	case p.Depth == 0:
		return fmt.Sprintf("pct(steps=%d)", p.Steps)
	}
	return fmt.Sprintf("pct(depth=%d, steps=%d)", p.Depth, p.Steps)
}

// Place draws a priority, of which 0 is the first. It is asked once for a task and window, n.
func (PCT) Place(source *choice.Source, id, n uint64) int {
	return source.Choose(choice.Key{Domain: choice.Order, ID: id, N: n}, priorities)
}

// Slice is drawn as under Random.
func (PCT) Slice(source *choice.Source, id, n uint64) int32 { return Random{}.Slice(source, id, n) }

// Rank is drawn as under Random.
func (PCT) Rank(source *choice.Source, id uint64) int { return Random{}.Rank(source, id) }

// pace is the logarithm of how many picks make a turn: so many that a window is at most 64 turns, a sixth
// of the priorities.
func (p PCT) pace() uint8 {
	window := max(p.normal().Steps, lastWindow)
	return uint8(bits.Len(uint(window-1)) - 6)
}

// course is how far a PCT has got in a run. What it knows of a task is in the task's record.
type course struct {
	depth, length int // of the policy; length 0: windows double
	window        uint64
	mark          uint16 // of the window, in the records of the tasks that have a priority in it; never 0
	step, last    int    // of the window: the steps so far, and how many it has
	stamina       int
	runner        uint64 // who ran last
	row           int    // how many steps in a row
}

// begin makes c the course of a new run.
func (c *course) begin(p PCT) {
	p = p.normal()
	if p.Depth == 0 {
		p.Depth = 3
	}
	*c = course{depth: p.Depth, length: p.Steps, mark: 1, last: -1}
}

// place is the place of a task that becomes ready. A low one that is passed over goes to the end: with its own place, or
// with any other drawn, it could be first again at once, eight times in a row, and be low no more.
func (c *course) place(source *choice.Source, k *task) uint {
	if k.fronts > 0 {
		if source.Chance(choice.Key{Domain: choice.Order, ID: k.id, N: k.occasion()}, 1, 1) {
			return tired
		}
		return 0
	}
	if k.drawn != c.mark {
		k.stand(c.mark, uint16(PCT{}.Place(source, k.id, c.window)))
	}
	return uint(k.standing)
}

// changes sets the counters of draws whether a slice is a change point apart from those of priorities, which count windows.
const changes = 1 << 40

// stand gives a task its place until the window of that mark is over.
func (k *task) stand(mark, place uint16) { k.drawn, k.standing = mark, place }

// ran notes that a task was picked. If it falls behind, then from when it is ready again.
func (c *course) ran(source *choice.Source, k *task, rivals int) {
	if k.id != c.runner {
		c.runner, c.row = k.id, 0
	}
	if rivals == 0 {
		return
	}
	if c.step >= c.last {
		c.turn(source)
	}
	c.step++
	c.row++
	if c.depth > 1 {
		key := choice.Key{Domain: choice.Order, ID: k.id, N: k.readiness - 1 | changes}
		if point := source.Choose(key, c.last); point > 0 && point < c.depth {
			k.stand(c.mark, priorities+uint16((point-1)*demoted/(c.depth-1)))
		}
	}
	if c.row >= c.stamina {
		k.stand(c.mark, tired)
	}
}

// turn begins the next window.
func (c *course) turn(source *choice.Source) {
	if c.last >= 0 {
		c.window++
		c.mark = uint16(c.window%(1<<16-1)) + 1
	}
	c.step, c.last = 0, c.length
	if c.length == 0 {
		c.last = min(firstWindow<<min(c.window, 10), lastWindow)
	}
	c.stamina = minStamina + source.Choose(choice.Key{Domain: choice.Plan, ID: pctID, N: c.window}, maxStamina+1-minStamina)
}
