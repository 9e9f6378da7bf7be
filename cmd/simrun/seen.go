package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// seen are the scenario files that were named. One file may have several names: a path from here and one from the root, a link.
type seen struct {
	names []string
	files []fs.FileInfo
}

// before reports whether a file was named before, and notes it.
func (s *seen) before(t target) bool {
	name := filepath.Clean(t.file)
	if slices.Contains(s.names, name) {
		return true
	}
	s.names = append(s.names, name)
	if t.isBuiltin() || t.isInput() {
		return false
	}
	info, err := os.Stat(t.file)
	if err != nil {
		return false // it was there a moment ago, and has been read
	}
	same := slices.ContainsFunc(s.files, func(x fs.FileInfo) bool { return os.SameFile(x, info) })
	s.files = append(s.files, info)
	return same
}
