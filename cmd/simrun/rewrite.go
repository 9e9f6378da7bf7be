package main

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// mayWrite refuses a file that is there and keeps no run: it may be the scenario itself, which would from then on be
// one run and no more. An empty one is as good as none.
func mayWrite(flag, file string) error {
	t, err := read(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(t.src) == 0 || keepsRun(t):
		return nil
	}
	return exitWith(codeUsage, "%s: %s is there already, and keeps no run", flag, file).
		because("a run is kept in a file of its own, such as " + reports.ShellWord(keptName(file)) + "; nothing was written")
}

// keptName is a name for a file that keeps a run of a scenario file.
func keptName(file string) string {
	return filepath.Join(filepath.Dir(file), stemOf(filepath.Base(file))+".repro.yaml")
}

// keepsRun reports whether a file keeps a run. Of one that is too wrong to be read its keys tell.
func keepsRun(t target) bool {
	if sc, _ := scenarios.Parse(t.file, t.src, programs()); sc != nil {
		return sc.Repro != nil
	}
	return reproKey.Match(t.src)
}

// keeps is how the run fails that a file keeps; "" if it is not there, or nobody can tell.
func keeps(file string) string {
	t, err := read(file)
	if err != nil {
		return ""
	}
	sc, _ := scenarios.Parse(file, t.src, programs())
	if sc == nil || sc.Repro == nil {
		return ""
	}
	return sc.Repro.Fails
}

// writeAnew writes a file in one step: whoever reads it meanwhile, or after a crash, finds the old one or the new one.
func writeAnew(file string, text []byte) error {
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	mode := fs.FileMode(0o666)
	if info, err := os.Stat(file); err == nil {
		mode = info.Mode().Perm()
	}
	fresh, err := os.CreateTemp(filepath.Dir(file), ".*.new")
	if err != nil {
		return &fs.PathError{Op: "write", Path: file, Err: errors.Unwrap(err)}
	}
	_, err = fresh.Write(text)
	err = cmp.Or(err, fresh.Chmod(mode), fresh.Close())
	if err == nil {
		err = os.Rename(fresh.Name(), file)
	}
	if err != nil {
		os.Remove(fresh.Name())
	}
	return err
}
