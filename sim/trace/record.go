package trace

import (
	"fmt"
	"sort"
	"strconv"
)

// Record is a run written down: the facts that were kept, what is known about them, and the hash of all.
// Records are values to look at: nobody changes one.
type Record struct {
	Chain                     // of the whole run, whatever was kept of it
	First   uint64            // the number of Events[0] in the run, counted from 0
	Events  []Event           // the facts that were kept, in order
	Indexes []uint64          // their numbers in the run; nil if they follow one another from First
	Details map[int]string    // index in Events -> text for people: the body of a message, the reason of an exit…
	Names   map[uint64]string // birth number -> <node/path>
}

// Record is what the log kept so far. It does not change when the log is Reset.
func (l *Log) Record() *Record {
	r := &Record{Chain: l.Chain()}
	if l.kept != nil {
		r.Events, r.Details, r.Names = l.events[:len(l.events):len(l.events)], l.details, l.names
	}
	switch {
	case l.kept != nil && l.only != nil:
		r.number(l.numbers[:len(l.numbers):len(l.numbers)])
	case len(r.Events) > 0:
		r.First = l.from
	}
	return r
}

// Index is the number in the run of the i-th event that was kept.
func (r *Record) Index(i int) uint64 {
	if r.Indexes != nil {
		return r.Indexes[i]
	}
	return r.First + uint64(i)
}

// Name is how the process with that birth number prints: - if there is none, <#7> if its name is unknown.
func (r *Record) Name(serial uint64) string {
	if serial == 0 {
		return "-"
	}
	if name, ok := r.Names[serial]; ok {
		return name
	}
	return "<#" + strconv.FormatUint(serial, 10) + ">"
}

// Whole reports whether every fact of the run was kept.
func (r *Record) Whole() bool {
	return r.First == 0 && r.Indexes == nil && uint64(len(r.Events)) == r.Count
}

// Verify checks what a record says of itself. Decoders do so: a file whose facts do not give its hash is
// damaged, or was written by a version with another hash.
func (r *Record) Verify() error {
	if r.Indexes != nil && len(r.Indexes) != len(r.Events) {
		return fmt.Errorf("trace: %d numbers for %d facts", len(r.Indexes), len(r.Events))
	}
	if n := len(r.Events); n > 0 && (r.Index(n-1) >= r.Count || r.First >= r.Count) {
		return fmt.Errorf("trace: fact %d in a run of %d", r.Index(n-1), r.Count)
	}
	for i := 1; i < len(r.Indexes); i++ {
		if r.Indexes[i] <= r.Indexes[i-1] {
			return fmt.Errorf("trace: fact %d follows fact %d", r.Indexes[i], r.Indexes[i-1])
		}
	}
	if r.Whole() && r.rehash() != r.Hash {
		return fmt.Errorf("trace: the facts give hash %016x, not %016x", r.rehash(), r.Hash)
	}
	return nil
}

func (r *Record) rehash() uint64 {
	var l Log
	for _, e := range r.Events {
		l.Note(e.At, e.Kind, e.Subject, e.Object, e.Word)
	}
	return l.Hash()
}

// number gives the events the numbers they have in the run: a list of them only where there are gaps.
func (r *Record) number(indexes []uint64) {
	if len(indexes) == 0 {
		return
	}
	r.First = indexes[0]
	for i, n := range indexes {
		if n != r.First+uint64(i) {
			r.First, r.Indexes = 0, indexes
			return
		}
	}
}

// serials lists the processes that have a name, oldest first.
func (r *Record) serials() []uint64 {
	list := make([]uint64, 0, len(r.Names))
	for n := range r.Names {
		list = append(list, n)
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	return list
}
