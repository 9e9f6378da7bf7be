package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

// How much is read of a file at most, in bytes: some never end. Scenario files may be much smaller, and say so; of a log
// the beginning is looked at.
const (
	scenarioBytes = 16 << 20
	logBytes      = 64 << 20
)

// readFile reads a file or a pipe, up to so many bytes.
func readFile(name string, most int64) ([]byte, error) {
	f, err := openFile(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

// openFile opens a file or a pipe to be read. Devices are refused, but for a terminal.
func openFile(name string) (*os.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Mode()&fs.ModeDevice != 0 && !isTerminal(f) {
		err = fmt.Errorf("%s is a device, and no file", name)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
