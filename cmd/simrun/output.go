package main

import (
	"bufio"
	"errors"
	"io"
	"syscall"
)

// output is stdout. After the first error it takes nothing more, and remembers the error: whoever prints need not
// look each time, and whoever computes what is to be printed asks broken whether to go on.
type output struct {
	w   *bufio.Writer
	err error
}

func newOutput(w io.Writer) *output { return &output{w: bufio.NewWriterSize(w, 1<<16)} }

// Write gathers text; Flush sends it.
func (o *output) Write(b []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(b)
	o.err = err
	return n, err
}

// Flush sends what was gathered.
func (o *output) Flush() error {
	if o.err == nil {
		o.err = o.w.Flush()
	}
	return o.err
}

// broken tells whether printing is in vain.
func (o *output) broken() bool { return o.err != nil }

// failure is the exit for an output that broke; nil if it did not. A reader that went away is not worth a word.
func (o *output) failure() error {
	switch {
	case o.err == nil:
		return nil
	case errors.Is(o.err, syscall.EPIPE):
		return ended(codePipe)
	}
	return exitWith(codeOutput, "cannot write output: %w", o.err)
}
