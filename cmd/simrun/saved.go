package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// A kept is a file with a repro that belongs to a scenario: it is played before all seeds.
type kept struct {
	target
	sc  *scenarios.Scenario
	why string // it cannot be read; "" if it can
}

// reproEndings are what the names of files end with that keep a run of the scenario beside them.
var reproEndings = []string{".repro.yaml", ".repro.yml"}

// keptStem is the name of a file that keeps a run, without such an ending; ok is false if it has none.
func keptStem(name string) (stem string, ok bool) {
	for _, ending := range reproEndings {
		if stem, ok := strings.CutSuffix(name, ending); ok {
			return stem, true
		}
	}
	return name, false
}

// beside are the files that keep runs of a scenario file: chat.repro.yaml and chat.*.repro.yaml beside chat.sim.yaml, but those
// of chat.more.sim.yaml, if there is one.
func (t target) beside() ([]string, error) {
	if t.isBuiltin() || t.isInput() {
		return nil, nil
	}
	dir := filepath.Dir(t.file)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, exitWith(codeUsage, "cannot look for what is kept beside %s: %w", t.file, err)
	}
	stem := stemOf(filepath.Base(t.file))
	longer := slices.DeleteFunc(stemsIn(entries), func(s string) bool { return !within(s, stem) || s == stem })
	var files []string
	for _, e := range entries {
		name, ok := keptStem(e.Name())
		if !ok || !within(name, stem) || e.Name() == filepath.Base(t.file) {
			continue
		}
		if !slices.ContainsFunc(longer, func(s string) bool { return within(name, s) }) {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files, nil
}

// within reports whether a name is a stem, or that with a dot and more behind it.
func within(name, stem string) bool { return name == stem || strings.HasPrefix(name, stem+".") }

// stemsIn are the stems of the scenario files in a folder.
func stemsIn(entries []os.DirEntry) (stems []string) {
	for _, e := range entries {
		if _, keeps := keptStem(e.Name()); !keeps && !e.IsDir() && isYAML(e.Name()) {
			stems = append(stems, stemOf(e.Name()))
		}
	}
	return stems
}

// stemOf is the name of a scenario file without what such names end with.
func stemOf(name string) string {
	for _, ending := range []string{".sim.yaml", ".sim.yml", ".yaml", ".yml"} {
		if stem, ok := strings.CutSuffix(name, ending); ok {
			return stem
		}
	}
	return name
}

// inFolder are the files of failures that the folder of --out keeps, of all scenarios.
func inFolder(dir string) ([]string, error) {
	if dir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(filepath.Join(dir, failuresName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) { // which the folder says when it is opened
		return nil, exitWith(codeOutput, "--out: cannot look for what is kept in %s: %w", dir, err)
	}
	var files []string
	for _, e := range entries {
		file := filepath.Join(dir, failuresName, e.Name(), reproFile)
		if _, err := os.Lstat(file); err == nil || !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
			files = append(files, file)
		}
	}
	return files, nil
}

// nameKey finds the name in a scenario file that is not even YAML.
var nameKey = regexp.MustCompile(`(?m)^["']?name["']?\s*:\s*["']?([^\s"']+)`)

// gather finds what is kept of the scenarios that are about to be run: beside their files, and in the folder of --out. What
// of the folder is of none of them is told, not passed over.
func (r *running) gather(targets []target, parsed []*scenarios.Scenario) error {
	r.keeps = make([][]*kept, len(targets))
	for i, t := range targets {
		if parsed[i].Repro != nil {
			r.keeps[i] = []*kept{{target: t, sc: parsed[i]}}
			continue
		}
		files, err := t.beside()
		if err != nil {
			return err
		}
		for _, file := range files {
			if k := keptIn(file); k != nil {
				r.keeps[i] = append(r.keeps[i], k)
			}
		}
	}
	files, err := inFolder(r.dir)
	for _, file := range files {
		k := keptIn(file)
		if k == nil || slices.ContainsFunc(targets, func(t target) bool { return filepath.Clean(t.file) == file }) {
			continue
		}
		if i, x := k.owner(targets, parsed); x == nil {
			r.keeps[i] = append(r.keeps[i], k)
		} else {
			r.loose = append(r.loose, x)
			if x.Word == reports.Stale {
				r.worst = graver(r.worst, codeDrift)
			}
		}
	}
	return err
}

// owner is the place of the scenario that a file keeps a run of: that which it is a copy of, or else that which has its
// name. If there is none, loose says why it is not played.
func (k *kept) owner(targets []target, parsed []*scenarios.Scenario) (place int, loose *reports.Saved) {
	x := &reports.Saved{File: k.file, Word: reports.Stale}
	name := k.name()
	if k.sc != nil && k.sc.Repro != nil {
		x.Signature = k.sc.Repro.Fails
	}
	var same []int
	alone := "" // a file of which only the run that it keeps is played
	for i, sc := range parsed {
		if sc.Name == name && sc.Repro != nil {
			alone = targets[i].file
		}
		if sc.Repro != nil || sc.Name != name {
			continue
		}
		if scenarios.Digest(targets[i].src) == scenarios.Digest(k.src) {
			return i, nil
		}
		same = append(same, i)
	}
	switch {
	case len(same) == 1:
		return same[0], nil
	case name == "" || len(same) > 0 && k.why != "":
		x.Says = []string{"it cannot be read: " + k.why}
	case len(same) > 1:
		all := fmt.Sprintf("%d scenarios are called %s, and all were edited since", len(same), name)
		x.Says = []string{all + ": simrun replay FILE SCENARIO plays it"}
	case alone != "":
		x.Word, x.Says = reports.NotPlayed, []string{fmt.Sprintf("of %s only the run that %s keeps is played", name, alone)}
	default:
		x.Word, x.Says = reports.NotPlayed, []string{fmt.Sprintf("it is of %s, which is none of the scenarios that are run", name)}
	}
	return 0, x
}

// name is that of the scenario, as far as it can be told; "" if it cannot.
func (k *kept) name() string {
	if k.sc != nil {
		return k.sc.Name
	}
	if name, ok := scenarios.Peek(k.src, "name"); ok {
		return name
	}
	if name := nameKey.FindSubmatch(k.src); name != nil {
		return string(name[1])
	}
	return ""
}

// keptIn is what a file keeps; nil if it is gone in the meantime.
func keptIn(file string) *kept {
	t, err := read(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return &kept{target: target{file: file}, why: err.Error()}
	}
	k := &kept{target: t}
	sc, ds := t.parse()
	if k.sc = sc; sc == nil {
		k.why = ds[0].Error()
	}
	return k
}

// playKept plays what is kept of a scenario.
func (r *running) playKept(t target, sc *scenarios.Scenario, s *reports.Summary, list []*kept) {
	if len(list) == 0 {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			r.panicked = panicOf("played what is kept of "+t.word(), v)
		}
	}()
	h := newRunner(sc)
	defer h.Close()
	for _, k := range list {
		if r.stop.asked() {
			break
		}
		x := k.play(h, sc, scenarios.Digest(t.src), r.opts)
		s.Saved = append(s.Saved, x)
		r.each(func(t teller) { t.saved(s, x) })
		if x.Failed() {
			r.count()
		}
	}
}

// play plays what is kept, on the scenario as it is now.
func (k *kept) play(h runner, sc *scenarios.Scenario, digest scenarios.Sum, opts scenarios.RunOptions) *reports.Saved {
	x := &reports.Saved{File: k.file, Word: reports.Stale}
	switch {
	case k.sc == nil:
		x.Says = []string{"it cannot be read: " + k.why}
		return x
	case k.sc.Repro == nil:
		x.Says = []string{"it has no key repro:, which would say what to play"}
		return x
	}
	repro := k.sc.Repro
	x.Signature = repro.Fails
	p, gone := repro.On(sc)
	opts = plain(opts)
	opts.Policy = repro.Policy
	x.Run = play(h, p, opts)
	b := compare(h, repro, digest, gone, x.Run)
	x.Word, x.Says = b.word, b.says
	return x
}

// knownAs is a kept run that still fails with a signature; nil if there is none.
func knownAs(s *reports.Summary, signature string) *reports.Saved {
	i := slices.IndexFunc(s.Saved, func(x *reports.Saved) bool { return x.Word == reports.StillFails && x.Signature == signature })
	if i < 0 {
		return nil
	}
	return s.Saved[i]
}
