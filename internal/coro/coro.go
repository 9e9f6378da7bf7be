// Package coro runs a function only while somebody lets it: symmetric coroutines for one thread of control.
//
// It does not schedule. A Slot is a place where exactly one goroutine is parked; whoever switches to a
// slot is parked there in its stead and the one that was parked goes on. So the goroutine found in a slot
// need not be the one that slot was made for: the caller keeps the books.
package coro

import "iter"

// Slot is where a goroutine waits. iter.Pull gives the fast switch; all it asks is that next and yield are
// called in turn, by whatever goroutine.
type Slot struct {
	next   func() (struct{}, bool)
	yield  func(struct{}) bool
	inNext bool
}

// New makes a slot in which f waits to be started. When f returns, whoever is parked in this very slot
// goes on and the slot must not be used again.
func New(f func()) *Slot {
	s := new(Slot)
	s.next, _ = iter.Pull(func(yield func(struct{}) bool) {
		s.yield = yield
		f()
	})
	return s
}

// Switch parks the caller in s and runs the goroutine that was parked there. It returns when somebody
// switches to s again, or when the function that s was made for returns.
func (s *Slot) Switch() {
	if s.inNext {
		s.inNext = false
		s.yield(struct{}{})
		return
	}
	s.inNext = true
	s.next()
}
