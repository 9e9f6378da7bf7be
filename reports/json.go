package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"
)

// JSONVersion is the v of each line. Keys may be added within a version; none is renamed, removed or changes what it means.
const JSONVersion = 1

// JSON prints for programs: JSON Lines, each an object with v and type. Times are virtual, in nanoseconds; seeds
// are numbers of up to 64 bits, of which some programs (jq before 1.7, JavaScript) keep 53; hashes are 16 hex digits.
// A run without a seed, which answers all draws dully, has dull: true in the place of seed. FORMAT.md tells all keys.
//
//	run_start       simrun, scenarios
//	scenario_start  scenario, file, seeds, seed_count, for_ns
//	saved           scenario, file, saved (still fails, fixed, stale, …), signature, says, run: a run kept from earlier, played
//	                again; scenario is "" if it is of none that is run, and then it is stale or not played
//	failure         scenario, seed, rule, kind, signature, number, t_virtual_ns, got, replay, run: all there is to know of it;
//	                small: replay, runs, minimal, without, needs and run of the same failure made small, or known: the file that
//	                kept it;
//	                not_small: why it was not
//	warning         scenario, text
//	nondeterminism  scenario, seed, hashes: two runs of a plan, and where they part
//	scenario_end    scenario, verdict (holds, broken, undecided, stale), ended (seeds, failures, time, interrupt, trouble),
//	                ended_text, counts, rate, rules, faults, workloads, availability, failures by signature
//	run_end         verdict, counts, strict, canary, interrupted, exit_code
//	result          scenario, seed, verdict, and what else there is to say of a run in short: a line of results.jsonl
//	run, replay_end of a replay: the run, and what became of it; parts: what is not as it was
type JSON struct{ W io.Writer }

type head struct {
	V    int    `json:"v"`
	Type string `json:"type"`
}

func (j JSON) put(v any) error {
	enc := json.NewEncoder(j.W)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// RunStart is the first line. version is of the program.
func (j JSON) RunStart(version string, scenarios []string) error {
	return j.put(struct {
		head
		Version   string   `json:"simrun"`
		Scenarios []string `json:"scenarios"`
	}{head{JSONVersion, "run_start"}, version, scenarios})
}

// ScenarioStart is the line before a scenario's first run.
func (j JSON) ScenarioStart(s *Summary) error {
	return j.put(struct {
		head
		Scenario string        `json:"scenario"`
		File     string        `json:"file"`
		Seeds    string        `json:"seeds"`
		Count    int           `json:"seed_count"`
		For      time.Duration `json:"for_ns"`
	}{head{JSONVersion, "scenario_start"}, s.Scenario, s.File, s.Seeds, s.Asked, s.For})
}

// hashText is a hash as JSON holds it: some programs would round the number.
type hashText uint64

// MarshalText prints 16 hexadecimal digits.
func (h hashText) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%016x", uint64(h)), nil }

// runJSON is a Run with its hash as text, and without a seed if it had none.
type runJSON struct {
	*Run
	Seed      *uint64       `json:"seed,omitempty"` // in the place of the Run's
	Hash      hashText      `json:"hash"`
	Word      Word          `json:"verdict"`
	Available *Availability `json:"availability,omitempty"` // if there were calls
}

func newRunJSON(r *Run) *runJSON {
	return &runJSON{r, r.origin().Seed, hashText(r.Hash), r.Word(), r.Availability().ifAny()}
}

// ifAny is nil if there were no calls.
func (a Availability) ifAny() *Availability {
	if a.Calls() == 0 {
		return nil
	}
	return &a
}

// Failure is the line of a failing run.
func (j JSON) Failure(f *Found) error {
	r := f.Run
	line := struct {
		head
		Scenario string `json:"scenario"`
		Origin
		Rule      string        `json:"rule"`
		Kind      string        `json:"kind"`
		Signature string        `json:"signature"`
		Number    int           `json:"number"`
		At        time.Duration `json:"t_virtual_ns"`
		Got       string        `json:"got"`
		Replay    string        `json:"replay,omitempty"`
		Small     *smallJSON    `json:"small,omitempty"`
		NotSmall  string        `json:"not_small,omitempty"`
		Run       *runJSON      `json:"run,omitempty"`
	}{
		head{JSONVersion, "failure"}, r.Scenario, r.origin(), r.Failure.Rule, r.Failure.Kind, r.Failure.Signature, f.Number, r.Failure.At,
		r.Failure.Got, f.Token, newSmallJSON(f.Small), f.NotSmall, nil,
	}
	if f.Number <= Shown {
		line.Run = newRunJSON(r)
	}
	return j.put(line)
}

// smallJSON is a failure made small.
type smallJSON struct {
	Replay  string     `json:"replay,omitempty"`
	Runs    int        `json:"runs"`
	Minimal bool       `json:"minimal"`
	Without []string   `json:"without,omitempty"` // faults and workloads
	Needs   []needJSON `json:"needs"`
	Others  []string   `json:"met_too,omitempty"`
	Known   string     `json:"known,omitempty"`
	Run     *runJSON   `json:"run"`
}

// needJSON is a Need that says in a word of its own that nothing breaks without it.
type needJSON struct {
	Need
	Passes bool `json:"passes"`
}

func newNeedsJSON(needs []Need) []needJSON {
	list := []needJSON{}
	for _, n := range needs {
		list = append(list, needJSON{n, n.Without == ""})
	}
	return list
}

func newSmallJSON(s *Small) *smallJSON {
	if s == nil {
		return nil
	}
	return &smallJSON{s.Replay, s.Runs, s.Minimal, s.Without, newNeedsJSON(s.Needs), s.Others, s.Known, newRunJSON(s.Run)}
}

// Saved is the line of a kept run that was played again.
func (j JSON) Saved(s *Summary, x *Saved) error {
	line := struct {
		head
		Scenario  string    `json:"scenario"`
		File      string    `json:"file"`
		Word      SavedWord `json:"saved"`
		Signature string    `json:"signature,omitempty"`
		Says      []string  `json:"says,omitempty"`
		Run       *runJSON  `json:"run,omitempty"`
	}{head{JSONVersion, "saved"}, s.Scenario, x.File, x.Word, x.Signature, x.Says, nil}
	if x.Run != nil {
		line.Run = newRunJSON(x.Run)
	}
	return j.put(line)
}

// Run is the line of a run that was asked for by itself, as by a replay.
func (j JSON) Run(r *Run) error {
	return j.put(struct {
		head
		Scenario string `json:"scenario"`
		Origin
		Run *runJSON `json:"run"`
	}{head{JSONVersion, "run"}, r.Scenario, r.origin(), newRunJSON(r)})
}

// counts is what both a scenario and all of them end with.
type counts struct {
	Asked     int           `json:"seeds"`
	Runs      int           `json:"runs"`
	Held      int           `json:"held"`
	Failed    int           `json:"failed"`
	Undecided int           `json:"undecided"`
	Virtual   time.Duration `json:"virtual_ns"`
	Events    uint64        `json:"events"`
}

func (s *Summary) counts() counts {
	return counts{s.Asked, s.Runs, s.Held, s.Failed, s.Undecided, s.Virtual, s.Events}
}

// ScenarioEnd is the line after a scenario's last run, behind those of its warnings.
func (j JSON) ScenarioEnd(s *Summary) error {
	for _, text := range s.Warnings() {
		if err := j.warning(s.Scenario, text); err != nil {
			return err
		}
	}
	return j.put(struct {
		head
		Scenario string `json:"scenario"`
		File     string `json:"file"`
		Word     Word   `json:"verdict"`
		Ended    End    `json:"ended,omitempty"`
		EndText  string `json:"ended_text,omitempty"`
		counts
		Bound    string       `json:"bound"`
		Rate     rate         `json:"rate"`
		Hash     hashText     `json:"hash"`
		CutOff   map[Stop]int `json:"cut_off,omitempty"`
		Rules    []RuleCount  `json:"rules"`
		Faults   []FaultCount `json:"faults"`
		Failures []*Group     `json:"failures"`

		Workloads []Workload    `json:"workloads,omitempty"`
		Available *Availability `json:"availability,omitempty"`
	}{head{JSONVersion, "scenario_end"}, s.Scenario, s.File, s.Word(), s.End, s.ended(), s.counts(), s.Bound(), newRate(s),
		hashText(s.Hash), s.CutOff,
		listed(s.Rules), listed(s.Faults), listed(s.Failures), s.Workloads, s.Availability().ifAny()})
}

// rate is the interval of the failure rate at 95 %.
type rate struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// newRate rounds away from each other, to nine digits: the last bits of a float are not the same on all machines.
func newRate(s *Summary) rate {
	const scale = 1e9
	low, high := s.Rate()
	return rate{math.Floor(low*scale) / scale, math.Ceil(high*scale) / scale}
}

// listed makes no list an empty one: programs need not tell null apart.
func listed[T any](list []T) []T { return append([]T{}, list...) }

func (j JSON) warning(scenario, text string) error {
	return j.put(struct {
		head
		Scenario string `json:"scenario"`
		Text     string `json:"text"`
	}{head{JSONVersion, "warning"}, scenario, text})
}

// Result is the line of one run of many, in short. token is "" if there is none.
func (j JSON) Result(r *Run, token string) error {
	return j.put(struct {
		head
		Scenario string `json:"scenario"`
		File     string `json:"file"`
		Origin
		Word      Word          `json:"verdict"`
		Signature string        `json:"signature,omitempty"`
		Got       string        `json:"got,omitempty"`
		At        time.Duration `json:"t_virtual_ns,omitempty"` // of the failure
		Stop      Stop          `json:"stop"`
		Now       time.Duration `json:"now"`
		Events    uint64        `json:"events"`
		Living    int           `json:"living"`
		Hash      hashText      `json:"hash"`
		Replay    string        `json:"replay,omitempty"`
	}{
		head{JSONVersion, "result"}, r.Scenario, r.File, r.origin(), r.Word(), r.Signature(), r.failure().Got, r.failure().At,
		r.Stop, r.Now, r.Events, r.Living, hashText(r.Hash), token,
	})
}

// failure is that of the run, or an empty one.
func (r *Run) failure() Failure {
	if r.Failure == nil {
		return Failure{}
	}
	return *r.Failure
}

// RunEnd is the last line.
func (j JSON) RunEnd(r *Results) error {
	sum := Total(r.Scenarios)
	return j.put(struct {
		head
		Word      Word `json:"verdict"`
		Scenarios int  `json:"scenarios"`
		counts
		Strict      bool `json:"strict,omitempty"`
		Canary      bool `json:"canary,omitempty"`
		Interrupted bool `json:"interrupted,omitempty"`
		ExitCode    int  `json:"exit_code"`
	}{head{JSONVersion, "run_end"}, r.Word(), len(r.Scenarios), sum.counts(), r.Strict, r.Canary, r.Interrupted, r.ExitCode})
}

// Replay is the last line of a replay: word is reproduced, still fails, fails otherwise, holds, fixed, drifted or
// not deterministic; parts are what is not as it was.
func (j JSON) Replay(r *Run, word, meaning string, parts []string, exitCode int) error {
	return j.put(struct {
		head
		Scenario string `json:"scenario"`
		Origin
		Hash     hashText `json:"hash"`
		Word     string   `json:"replay"`
		Meaning  string   `json:"meaning"`
		Parts    []string `json:"parts,omitempty"`
		ExitCode int      `json:"exit_code"`
	}{head{JSONVersion, "replay_end"}, r.Scenario, r.origin(), hashText(r.Hash), word, meaning, parts, exitCode})
}
