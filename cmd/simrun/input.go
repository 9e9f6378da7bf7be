package main

import (
	"io"
	"os"
	"sync"
)

const (
	inputWord = "-"       // what the standard input is called on a command line
	inputFile = "<stdin>" // and in messages
)

// input reads the standard input. It is there once: whoever asks again is given the same.
var input = sync.OnceValues(func() ([]byte, error) { return io.ReadAll(io.LimitReader(os.Stdin, logBytes)) })

// readNamed reads what a word of the command line names: a file, or the standard input.
func readNamed(word string, most int64) ([]byte, error) {
	if word == inputWord {
		return input()
	}
	return readFile(word, most)
}

// isInput tells a scenario that came from the standard input from files.
func (t target) isInput() bool { return t.file == inputFile }
