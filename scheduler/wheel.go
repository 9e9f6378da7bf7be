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
// timer once, and at many at a time: a slot lists the numbers of its timers in sheets,
// where linked nodes would have to be waited for one by one (that took twice as
// long). For the same reason slots know a lower bound of their times, and sheets
// their slot so that nodes need not.
type wheel struct {
	base  Time
	bound Time // no timer is earlier; never if there are no timers
	exact bool // bound is the time of a timer (or there are none)
	count int

	serial   uint32  // of the timer set last
	freeNode uint32  // freed nodes, linked by place
	free     uint32  // freed sheets, linked by next
	nodes    []node  // 0 is nobody
	sheets   []sheet // 0 is none

	// The lengths are rounded up so that masks instead of checks bound the indices.
	tall  uint64            // bit l: full[l] is not 0
	full  [16]uint64        // bit d of full[l]: slot d of level l is not empty
	slots [16 * digits]slot // slot l*digits+d, meaningful where not empty
}

// node is a timer.
type node struct {
	when   Time
	place  uint32 // sheet*sheetStep + where in it
	serial uint32 // as in its Timer; 0 if freed, which no Timer has
	alarm  any
	id     uint64
}

// slot is a list of sheets. No timer in it is earlier than bound, which is the time
// of one unless that one was cancelled; on level 0 it is the time of all.
type slot struct {
	head, tail uint32
	bound      Time
}

// sheet is a stretch of a slot's list and a cache line: the timers index[from:to],
// of which some are 0 because they are gone, but not the first and the last. There is
// none without timers.
type sheet struct {
	next, prev uint32 // meaningful for all but the tail, and all but the head
	slot       uint16
	from, to   uint8
	index      [sheetSize]uint32
}

const (
	sheetSize = 13
	sheetStep = 16
)

func (w *wheel) reset() {
	w.base, w.bound, w.exact, w.count = 0, never, true, 0
	w.tall = 0
	clear(w.full[:])
	clear(w.nodes) // lets go of the alarms
	w.nodes = append(w.nodes[:0], node{serial: math.MaxUint32})
	w.sheets = append(w.sheets[:0], sheet{})
	w.serial, w.freeNode, w.free = 0, 0, 0
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
	i := w.freeNode
	if i == 0 {
		i = uint32(len(w.nodes))
		w.nodes = append(w.nodes, node{})
	}
	n := &w.nodes[i]
	w.freeNode = n.place
	w.serial++
	if w.serial == math.MaxUint32 { // node 0 has it
		w.serial = 1
	}
	n.when, n.alarm, n.id, n.serial = when, alarm, id, w.serial
	w.put(w.slotOf(when), i, when)
	return Timer{i, w.serial}
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

// put appends timer i to slot at.
func (w *wheel) put(at uint, i uint32, when Time) {
	l := &w.slots[at%uint(len(w.slots))]
	level, bit := at/digits%uint(len(w.full)), uint64(1)<<(at%digits)
	s, to := l.tail, uint8(0)
	if w.full[level]&bit == 0 {
		w.full[level] |= bit
		w.tall |= 1 << level
		s = w.newSheet(at, 0)
		l.head, l.tail, l.bound = s, s, when
	} else {
		l.bound = min(l.bound, when)
		if to = w.sheets[s].to; to == sheetSize {
			s, to = w.newSheet(at, s), 0
			l.tail = s
		}
	}
	p := &w.sheets[s]
	p.index[to] = i
	p.to = to + 1
	w.nodes[i].place = s*sheetStep + uint32(to)
}

// newSheet is an empty sheet of slot at, after another one (or after none: 0).
func (w *wheel) newSheet(at uint, after uint32) uint32 {
	s := w.free
	if s == 0 {
		s = uint32(len(w.sheets))
		w.sheets = append(w.sheets, sheet{})
	}
	p := &w.sheets[s]
	w.free = p.next
	p.prev, p.slot, p.from, p.to = after, uint16(at), 0, 0
	w.sheets[after].next = s
	return s
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
	s := n.place / sheetStep
	if p := &w.sheets[s]; p.to-p.from > 1 {
		p.drop(n.place % sheetStep)
	} else {
		l := &w.slots[uint(p.slot)%uint(len(w.slots))]
		if l.head == l.tail {
			w.empty(uint(p.slot))
		} else {
			w.unlink(l, s)
		}
		p.next = w.free
		w.free = s
	}
	if n.when == w.bound {
		w.exact = false // there may be others of its time
	}
	n.alarm, n.serial = nil, 0
	n.place = w.freeNode
	w.freeNode = i
	w.count--
	if w.count == 0 {
		w.bound, w.exact = never, true
	}
}

// drop takes a timer off a sheet that has others.
func (p *sheet) drop(k uint32) {
	p.index[k] = 0
	for p.index[p.from] == 0 {
		p.from++
	}
	for p.index[p.to-1] == 0 {
		p.to--
	}
}

// unlink takes a sheet out of a slot that has others.
func (w *wheel) unlink(l *slot, s uint32) {
	p := &w.sheets[s]
	switch s {
	case l.head:
		l.head = p.next
	case l.tail:
		l.tail = p.prev
	default:
		w.sheets[p.prev].next = p.next
		w.sheets[p.next].prev = p.prev
	}
}

// ranked says which ranks have timers; they are all of the instant at bound.
func (w *wheel) ranked() uint64 { return w.full[rankLevel] }

// first is the first slot. There must be one.
func (w *wheel) first() (at uint) {
	level := uint(bits.TrailingZeros64(w.tall)) % uint(len(w.full))
	return level*digits + uint(bits.TrailingZeros64(w.full[level]))%digits
}

// alone says whether a slot has one timer, and which.
func (w *wheel) alone(l *slot) (i uint32, ok bool) {
	p := &w.sheets[l.head]
	return p.index[p.from], l.head == l.tail && p.to-p.from == 1
}

// reach brings the earliest timer to where pop finds it, if it is due by limit, and
// says whether it is. Then bound is its time. limit is not before now, and if it is
// after now the caller must move now to bound, or to limit if there is none, before
// anything is set.
func (w *wheel) reach(limit Time) bool {
	for w.count > 0 && w.ranked() == 0 {
		at := w.first()
		l := &w.slots[at]
		exact := at < digits
		if !exact {
			if i, ok := w.alone(l); ok {
				l.bound, exact = w.nodes[i].when, true
			} else if l.bound <= limit {
				w.pour(at)
				continue
			}
		}
		if exact || l.bound > w.bound {
			w.bound, w.exact = l.bound, exact
		}
		return l.bound <= limit
	}
	return w.count > 0
}

// pour moves the first slot down. base goes to the bound of the slot and not to
// where the slot begins, for then a timer far from its neighbours would stop at every
// level on its way.
func (w *wheel) pour(at uint) {
	s, tail := w.slots[at].head, w.slots[at].tail
	w.base = w.slots[at].bound
	w.empty(at)
	var torn batch
	for last := false; !last; {
		last = s == tail
		s = w.tear(s, &torn)
		for k := range torn.n {
			w.put(w.slotOf(torn.when[k]), torn.index[k], torn.when[k])
		}
	}
}

// batch is what was on a sheet, and all the times: they are fetched first and
// together, and not one after the other as they are put.
type batch struct {
	n     int
	index [sheetStep]uint32
	when  [sheetStep]Time
}

// tear frees a sheet of a list that is being moved, notes what was on it, and gives
// the next one. Number by number: the processor stalls when it is to copy in one piece
// what was just written in several.
func (w *wheel) tear(s uint32, torn *batch) (next uint32) {
	p := &w.sheets[s]
	n := 0
	for _, i := range p.index[p.from:p.to] {
		torn.index[n%sheetStep] = i
		torn.when[n%sheetStep] = w.nodes[i].when
		if i != 0 {
			n++
		}
	}
	torn.n = n
	next = p.next
	p.next = w.free
	w.free = s
	return next
}

// earliest is the time of the earliest timer; there must be one. It moves nothing:
// base may not pass now, and timers may yet be set for before the earliest.
func (w *wheel) earliest() Time {
	if w.exact || w.ranked() != 0 {
		return w.bound
	}
	w.bound, w.exact = never, true
	l := &w.slots[w.first()]
	for s := l.head; ; s = w.sheets[s].next {
		p := &w.sheets[s]
		for _, i := range p.index[p.from:p.to] {
			if i != 0 {
				w.bound = min(w.bound, w.nodes[i].when)
			}
		}
		if s == l.tail {
			return w.bound
		}
	}
}

// tied says whether more than one timer is in question for pop.
func (w *wheel) tied() bool {
	if w.ranked() != 0 {
		return true
	}
	_, ok := w.alone(&w.slots[w.first()])
	return !ok
}

// rank moves the timers of the instant that have no rank to the ranks they are given.
func (w *wheel) rank(rankOf func(id uint64) uint) {
	at := uint(w.bound) % digits
	if w.full[0]>>at&1 == 0 {
		return
	}
	s, tail := w.slots[at].head, w.slots[at].tail
	w.empty(at)
	var torn batch
	for last := false; !last; {
		last = s == tail
		s = w.tear(s, &torn)
		for k, i := range torn.index[:torn.n] {
			w.put(rankSlot+rankOf(w.nodes[i].id), i, torn.when[k])
		}
	}
}

// pop takes out the first timer of the instant that reach found due.
func (w *wheel) pop() (alarm any) {
	at := rankSlot + uint(bits.TrailingZeros64(w.ranked()))
	if at == rankSlot+64 {
		at = w.first()
		// Free also from above level 0, for then the timer is alone in its slot.
		w.base = w.bound
	}
	p := &w.sheets[w.slots[at].head]
	i := p.index[p.from]
	alarm = w.nodes[i].alarm
	w.remove(i)
	return alarm
}
