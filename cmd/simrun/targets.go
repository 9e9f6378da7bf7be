package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

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
	var all []target
	seen := map[string]bool{}
	for _, word := range words {
		found, err := find(word)
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			if key := filepath.Clean(t.file); !seen[key] {
				seen[key] = true
				all = append(all, t)
			}
		}
	}
	if len(all) == 0 {
		return nil, exitWith(codeNothing, "there is no scenario file below %s", strings.Join(words, ", ")).
			because("scenario files are *.sim.yaml, and *.yaml with a key simrun; simrun ls shows the built-in ones")
	}
	return all, nil
}

// find finds what one word names: a file, all files below a folder, or a built-in scenario. What is on the disk comes first.
func find(word string) ([]target, error) {
	name := strings.TrimSuffix(word, "/...")
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		found, err := below(name)
		if t, ok := builtin(word); ok && err == nil && len(found) == 0 {
			return []target{t}, nil // a folder that happens to be called so
		}
		return found, err
	case err == nil:
		t, err := read(name)
		return []target{t}, err
	case !errors.Is(err, fs.ErrNotExist):
		return nil, exitWith(codeUsage, "%w", err)
	}
	if t, ok := builtin(word); ok {
		return []target{t}, nil
	}
	return nil, unknownTarget(word)
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

func read(file string) (target, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return target{}, exitWith(codeUsage, "%w", err)
	}
	return target{file, src}, nil
}

// below reads the scenario files of a folder and all folders in it, but those whose name begins with a dot, and but those
// that keep one run of another file: *.repro.yaml, and the repro.yaml of simrun run --out.
func below(folder string) ([]target, error) {
	var found []target
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return exitWith(codeUsage, "%w", err)
		case d.IsDir() && path != folder && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case d.IsDir() || !isYAML(path) || d.Name() == reproFile:
			return nil
		}
		if _, keeps := keptStem(d.Name()); keeps {
			return nil
		}
		t, err := read(path)
		if err == nil && isScenario(t) {
			found = append(found, t)
		}
		return err
	})
	return found, err
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
