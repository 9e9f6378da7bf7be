//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package main

import (
	"errors"
	"os"
	"syscall"
)

// lockFolder takes a folder for this process alone, and says whether it did: another one may have it. It lasts until the file is
// closed, or the process ends in whatever way. A disk that knows no locks gives it to everybody.
func lockFolder(folder *os.File) bool {
	for {
		err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			return !errors.Is(err, syscall.EWOULDBLOCK)
		}
	}
}
