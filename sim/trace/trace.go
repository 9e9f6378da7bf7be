// Package trace is what happened, in order, as facts: events of fixed size, a running hash over them that
// is always kept, and the events themselves when they are asked for.
//
// The hash is over facts, never over rendered text, and does not depend on whether events are kept: how
// much is told of a run never changes the run.
package trace

import "math/bits"

// Kind says what sort of fact an event is.
type Kind uint8

// The facts. Subject and Object are birth numbers of processes (term.Identity.Serial), 0 for none.
const (
	Spawn      Kind = iota + 1 // Subject spawned Object
	Send                       // Subject sent a message to Object; Word: how many it had sent
	Signal                     // Subject sent a signal of another kind (Word) to Object
	Receive                    // Subject took a message of Object's out of its mailbox
	Slice                      // Subject ran for Word reductions
	Timer                      // a timer of Subject's fired; Word: which
	Exit                       // Subject ended; Word: hash of the reason's first atom
	Link                       // Subject and Object are linked from Subject's side
	Unlink                     // … no longer
	Monitor                    // Subject monitors Object; Word: the reference
	Demonitor                  // … no longer
	Register                   // Subject got a name; Word: hash of it
	Unregister                 // … lost it
	Fault                      // a fault was injected on Object; Word: which
	Took                       // the fault Word took effect on Object
	Report                     // Subject made a report (Object: about whom); Word: hash of its kind
	User                       // a fact of the user's own; Word: hash of its kind
	Drop                       // a message of Subject's to Object was dropped
	Node                       // a node changed: Word says how
	kinds
)

var kindNames = [kinds]string{
	Spawn: "spawn", Send: "send", Signal: "signal", Receive: "receive", Slice: "slice", Timer: "timer", Exit: "exit",
	Link: "link", Unlink: "unlink", Monitor: "monitor", Demonitor: "demonitor", Register: "register",
	Unregister: "unregister", Fault: "fault", Took: "took", Report: "report", User: "user", Drop: "drop", Node: "node",
}

// String is the kind's word, such as send.
func (k Kind) String() string {
	if k < kinds && kindNames[k] != "" {
		return kindNames[k]
	}
	return "kind?"
}

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
	keep  int
	*kept
}

// kept is what a log holds beside the hash; it is nil unless somebody asked for it.
type kept struct {
	events  []Event
	details map[int]string    // index of an event -> what people want to read about it
	names   map[uint64]string // birth number -> spawn path
	lost    int
}

// Reset forgets everything; keep is how many events to hold on to from now, 0 for none.
func (l *Log) Reset(keep int) {
	*l = Log{keep: keep}
	if keep > 0 {
		l.kept = &kept{details: map[int]string{}, names: map[uint64]string{}}
	}
}

// Odd constants with well-spread bits; the hash is frozen by golden vectors.
const (
	k0 = 0xa0761d6478bd642f
	k1 = 0xe7037ed1a0b428db
	k2 = 0x8ebc6af09c88c6e3
)

// Note takes a fact.
func (l *Log) Note(at int64, k Kind, subject, object, word uint64) {
	hi, lo := bits.Mul64(l.hash^uint64(at)^k0, subject<<8^uint64(k)^k1)
	hi2, lo2 := bits.Mul64(hi^lo^object, word^k2)
	l.hash = hi2 ^ lo2 ^ hi
	l.count++
	if l.keep > 0 {
		l.hold(Event{at, subject, object, word, k})
	}
}

func (l *Log) hold(e Event) {
	if len(l.events) >= l.keep {
		l.lost++
		return
	}
	l.events = append(l.events, e)
}

// Keeping reports whether events are kept, so that details are worth rendering.
func (l *Log) Keeping() bool { return l.keep > 0 }

// Detail attaches text to the last fact. It is for people and takes no part in the hash.
func (l *Log) Detail(text string) {
	if l.keep > 0 && l.lost == 0 && len(l.events) > 0 {
		l.details[len(l.events)-1] = text
	}
}

// Name says how the process with that birth number prints.
func (l *Log) Name(serial uint64, path string) {
	if l.keep > 0 {
		l.names[serial] = path
	}
}

// Hash is the hash of all facts so far, in their order.
// Events gives the facts that were kept, in order.
func (l *Log) Events() []Event {
	if l.kept == nil {
		return nil
	}
	return l.events
}

func (l *Log) Hash() uint64 { return l.hash }

// Count is how many facts there were.
func (l *Log) Count() uint64 { return l.count }
