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

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// A kept is a file with a repro that belongs to a scenario: it is played before all seeds.
type kept struct {
	target
	sc  *scenarios.Scenario
	why string // it cannot be read; "" if it can
}

// reproEnding is what the names of files end with that keep a run of the scenario beside them.
const reproEnding = ".repro.yaml"

// beside are the files that keep runs of a scenario file: chat.repro.yaml and chat.*.repro.yaml beside chat.sim.yaml.
func (t target) beside() ([]string, error) {
	if t.isBuiltin() {
		return nil, nil
	}
	dir := filepath.Dir(t.file)
	stem := stemOf(filepath.Base(t.file))
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, exitWith(codeUsage, "%w", err)
	}
	var files []string
	for _, e := range entries {
		rest, ours := strings.CutPrefix(e.Name(), stem)
		middle, isRepro := strings.CutSuffix(rest, reproEnding)
		if ours && isRepro && (middle == "" || strings.HasPrefix(middle, ".")) && e.Name() != filepath.Base(t.file) {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files, nil
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
func inFolder(dir string) []string {
	if dir == "" {
		return nil
	}
	files, _ := filepath.Glob(filepath.Join(escaped(dir), failuresName, "*", reproFile))
	return files
}

// escaped is a folder's name in a pattern.
func escaped(dir string) string {
	return regexp.MustCompile(`[*?\[\\]`).ReplaceAllString(dir, `\$0`)
}

// nameKey finds the name in a scenario file that cannot be read.
var nameKey = regexp.MustCompile(`(?m)^["']?name["']?\s*:\s*["']?([^\s"']+)`)

// kept are the runs that are kept of a scenario: beside its file, and in the folder of --out.
func (r *running) kept(t target, sc *scenarios.Scenario) ([]*kept, error) {
	files, err := t.beside()
	if err != nil {
		return nil, err
	}
	for _, file := range inFolder(r.dir) {
		if src, err := os.ReadFile(file); err == nil && r.isOf(src, t, sc) {
			files = append(files, file)
		}
	}
	var list []*kept
	for _, file := range files {
		if k := keptIn(file); k != nil {
			list = append(list, k)
		}
	}
	return list, nil
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

// isOf reports whether a file of the folder keeps a run of a scenario: it has its name, and if several have it, is of that one.
func (r *running) isOf(src []byte, t target, sc *scenarios.Scenario) bool {
	name := nameKey.FindSubmatch(src)
	if name == nil || string(name[1]) != sc.Name {
		return false
	}
	return r.namesakes[sc.Name] < 2 || scenarios.Digest(src) == scenarios.Digest(t.src)
}

// playKept plays what is kept of a scenario.
func (r *running) playKept(t target, sc *scenarios.Scenario, s *reports.Summary) error {
	var list []*kept
	var err error
	if sc.Repro != nil {
		list = []*kept{{target: t, sc: sc}}
	} else if list, err = r.kept(t, sc); err != nil || len(list) == 0 {
		return err
	}
	h := newRunner(sc)
	defer h.Close()
	for _, k := range list {
		if r.stop.asked() {
			break
		}
		x := k.play(h, sc, scenarios.Digest(t.src), r.opts)
		s.Saved = append(s.Saved, x)
		r.each(func(t teller) { t.saved(s, x) })
	}
	return nil
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
	edited := edits(repro, digest)
	x.Says = append(edited, parts(h, repro, gone, x.Run)...)
	signature := x.Run.Signature()
	drifted := len(gone)+len(h.Drift()) > 0
	switch {
	case signature != "" && signature == repro.Fails:
		x.Word = reports.StillFails
	case signature != "":
		x.Word = reports.FailsNow
	case drifted:
		x.Word = reports.Stale
	case repro.Fails == "":
		x.Word, x.Says = reports.Guards, edited
	default:
		x.Word, x.Says = reports.Fixed, edited
	}
	return x
}

// edits says whether the scenario of a repro was edited.
func edits(repro *scenarios.Repro, digest scenarios.Sum) []string {
	if repro.Digest == (scenarios.Sum{}) || repro.Digest == digest {
		return nil
	}
	return []string{fmt.Sprintf("the scenario was edited since: its digest was %v and is %v", repro.Digest, digest)}
}

// parts says part by part what is not as the repro says, in the last run.
func parts(h runner, repro *scenarios.Repro, gone []string, run *reports.Run) (says []string) {
	for _, name := range gone {
		says = append(says, fmt.Sprintf("%s, which is left out, is not there any more", name))
	}
	for _, d := range h.Drift() {
		says = append(says, "does not apply: "+d.String())
	}
	switch signature := run.Signature(); {
	case signature == repro.Fails:
	case signature == "":
		says = append(says, fmt.Sprintf("nothing breaks; it was %q", repro.Fails))
	case repro.Fails == "":
		says = append(says, fmt.Sprintf("%q breaks, and nothing did", signature))
	default:
		says = append(says, fmt.Sprintf("%q breaks; it was %q", signature, repro.Fails))
	}
	if repro.Hash != 0 && repro.Hash != run.Hash {
		says = append(says, fmt.Sprintf("it is another run: its hash was %016x and is %016x", repro.Hash, run.Hash))
	}
	return says
}

// knownAs is a saved run that still fails with a signature; nil if there is none.
func knownAs(s *reports.Summary, signature string) *reports.Saved {
	i := slices.IndexFunc(s.Saved, func(x *reports.Saved) bool { return x.Word == reports.StillFails && x.Signature == signature })
	if i < 0 {
		return nil
	}
	return s.Saved[i]
}
