// Package trace is what happened, in order, as facts: events of fixed size, a running hash over them that
// is always kept, and the events themselves when they are asked for.
//
// The hash is over facts, never over rendered text, and does not depend on whether events are kept: how
// much is told of a run never changes the run.
//
// A Log is fed by the world, which knows the order. What it kept comes out as a Record: a value that is
// filtered (Select), written for people (WriteText) and programs (WriteJSONL), stored (Encode) and compared
// (FirstDifference). Of runs too long to keep, a Log leaves a Chain of hashes, which narrows down where two
// of them part (FirstWindow). The package knows no processes, only their birth numbers and names, no files
// and no wall clock.
package trace

import "math/bits"

// Event is one fact.
type Event struct {
	At      int64 // virtual time, in ns since the world began
	Subject uint64
	Object  uint64
	Word    uint64
	Kind    Kind
}

// Log takes the facts of one run. The zero Log is ready and keeps only the hash.
type Log struct {
	hash  uint64
	count uint64
	due   uint64 // the count at which there is more to do than hashing; 0: never
	*kept
}

// kept is what a log holds beside the hash; it is nil unless somebody asked for it.
type kept struct {
	events  []Event
	details map[int]string    // index in events -> what people want to read about it
	names   map[uint64]string // birth number -> spawn path
	keep    int               // how many events to hold on to
	only    *Filter           // which ones, as Only said; nil: all
	numbers []uint64          // then theirs in the run
	from    uint64            // how many facts to let pass before that
	every   uint64            // how many facts lie between two marks; 0: no marks
	marks   []uint64          // the hash after every, 2*every… facts
}

// Reset forgets everything; keep is how many events to hold on to from now, 0 for none. What a Record
// took out of the log before stays as it is.
func (l *Log) Reset(keep int) {
	*l = Log{}
	if keep > 0 {
		l.more().keep = keep
		l.plan()
	}
}

// KeepFrom lets the first n facts pass and keeps those after them, as many as Reset said: a look into a
// run that is too long to keep, at the Window where it parts from another. What was kept so far is dropped.
func (l *Log) KeepFrom(n uint64) {
	k := l.more()
	k.from = max(n, l.count)
	k.events, k.numbers, k.details = nil, nil, map[int]string{}
	l.plan()
}

// Only lets facts pass that Select would leave out of the record anyway, so that they need no room: those of other kinds,
// and those of other times. Globs are not looked at: names may come after facts. It is for a log that was Reset.
func (l *Log) Only(f Filter) {
	if len(f.Kinds) > 0 || f.From > 0 || f.To > 0 {
		l.more().only = &f
	}
}

func (l *Log) more() *kept {
	if l.kept == nil {
		l.kept = &kept{details: map[int]string{}, names: map[uint64]string{}}
	}
	return l.kept
}

// Odd constants with well-spread bits; the hash is frozen by golden vectors.
const (
	k0 = 0xa0761d6478bd642f
	k1 = 0xe7037ed1a0b428db
	k2 = 0x8ebc6af09c88c6e3
)

// Note takes a fact. Only one multiplication lies on the chain from hash to hash: what makes a fact a
// number is worked out beside it. The last factor is odd, for a factor of 0 would forget all that was.
func (l *Log) Note(at int64, k Kind, subject, object, word uint64) {
	x := subject*k0 ^ uint64(at)
	y := (object<<8|uint64(k))*k1 ^ word*k2
	hi, lo := bits.Mul64(l.hash^x^k2, y|1)
	l.hash = hi ^ lo ^ y
	l.count++
	if l.count == l.due {
		l.hold(Event{at, subject, object, word, k})
	}
}

// hold does with the last fact what is due.
func (l *Log) hold(e Event) {
	k := l.kept
	if l.count > k.from && len(k.events) < k.keep && (k.only == nil || k.only.passes(e)) {
		k.events = append(k.events, e)
		if k.only != nil {
			k.numbers = append(k.numbers, l.count-1)
		}
	}
	if k.every > 0 && l.count%k.every == 0 {
		k.mark(l.hash)
	}
	l.plan()
}

// plan says when hold is due: for the next fact that is kept, or the next mark.
func (l *Log) plan() {
	k := l.kept
	l.due = 0
	if len(k.events) < k.keep {
		l.due = max(l.count, k.from) + 1
	}
	if k.every > 0 {
		if mark := l.count - l.count%k.every + k.every; l.due == 0 || mark < l.due {
			l.due = mark
		}
	}
}

// Keeping reports whether the last fact was kept or some may still be, so that names and details are worth
// rendering.
func (l *Log) Keeping() bool {
	return l.kept != nil && (len(l.events) < l.keep || l.holdsLast())
}

// holdsLast reports whether the last fact is among the events.
func (l *Log) holdsLast() bool {
	if l.only != nil {
		return len(l.numbers) > 0 && l.numbers[len(l.numbers)-1] == l.count-1
	}
	return len(l.events) > 0 && l.from+uint64(len(l.events)) == l.count
}

// Detail attaches text to the last fact. It is for people and takes no part in the hash. The text of a
// Report is its kind, a space and its body; lines that follow are shown under it.
func (l *Log) Detail(text string) {
	if l.kept != nil && l.holdsLast() {
		l.details[len(l.events)-1] = text
	}
}

// Name says how the process with that birth number prints.
func (l *Log) Name(serial uint64, path string) {
	if l.kept != nil {
		l.names[serial] = path
	}
}

// Events gives the facts that were kept, in order.
func (l *Log) Events() []Event {
	if l.kept == nil {
		return nil
	}
	return l.events
}

// Hash is the hash of all facts so far, in their order.
func (l *Log) Hash() uint64 { return l.hash }

// Count is how many facts there were.
func (l *Log) Count() uint64 { return l.count }
