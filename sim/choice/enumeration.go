package choice

import "fmt"

// An Enumeration runs a tiny world through every combination of answers, each
// exactly once: an odometer whose digits are the choices in order of asking, the
// last one turning fastest. Which questions follow may depend on earlier answers.
// The first run is the dull one.
//
//	for e := choice.NewEnumeration(); e.Next(); {
//		run(e.Source())
//	}
//
// The world MUST be deterministic: the same answers lead to the same next question.
// If it is not, the enumeration ends and Err tells where. A key asked twice in a run is
// one choice, not two. A Word has too many answers and is 0: such an enumeration
// never is complete.
type Enumeration struct {
	source  *Source
	digits  []Draw            // this run's choices; beyond depth, left by the run before
	depth   int               // how many of them this run has asked
	known   map[asking]uint64 // this run's answers
	visited int
	max     int
	words   bool // somebody asked for a Word
	started bool
	ended   bool
	all     bool // the odometer has gone all the way round
	err     error
}

// asking is a key with its number of answers: a key wrongly asked twice with two
// numbers stays within both.
type asking struct {
	key Key
	of  uint64
}

// NewEnumeration returns an enumeration before its first run.
func NewEnumeration() *Enumeration {
	e := &Enumeration{known: make(map[asking]uint64)}
	e.source = From(e.answer)
	return e
}

// Limit ends the enumeration after max runs; 0 is no limit. It returns e.
func (e *Enumeration) Limit(max int) *Enumeration {
	e.max = max
	return e
}

// Source answers for the current run. It is the same one in all runs, with whatever was
// laid over it: overridden draws are no digits. Do not Reset it.
func (e *Enumeration) Source() *Source { return e.source }

// Visited is the number of runs so far, the current one included.
func (e *Enumeration) Visited() int { return e.visited }

// Complete reports whether every combination of answers has had its run.
func (e *Enumeration) Complete() bool { return e.all && !e.words && e.err == nil }

// Err tells where two runs with the same answers parted.
func (e *Enumeration) Err() error { return e.err }

// Next turns to the next run and reports whether there is one.
func (e *Enumeration) Next() bool {
	if e.ended || !e.turn() || e.max > 0 && e.visited >= e.max {
		e.ended = true
		return false
	}
	e.visited++
	e.depth = 0
	clear(e.known)
	clear(e.source.detour.asked)
	return true
}

// turn moves the odometer on by one and reports whether it shows something new.
func (e *Enumeration) turn() bool {
	if !e.started {
		e.started = true
		return true
	}
	if e.err == nil && e.depth < len(e.digits) {
		e.fail("it ended")
	}
	if e.err != nil {
		return false
	}
	for i := len(e.digits) - 1; i >= 0; i-- {
		if e.digits[i].Answer+1 < e.digits[i].Of {
			e.digits[i].Answer++
			e.digits = e.digits[:i+1]
			return true
		}
	}
	e.all = true
	return false
}

func (e *Enumeration) answer(k Key, of uint64) uint64 {
	if of == 0 {
		e.words = true
		return 0
	}
	a, ok := e.known[asking{k, of}]
	if !ok {
		a = e.digit(k, of)
		e.known[asking{k, of}] = a
	}
	return a
}

// digit answers a new question of this run: as the odometer shows or, beyond it, 0.
func (e *Enumeration) digit(k Key, of uint64) uint64 {
	if e.depth == len(e.digits) {
		e.digits = append(e.digits, Draw{Key: k, Of: of})
	}
	d := e.digits[e.depth]
	if d.Key != k || d.Of != of {
		e.fail(fmt.Sprintf("it asked %v of %d", k, of))
	}
	if e.err != nil {
		return 0
	}
	e.depth++
	return d.Answer
}

// fail notes the first place where a run left the path of the run before.
func (e *Enumeration) fail(what string) {
	if e.err == nil {
		d := e.digits[e.depth]
		e.err = fmt.Errorf("the world is not deterministic: in run %d, after %d choices answered as before, %s, where run %d asked %v of %d",
			e.visited, e.depth, what, e.visited-1, d.Key, d.Of)
	}
}
