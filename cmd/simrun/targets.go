package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// A target is a scenario file, read but not parsed: one of the disk, or one of the built-in library.
type target struct {
	file string // its name, as messages give it
	src  []byte
}

// parse reads the scenario.
func (t target) parse() (*scenarios.Scenario, scenarios.Diagnostics) {
	return scenarios.Parse(t.file, t.src, programs())
}

// findAll finds the scenario files that the words of a command line name, each once, in the order of the words, and below a
// folder in that of names.
func (a *app) findAll(words []string) ([]target, error) {
	all, unread, err := findSome(words)
	switch {
	case err != nil:
		return nil, err
	case len(unread) > 0:
		return nil, exitWith(codeUsage, "%w", errors.Join(unread...))
	}
	return all, nil
}

// findSome is findAll for those who go on where some of it cannot be read, which unread says.
func findSome(words []string) (all []target, unread []error, err error) {
	var named seen
	for _, word := range words {
		found, missed, err := find(word)
		if err != nil {
			return nil, nil, err
		}
		unread = append(unread, missed...)
		for _, t := range found {
			if !named.before(t) {
				all = append(all, t)
			}
		}
	}
	if len(all)+len(unread) == 0 {
		return nil, nil, noneBelow(words)
	}
	return all, unread, nil
}

// noneBelow is the error for folders without a scenario file.
func noneBelow(words []string) error {
	e := exitWith(codeNothing, "there is no scenario file below %s", strings.Join(words, ", "))
	for _, word := range words {
		if kept := keptBelow(strings.TrimSuffix(word, "/...")); kept != "" {
			return e.because("there are only runs that were kept: simrun replay " + reports.ShellWord(kept))
		}
	}
	return e.because("scenario files are *.sim.yaml, and *.yaml with a key simrun; simrun ls shows the built-in ones")
}

// keptBelow is the first file below a folder that keeps a run; "" if there is none.
func keptBelow(folder string) (first string) {
	filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if _, keeps := keptStem(d.Name()); keeps || d.Name() == reproFile {
			first = path
			return fs.SkipAll
		}
		return nil
	})
	return first
}

// find finds what one word names: a file, all files below a folder, or a built-in scenario. What is on the disk comes first.
// unread says what below a folder cannot be read.
func find(word string) (found []target, unread []error, err error) {
	if word == inputWord {
		t, err := read(word)
		return []target{t}, nil, err
	}
	name := strings.TrimSuffix(word, "/...")
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		found, unread := below(name)
		if t, ok := builtin(word); ok && len(found)+len(unread) == 0 {
			return []target{t}, nil, nil // a folder that happens to be called so
		}
		return found, unread, nil
	case err == nil:
		t, err := read(name)
		return []target{t}, nil, err
	case !errors.Is(err, fs.ErrNotExist):
		return nil, nil, exitWith(codeUsage, "%w", err)
	}
	if t, ok := builtin(word); ok {
		return []target{t}, nil, nil
	}
	return nil, nil, unknownTarget(word)
}

func unknownTarget(word string) error {
	if isYAML(word) || strings.ContainsRune(word, filepath.Separator) {
		return missing(word)
	}
	e := exitWith(codeUsage, "there is no file, folder or built-in scenario %q", word)
	if isToken(word) {
		return e.because("it is a replay token: simrun replay " + word)
	}
	return e.because(meantOr(word, libraryNames(), "simrun ls shows the built-in scenarios"))
}

// read reads a file, or the standard input if it is called so.
func read(file string) (target, error) {
	src, err := readNamed(file, scenarioBytes)
	if err != nil {
		return target{}, exitWith(codeUsage, "%w", err)
	}
	if file == inputWord {
		file = inputFile
	}
	return target{file, src}, nil
}

// below reads the scenario files of a folder and all folders in it, but those whose name begins with a dot, and but those
// that keep one run of another file: *.repro.yaml, and the repro.yaml of simrun run --out. unread says what cannot be read.
func below(folder string) (found []target, unread []error) {
	filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			unread = append(unread, err)
			return nil
		case d.IsDir() && path != folder && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case d.IsDir() || !isYAML(path) || d.Name() == reproFile:
			return nil
		case !d.Type().IsRegular():
			if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
				return nil // a pipe would have to be waited for; what links lead to nowhere is read in vain, and told
			}
		}
		if _, keeps := keptStem(d.Name()); keeps {
			return nil
		}
		switch t, err := read(path); {
		case err != nil:
			unread = append(unread, err)
		case isScenario(t):
			found = append(found, t)
		}
		return nil
	})
	return found, unread
}

func isYAML(path string) bool {
	return slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(path))
}

// keySimrun is how other YAML files are told from scenarios, be they as wrong as they may.
var keySimrun = regexp.MustCompile(`(?m)^(["']?)simrun["']?\s*:`)

func isScenario(t target) bool {
	if strings.HasSuffix(t.file, ".sim.yaml") || strings.HasSuffix(t.file, ".sim.yml") || keySimrun.Match(t.src) {
		return true
	}
	_, ok := scenarios.Peek(t.src, "simrun") // its top level may be indented
	return ok
}
