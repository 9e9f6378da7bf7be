package main

import (
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// interrupt hears Ctrl-C and SIGTERM. The first one asks for an end: no new seed is started, what is known is
// printed. The second one ends the program at once.
type interrupt struct {
	done chan struct{} // closed at the first signal
	code atomic.Int32  // what to exit with then
}

func listen() *interrupt {
	i := &interrupt{done: make(chan struct{})}
	signal.Ignore(syscall.SIGPIPE) // writing answers EPIPE instead, and the progress line can be wiped away
	heard := make(chan os.Signal, 2)
	signal.Notify(heard, os.Interrupt, syscall.SIGTERM)
	go i.hear(heard)
	return i
}

func (i *interrupt) hear(heard <-chan os.Signal) {
	i.code.Store(int32(codeFor(<-heard)))
	close(i.done)
	os.Exit(int(codeFor(<-heard)))
}

func codeFor(s os.Signal) code {
	if s == syscall.SIGTERM {
		return codeTerminated
	}
	return codeInterrupted
}

// asked tells whether an end was asked for.
func (i *interrupt) asked() bool { return i.code.Load() != 0 }

// exit is how the verb ends if an end was asked for, else nil.
func (i *interrupt) exit() error { return ended(code(i.code.Load())) }
