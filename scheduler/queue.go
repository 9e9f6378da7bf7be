package scheduler

import "math/bits"

// Turns is the number of buckets in the ring of a ready queue. A [Policy] places a
// task less than so many turns ahead.
const Turns = 512

// queue is the ready queue of one level: a calendar. A task is put into the bucket so
// many turns ahead as its policy says; the first in the first bucket that has any runs
// next, and the current turn moves there. Everybody at 0 turns ahead, this is one
// FIFO list.
//
// Why no bag with a random pick: that draw would be "which of n", keyed by nobody,
// and one task more would change all of them. Waiting times are each task's own. If they
// are exponential, how long somebody has waited says nothing about how long he still
// will, and whoever is in the queue is as likely as another to be next.
type queue struct {
	length int
	turn   uint   // the current bucket
	lone   Task   // the only task as long as it has no bucket, or nobody
	since  uint64 // if tasks have deadlines: what turn was when the last one was put, never wrapped
	full   [Turns / 64]uint64
	lists  [Turns]list // bucket b is meaningful if bit b of full is set
}

// list is a FIFO linked through the task records. Its ends have no marks: the
// tail is known by being the tail.
type list struct{ head, tail Task }

func (q *queue) reset() {
	q.length, q.turn, q.lone, q.since = 0, 0, nobody, 0
	clear(q.full[:])
}

// only puts t into an empty queue: with no rival there is no order to draw yet.
func (q *queue) only(t Task, k *task) {
	q.length, q.lone = 1, t
	k.place = lone
}

// put appends t to the bucket so many turns ahead. The caller counts.
func (q *queue) put(tasks []task, t Task, turns uint) {
	b := (q.turn + turns) % Turns
	k := &tasks[t]
	k.place = bucket0 + uint16(b)
	l, word, bit := &q.lists[b], &q.full[b/64], uint64(1)<<(b%64)
	if *word&bit == 0 {
		*word |= bit
		l.head, l.tail = t, t
		return
	}
	k.prev = l.tail
	tasks[l.tail].next = t
	l.tail = t
}

// take takes the first task out of its bucket; there must be one. The caller
// counts.
func (q *queue) take(tasks []task) Task {
	b := q.first()
	q.turn = b
	l := &q.lists[b]
	t := l.head
	if t == l.tail {
		q.full[b/64] &^= 1 << (b % 64)
	} else {
		l.head = tasks[t].next
	}
	return t
}

// first is the first bucket that has a task, from the current turn on.
func (q *queue) first() uint {
	w := q.turn / 64 % uint(len(q.full))
	if ahead := q.full[w] >> (q.turn % 64); ahead != 0 {
		return q.turn + uint(bits.TrailingZeros64(ahead))
	}
	// Once round, and the last word looked at is the first one's lower part.
	for range q.full {
		w = (w + 1) % uint(len(q.full))
		if q.full[w] != 0 {
			return w*64 + uint(bits.TrailingZeros64(q.full[w]))
		}
	}
	panic("scheduler: a queue with a length but no task")
}

// remove takes t out, wherever in the queue it is.
func (q *queue) remove(tasks []task, t Task) {
	q.length--
	k := &tasks[t]
	if k.place == lone {
		q.lone = nobody
		return
	}
	b := uint(k.place-bucket0) % Turns
	l := &q.lists[b]
	switch {
	case l.head == l.tail:
		q.full[b/64] &^= 1 << (b % 64)
	case t == l.head:
		l.head = k.next
	case t == l.tail:
		l.tail = k.prev
	default:
		tasks[k.prev].next = k.next
		tasks[k.next].prev = k.prev
	}
}
