package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// interrupt hears Ctrl-C and SIGTERM. A verb that asks now and then whether it is to end says so with heed: then the
// first signal lets it come to its end, and what is known is printed. Of all others the first one ends the program
// at once, as the second one does of those.
type interrupt struct {
	heeded atomic.Bool
	ctx    context.Context // done at the first signal that is heeded
	cancel context.CancelFunc
	code   atomic.Int32 // what to exit with then
}

// patience is how long after a signal that is heeded a word is said of what is waited for.
const patience = time.Second

// listen begins to hear. Tests want to know who does.
var listen = func() *interrupt {
	i := &interrupt{}
	i.ctx, i.cancel = context.WithCancel(context.Background())
	signal.Ignore(syscall.SIGPIPE) // writing answers EPIPE instead, and the progress line can be wiped away
	heard := make(chan os.Signal, 2)
	signal.Notify(heard, os.Interrupt, syscall.SIGTERM)
	go i.hear(heard)
	return i
}

func (i *interrupt) hear(heard <-chan os.Signal) {
	first := codeFor(<-heard)
	if !i.heeded.Load() {
		os.Exit(int(first))
	}
	i.code.Store(int32(first))
	i.cancel()
	select {
	case again := <-heard:
		os.Exit(int(codeFor(again)))
	case <-time.After(patience):
		fmt.Fprintln(os.Stderr, "simrun: what has begun is brought to its end; a second signal ends it at once")
	}
	os.Exit(int(codeFor(<-heard)))
}

func codeFor(s os.Signal) code {
	if s == syscall.SIGTERM {
		return codeTerminated
	}
	return codeInterrupted
}

// heed promises that asked is asked from now on.
func (i *interrupt) heed() { i.heeded.Store(true) }

// asked tells whether an end was asked for.
func (i *interrupt) asked() bool { return i.code.Load() != 0 }

// exit is how the verb ends if an end was asked for, else nil.
func (i *interrupt) exit() error { return ended(code(i.code.Load())) }
