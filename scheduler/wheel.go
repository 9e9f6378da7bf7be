package scheduler

import (
	"math"
	"math/bits"
)

// A time has 11 digits of 6 bits. Slot d of level l has the timers whose time differs
// from the wheel's base first (from the top) in digit l, which is d. So a level
// l is wholly before level l+1, a slot wholly before the next, a slot of level 0 has
// one time, and a timer goes down at most ten times in its life. This is a radix
// heap: exact, and no two timers are compared on the way in or out.
const (
	digitBits  = 6
	digits     = 1 << digitBits
	wheelDepth = 11
	rankLevel  = wheelDepth // one level more: the ranks of the current instant
	rankSlot   = rankLevel * digits
)

// never is a bound past which no timer is.
const never Time = math.MaxInt64

// wheel keeps timers in order of time and, within one time, of age, with no number of
// age stored: those of one time are always in the same slot, as base is the same for
// all of them, and slots are FIFO lists, also when they are poured down.
//
// base is the reference: never after a pending timer's time, and never after now,
// for timers may yet be set for now. It may move freely up to where the first slot
// begins; to move it further, that slot must be poured.
//
// With a million timers memory is all that pouring waits for, so it looks at each
// timer once, at the head of its node and nowhere else. That is why slots know a
// lower bound of their times, and why nodes do not know their slot: their time and base
// tell it.
type wheel struct {
	base  Time
	bound Time // no timer is earlier; never if there are no timers
	exact bool // bound is the time of a timer (or there are none)
	count int

	free   uint32 // freed indices, linked by next
	serial uint32 // of the timer set last
	nodes  []node // 0 is nobody

	// The lengths are rounded up so that masks instead of checks bound the indices.
	tall  uint64            // bit l: full[l] is not 0
	full  [16]uint64        // bit d of full[l]: slot d of level l is not empty
	slots [16 * digits]slot // slot l*digits+d, meaningful where not empty
}

// node is a timer: its time and its neighbours in its slot, 0 where there are none,
// and then what pouring need not know.
type node struct {
	when       Time
	next, prev uint32
	alarm      any
	id         uint64
	serial     uint32 // as in its Timer; 0 if freed, which no Timer has
	rank       uint8  // 1 + its rank, if it has one
}

// slot is a list of timers. No timer in it is earlier than bound, which is the time
// of one unless that one was cancelled; on level 0 it is the time of all.
type slot struct {
	head, tail uint32
	bound      Time
}

func (w *wheel) reset() {
	w.base, w.bound, w.exact, w.count = 0, never, true, 0
	w.tall = 0
	clear(w.full[:])
	clear(w.nodes) // lets go of the alarms
	w.nodes = append(w.nodes[:0], node{serial: math.MaxUint32})
	w.free, w.serial = 0, 0
}

// add sets a timer. now <= when.
func (w *wheel) add(now, when Time, alarm any, id uint64) Timer {
	if w.count == 0 {
		w.base = now
	}
	w.count++
	if when <= w.bound {
		w.bound, w.exact = when, true
	}
	i := w.free
	if i == 0 {
		i = w.grow()
	}
	n := &w.nodes[i]
	w.free = n.next
	w.serial++
	if w.serial == math.MaxUint32 { // node 0 has it
		w.serial = 1
	}
	n.when, n.alarm, n.id, n.serial, n.rank = when, alarm, id, w.serial, 0
	w.put(w.slotOf(when), i)
	return Timer{i, w.serial}
}

// grow makes a free index where there is none.
func (w *wheel) grow() uint32 {
	w.nodes = append(w.nodes, node{})
	return uint32(len(w.nodes) - 1)
}

// holds says whether t is pending.
func (w *wheel) holds(t Timer) bool {
	return int(t.index) < len(w.nodes) && w.nodes[t.index].serial == t.serial
}

// slotOf is the slot of a time as seen from base.
func (w *wheel) slotOf(when Time) uint {
	// x*43>>8 is x/6 for all x < 64.
	level := uint(bits.Len64(uint64(when^w.base)|1)-1) * 43 >> 8
	return level*digits + uint(when>>(level*digitBits&63))%digits
}

// put appends a timer to slot at.
func (w *wheel) put(at uint, i uint32) {
	n := &w.nodes[i]
	n.next = 0
	l := &w.slots[at%uint(len(w.slots))]
	level, bit := at/digits%uint(len(w.full)), uint64(1)<<(at%digits)
	if w.full[level]&bit != 0 {
		l.bound = min(l.bound, n.when)
		n.prev = l.tail
		w.nodes[l.tail].next = i
		l.tail = i
		return
	}
	w.full[level] |= bit
	w.tall |= 1 << level
	n.prev = 0
	l.head, l.tail, l.bound = i, i, n.when
}

// empty notes that slot at is.
func (w *wheel) empty(at uint) {
	level := at / digits % uint(len(w.full))
	w.full[level] &^= 1 << (at % digits)
	if w.full[level] == 0 {
		w.tall &^= 1 << level
	}
}

// remove takes a timer out of its slot and frees its node.
func (w *wheel) remove(i uint32) {
	n := &w.nodes[i]
	at := w.slotOf(n.when)
	if n.rank != 0 {
		at = rankSlot + uint(n.rank) - 1
	}
	l := &w.slots[at%uint(len(w.slots))]
	switch {
	case n.prev == 0 && n.next == 0:
		w.empty(at)
	case n.prev == 0:
		l.head = n.next
		w.nodes[n.next].prev = 0
	case n.next == 0:
		l.tail = n.prev
		w.nodes[n.prev].next = 0
	default:
		w.nodes[n.prev].next = n.next
		w.nodes[n.next].prev = n.prev
	}
	if n.when == w.bound {
		w.exact = false // there may be others of its time
	}
	n.alarm, n.serial = nil, 0
	n.next = w.free
	w.free = i
	w.count--
	if w.count == 0 {
		w.bound, w.exact = never, true
	}
}

// ranked says which ranks have timers; they are all of the instant at bound.
func (w *wheel) ranked() uint64 { return w.full[rankLevel] }

// first is the first slot. There must be one.
func (w *wheel) first() (at uint) {
	level := uint(bits.TrailingZeros64(w.tall)) % uint(len(w.full))
	return level*digits + uint(bits.TrailingZeros64(w.full[level]))%digits
}

// reach brings the earliest timer to where pop finds it, if it is due by limit, and
// says whether it is. Then bound is its time. limit is not before now, and if it is
// after now the caller must move now to bound, or to limit if there is none, before
// anything is set.
func (w *wheel) reach(limit Time) bool {
	for w.count > 0 && w.ranked() == 0 {
		at := w.first()
		if bound := w.slots[at].bound; bound > limit {
			if bound > w.bound {
				w.bound, w.exact = bound, false
			}
			return false
		} else if at < digits {
			w.bound, w.exact = bound, true
			return true
		}
		w.pour(at)
	}
	return w.count > 0
}

// pour moves the first slot down. base goes to the bound of the slot and not to
// where the slot begins, for then a timer far from its neighbours would stop at every
// level on its way.
func (w *wheel) pour(at uint) {
	w.base = w.slots[at].bound
	for i := w.detach(at); i != 0; {
		n := &w.nodes[i]
		next := n.next
		w.put(w.slotOf(n.when), i)
		i = next
	}
}

// detach empties slot at and gives its first timer, or 0 if it was empty.
func (w *wheel) detach(at uint) uint32 {
	if w.full[at/digits]>>(at%digits)&1 == 0 {
		return 0
	}
	w.empty(at)
	return w.slots[at].head
}

// earliest is the time of the earliest timer; there must be one. It moves nothing:
// base may not pass now, and timers may yet be set for before the earliest.
func (w *wheel) earliest() Time {
	if w.exact || w.ranked() != 0 {
		return w.bound
	}
	w.bound, w.exact = never, true
	for i := w.slots[w.first()].head; i != 0; i = w.nodes[i].next {
		w.bound = min(w.bound, w.nodes[i].when)
	}
	return w.bound
}

// instant is the slot of level 0 whose time reach found due.
func (w *wheel) instant() uint { return uint(w.bound) % digits }

// tied says whether more than one timer is in question for pop.
func (w *wheel) tied() bool {
	l := &w.slots[w.instant()]
	return w.ranked() != 0 || l.head != l.tail
}

// giveRank moves a timer that was detached from the instant to a rank of it.
func (w *wheel) giveRank(i uint32, rank uint) {
	w.nodes[i].rank = uint8(rank + 1)
	w.put(rankSlot+rank, i)
}

// pop takes out the first timer of the instant that reach found due.
func (w *wheel) pop() (alarm any) {
	at := w.instant()
	if ranked := w.ranked(); ranked != 0 {
		at = rankSlot + uint(bits.TrailingZeros64(ranked))
	}
	i := w.slots[at].head
	alarm = w.nodes[i].alarm
	w.remove(i)
	return alarm
}
