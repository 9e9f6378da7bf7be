package main

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/bedlam-sim/bedlam/internal/suite"
	"github.com/bedlam-sim/bedlam/scenarios"
	stock "github.com/bedlam-sim/bedlam/scenarios/programs"
)

// programs are what scenario files can start: what comes along, and the suites. Tests put others in their place.
var programs = func() scenarios.Programs { return everything }

var everything = together(stock.All(), suite.Programs())

func together(all ...scenarios.Programs) scenarios.Registry {
	r := scenarios.Registry{}
	for _, progs := range all {
		for _, name := range progs.Names() {
			r[name], _ = progs.Lookup(name)
		}
	}
	return r
}

// libraryFolder stands before the names of built-in scenario files in messages.
const libraryFolder = "built-in/"

// library lists the built-in scenario files, by name.
func library() []target {
	var all []target
	for _, files := range []fs.FS{scenarios.Library(), suite.Library()} {
		names, err := fs.Glob(files, "*.sim.yaml")
		must(err)
		for _, name := range names {
			src, err := fs.ReadFile(files, name)
			must(err)
			all = append(all, target{libraryFolder + name, src})
		}
	}
	slices.SortFunc(all, func(a, b target) int { return strings.Compare(a.stem(), b.stem()) })
	return all
}

// builtin finds a built-in scenario: by the name of its file, or of the scenario.
func builtin(name string) (target, bool) {
	all := library()
	for _, t := range all {
		if t.stem() == name || t.file == name {
			return t, true
		}
	}
	for _, t := range all {
		if sc, _ := t.parse(); sc != nil && sc.Name == name {
			return t, true
		}
	}
	return target{}, false
}

func libraryNames() []string {
	var names []string
	for _, t := range library() {
		names = append(names, t.stem())
	}
	return names
}

// stem is the name of the file without folder and ending: what a user calls a built-in scenario.
func (t target) stem() string { return strings.TrimSuffix(path.Base(t.file), ".sim.yaml") }

// isBuiltin tells built-in scenarios from files.
func (t target) isBuiltin() bool { return strings.HasPrefix(t.file, libraryFolder) }

// word is what a user names the target with.
func (t target) word() string {
	switch {
	case t.isBuiltin():
		return t.stem()
	case t.isInput():
		return inputWord
	}
	return t.file
}
