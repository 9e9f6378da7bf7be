package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// The files of the folder that --out names, and of those of its failures.
const (
	stateFile     = "run.json"
	resultsFile   = "results.jsonl"
	failuresName  = "failures"
	reproFile     = "repro.yaml"
	storyFile     = "story.md"
	traceFile     = "trace.jsonl"
	pageFile      = "sequence.html"
	svgFile       = "sequence.svg"
	mermaidFile   = "sequence.mmd"
	mermaidMost   = 60 // steps: more than that Mermaid draws too small to read
	folderVersion = 1
	folderType    = "simrun-out"
)

// folder keeps what is found on the disk, as soon as it is found: a line for each run, and a folder for the first
// failure of each signature. run.json says how far it is. Nothing in it depends on the machine or on how long
// things took: two runs with the same seeds write the same bytes into empty folders of one name.
type folder struct {
	dir     string
	root    *os.Root
	mine    *os.File // the folder itself: while it is open, no other simrun takes it
	results *os.File
	state   folderState
	now     *folderScenario // the one that runs
	src     []byte          // its file
	taken   map[string]bool // folders of failures that have been written
	err     error           // the first one; nothing is written after it
}

// folderState is run.json.
type folderState struct {
	V           int               `json:"v"`
	Type        string            `json:"type"`
	Program     string            `json:"simrun"`
	Status      string            `json:"status"`              // running (or killed in the midst of it), done, interrupted, failed
	ExitCode    *int              `json:"exit_code,omitempty"` // once it is known
	Verdict     reports.Word      `json:"verdict,omitempty"`   // of all, once it is known
	Strict      bool              `json:"strict,omitempty"`
	Canary      bool              `json:"canary,omitempty"`
	Loose       []folderSaved     `json:"saved,omitempty"` // what was kept before and is of none of the scenarios
	Scenarios   []*folderScenario `json:"scenarios"`
	NotBegun    []string          `json:"not_begun,omitempty"` // scenarios
	Unsteady    []folderWaver     `json:"nondeterminism,omitempty"`
	scenarioSet []string
}

type folderScenario struct {
	Scenario  string          `json:"scenario"`
	File      string          `json:"file"`
	Digest    string          `json:"digest"`
	Verdict   reports.Word    `json:"verdict"`
	Seeds     string          `json:"seeds"`
	Asked     int             `json:"seed_count"`
	For       string          `json:"for"`
	Runs      int             `json:"runs"`
	Held      int             `json:"held"`
	Failed    int             `json:"failed"`
	Undecided int             `json:"undecided"`
	Bound     string          `json:"bound"`
	Ended     reports.End     `json:"ended,omitempty"`
	Saved     []folderSaved   `json:"saved,omitempty"`
	Failures  []folderFailure `json:"failures"`

	summary *reports.Summary
}

type folderFailure struct {
	Signature      string `json:"signature"`
	Count          int    `json:"count"`
	reports.Origin        // of the first
	Replay         string `json:"replay,omitempty"`
	Folder         string `json:"folder,omitempty"`
	Known          string `json:"known,omitempty"`    // the file that kept it before, if there is no folder
	Trace          string `json:"no_trace,omitempty"` // why there is none
}

type folderSaved struct {
	File      string            `json:"file"`
	Word      reports.SavedWord `json:"saved"`
	Signature string            `json:"signature,omitempty"`
	Says      []string          `json:"says,omitempty"`
}

type folderWaver struct {
	Scenario string `json:"scenario"`
	File     string `json:"file"`
	reports.Origin
	Text string `json:"text"`
}

// openFolder makes the folder, or takes one that simrun wrote earlier: what it says of all runs is written anew, and the
// failures that it keeps stay.
func openFolder(dir string) (*folder, error) {
	f, err := claimFolder(dir)
	if err == nil {
		err = f.start()
	}
	if err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// claimFolder makes the folder, or takes one that simrun wrote earlier, for this process alone. It changes nothing in it.
func claimFolder(dir string) (*folder, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, exitWith(codeOutput, "--out: %s is a file, not a folder", dir)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, exitWith(codeOutput, "--out: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, exitWith(codeOutput, "--out: %w", err)
	}
	f := &folder{dir: dir, root: root, taken: map[string]bool{}}
	f.state = folderState{V: folderVersion, Type: folderType, Program: build(), Status: "running", Scenarios: []*folderScenario{}}
	if err := f.claim(); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// claim takes the folder of --out; nil if none is wanted.
func (r *reporting) claim() (*folder, error) {
	if r.dir == "" {
		return nil, nil
	}
	return claimFolder(r.dir)
}

// claim takes the folder for this process. A folder with things in it that is none of simrun's is not touched.
func (f *folder) claim() error {
	var err error
	if f.mine, err = f.root.Open("."); err != nil {
		return exitWith(codeOutput, "--out: %w", err)
	}
	if !lockFolder(f.mine) {
		return exitWith(codeOutput, "--out: another simrun writes to %s", f.dir).
			because("wait until it has ended, or name another folder")
	}
	switch names, err := f.names("."); {
	case err != nil:
		return exitWith(codeOutput, "--out %s: %w", f.dir, err)
	case len(names) > 0 && !f.isOurs():
		return exitWith(codeOutput, "--out: %s is not empty, and simrun has not written it", f.dir).
			because("name a folder that is empty or not yet there, or one of an earlier simrun")
	}
	return nil
}

// start removes what an earlier run said of all its runs, and begins anew.
func (f *folder) start() error {
	f.remove(resultsFile)
	f.results = f.create(resultsFile)
	f.save()
	return f.failure()
}

func (f *folder) names(dir string) ([]string, error) {
	entries, err := fs.ReadDir(f.root.FS(), dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// isOurs tells a folder that simrun wrote by its run.json.
func (f *folder) isOurs() bool {
	text, err := f.root.ReadFile(stateFile)
	var state folderState
	return err == nil && json.Unmarshal(text, &state) == nil && state.Type == folderType
}

func (f *folder) remove(name string) {
	if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.fail(err)
	}
}

func (f *folder) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// failure is the exit for a folder that takes nothing more; nil if it does.
func (f *folder) failure() error {
	if f == nil || f.err == nil {
		return nil
	}
	return exitWith(codeOutput, "cannot write to %s: %w", f.dir, f.err)
}

func (f *folder) broken() bool { return f != nil && f.err != nil }

func (f *folder) create(name string) *os.File {
	file, err := f.root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC|os.O_APPEND, 0o666)
	if err != nil {
		f.fail(err)
		return nil
	}
	return file
}

// write writes a file in one go.
func (f *folder) write(name string, print func(io.Writer) error) {
	if f.err != nil {
		return
	}
	file := f.create(name)
	if file == nil {
		return
	}
	out := newOutput(file)
	if err := print(out); err != nil {
		f.fail(err)
	}
	if err := out.Flush(); err != nil {
		f.fail(err)
	}
	if err := file.Close(); err != nil {
		f.fail(err)
	}
}

// save writes run.json anew. There is one at any moment: the new one takes the place of the old one in one step.
func (f *folder) save() {
	for _, x := range f.state.Scenarios {
		x.count()
	}
	const fresh = stateFile + ".new"
	f.write(fresh, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(&f.state)
	})
	if f.err == nil {
		if err := f.root.Rename(fresh, stateFile); err != nil {
			f.fail(err)
		}
	}
}

func (x *folderScenario) count() {
	s := x.summary
	x.Ended = s.End
	x.Verdict, x.Runs, x.Held, x.Failed, x.Undecided, x.Bound = s.Word(), s.Runs, s.Held, s.Failed, s.Undecided, s.Bound()
	for i := range x.Failures {
		for _, g := range s.Failures {
			if g.Signature == x.Failures[i].Signature {
				x.Failures[i].Count = g.Count
			}
		}
	}
}

func (f *folder) begin(scenarios []string) { f.state.scenarioSet = scenarios }

func (f *folder) loose(all []*reports.Saved) {
	for _, x := range all {
		f.state.Loose = append(f.state.Loose, folderSaved{x.File, x.Word, x.Signature, x.Says})
	}
}

func (f *folder) scenario(s *reports.Summary, c *campaign) {
	f.src = c.target.src
	f.now = &folderScenario{
		Scenario: s.Scenario, File: s.File, Digest: scenarios.Digest(c.target.src).String(), Seeds: s.Seeds, Asked: s.Asked,
		For: scenarios.FormatDuration(s.For), Failures: []folderFailure{}, summary: s,
	}
	f.state.Scenarios = append(f.state.Scenarios, f.now)
	f.save()
}

// run appends a line, and does not wait for more of them: whatever happens next, it is written.
func (f *folder) run(s *reports.Summary, r *reports.Run) {
	if f.err != nil {
		return
	}
	token := ""
	if r.Failed() && s.Token != nil {
		token = s.Token(r)
	}
	var b bytes.Buffer
	reports.JSON{W: &b}.Result(r, token)
	if _, err := f.results.Write(b.Bytes()); err != nil {
		f.fail(err)
	}
}

// saved notes a run that was kept and has been played again.
func (f *folder) saved(_ *reports.Summary, x *reports.Saved) {
	f.now.Saved = append(f.now.Saved, folderSaved{x.File, x.Word, x.Signature, x.Says})
	f.save()
}

// reserve makes the folder of a failure with the file that keeps it. One that keeps the very same is used again.
func (f *folder) reserve(m *smaller, s *reports.Summary, e *evidence) {
	if f.err != nil {
		return
	}
	text, err := m.repro(e.plan, e.shown()).File(f.src, m.sc, e.words)
	if err != nil {
		e.why = err.Error()
		return
	}
	e.dir = path.Join(failuresName, f.free(reports.FolderName(s.Scenario, e.Run.Signature()), text))
	if err := f.root.MkdirAll(e.dir, 0o777); err != nil {
		f.fail(err)
		return
	}
	f.write(path.Join(e.dir, reproFile), func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if e.Small != nil && e.Small.Replay == "" {
		e.Small.Replay = filepath.Join(f.dir, e.dir, reproFile)
	}
}

// found tells the first failure of a signature in the folder that was made for it.
func (f *folder) found(s *reports.Summary, e *evidence) {
	if e.Number > 1 || f.err != nil {
		return
	}
	entry := folderFailure{Signature: e.Run.Signature(), Origin: reports.OriginOf(e.Run.Seed, e.Run.Dull), Replay: e.Replay(), Folder: e.dir, Trace: e.why}
	if e.known != nil {
		entry.Known = e.known.File
	}
	f.now.Failures = append(f.now.Failures, entry)
	if e.dir != "" {
		f.tell(e.dir, e)
	}
	f.save()
}

// tell writes what else there is to say of a failure.
func (f *folder) tell(dir string, e *evidence) {
	f.write(path.Join(dir, storyFile), func(w io.Writer) error { return reports.WriteStory(w, e.Found) })
	if e.record != nil {
		f.write(path.Join(dir, traceFile), func(w io.Writer) error { return trace.WriteJSONL(w, e.record) })
	}
	if e.Picture != nil {
		f.write(path.Join(dir, pageFile), e.Picture.WritePage)
		f.write(path.Join(dir, svgFile), e.Picture.WriteSVG)
		f.write(path.Join(dir, mermaidFile), e.Picture.Last(mermaidMost).WriteMermaid)
	}
}

// free is a name that no other failure has, now or from an earlier run. A folder that keeps the very same repro is as good.
func (f *folder) free(name string, repro []byte) string {
	unique := name
	for n := 2; f.taken[unique] || f.differs(unique, repro); n++ {
		unique = fmt.Sprintf("%s-%d", name, n)
	}
	f.taken[unique] = true
	return unique
}

// differs reports whether a folder of a failure keeps another repro.
func (f *folder) differs(name string, repro []byte) bool {
	kept, err := f.root.ReadFile(path.Join(failuresName, name, reproFile))
	return err == nil && !bytes.Equal(kept, repro)
}

func (f *folder) waver(_ *reports.Summary, x *reports.Waver) {
	f.state.Unsteady = append(f.state.Unsteady, folderWaver{x.Scenario, x.File, reports.OriginOf(x.Seed, x.Dull), x.Text})
	f.save()
}

func (f *folder) scenarioEnd(*reports.Summary, outlook) { f.save() }

func (f *folder) end(r *reports.Results) {
	f.state.Status, f.state.ExitCode, f.state.Verdict = "done", &r.ExitCode, r.Word()
	f.state.Strict, f.state.Canary = r.Strict, r.Canary
	switch {
	case r.Interrupted:
		f.state.Status = "interrupted"
	case r.ExitCode == int(codeEngine):
		f.state.Status = "failed"
	}
	begun := min(len(f.state.Scenarios), len(f.state.scenarioSet))
	f.state.NotBegun = slices.Clone(f.state.scenarioSet[begun:])
	f.save()
}

// close closes what is open. Another simrun may take the folder then.
func (f *folder) close() {
	if f == nil {
		return
	}
	if f.results != nil {
		if err := f.results.Close(); err != nil {
			f.fail(err)
		}
	}
	if f.mine != nil {
		f.mine.Close()
	}
	f.root.Close()
}
