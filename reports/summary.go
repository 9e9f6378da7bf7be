package reports

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Shown is how many failing runs of one signature are told in full: the first. The others are counted.
const Shown = 1

// seedsNamed is how many seeds of a signature are named.
const seedsNamed = 11

// A Summary is what the runs of one scenario say together. It depends on the runs and their order alone.
// Fill in what is known before, then Add the runs.
type Summary struct {
	Scenario string        // its name
	File     string        // where it is written
	Alike    bool          // another scenario has the same name: the file is told, too
	Seeds    string        // those asked for, as text
	Asked    int           // how many that are
	For      time.Duration // virtual time of a run

	Runs      int                 // that were made
	Held      int                 // in which all rules held
	Failed    int                 // in which a rule was broken
	Undecided int                 // in which none was broken, and one is undecided
	Rules     []RuleCount         // in the order in which they came
	Faults    []FaultCount        // as above
	Workloads []Workload          // as above; what was counted, in all runs together
	Failures  []*Group            // in the order in which they were found
	CutOff    map[Stop]int        // runs that stopped before their time without having failed
	Virtual   time.Duration       // of all runs together
	Events    uint64              // as above
	Hash      uint64              // over the hashes of all runs, in their order
	Token     func(r *Run) string // makes the token that replays a failing run; nil: there are none
	Saved     []*Saved            // runs kept from earlier, played again before all others
	End       End                 // why there were no more runs
	EndText   string              // the same in words, if End does not say it; "" if it does
	Planned   bool                // the run is that of a plan: what that leaves out is left out on purpose
	Open      bool                // there were to be as many seeds as fit into the time: Asked does not say how many

	rules  map[[2]string]int // kind and rule -> place in Rules
	faults map[string]int    // name -> place in Faults
	groups map[string]*Group // by signature
}

// A RuleCount says how often a rule held.
type RuleCount struct {
	Rule      string `json:"rule"`
	Kind      string `json:"kind"`
	Held      int    `json:"held"`
	Broken    int    `json:"broken"`
	Undecided int    `json:"undecided"`
	Evaluated int    `json:"evaluated"`
}

// A FaultCount adds up what a fault did in all runs.
type FaultCount struct {
	Fault
	Runs int `json:"runs"` // in which it took effect
}

// A Group is the failures of one signature.
type Group struct {
	Signature string   `json:"signature"`
	Rule      string   `json:"rule"`
	Kind      string   `json:"kind"`
	Count     int      `json:"count"`
	Seeds     []uint64 `json:"seeds"` // the first of them
	Found     []*Found `json:"-"`     // the first of those, in full
}

// Found is a failing run, and how to see it again.
type Found struct {
	Run    *Run
	Token  string // "" if there is none
	Number int    // its number among those of its signature, from 1

	Small    *Small    // the same failure, made small; nil if nobody did
	NotSmall string    // why, if somebody tried; else ""
	Plan     string    // what was played, if it is not the run of a seed; else ""
	Picture  *Sequence // of the end of the run; nil if nobody made one
}

// Add takes the next run, and answers what was found if it failed.
func (s *Summary) Add(r *Run) *Found {
	s.Runs++
	s.Virtual += r.Now
	s.Events += r.Events
	s.Hash = s.Hash*0x9e3779b97f4a7c15 + r.Hash
	if r.Stop.CutOff() && !r.Failed() {
		if s.CutOff == nil {
			s.CutOff = map[Stop]int{}
		}
		s.CutOff[r.Stop]++
	}
	for i := range r.Verdicts {
		s.rule(&r.Verdicts[i])
	}
	for i := range r.Faults {
		s.fault(&r.Faults[i])
	}
	for i := range r.Workloads {
		s.workload(&r.Workloads[i])
	}
	switch {
	case r.Failed():
		s.Failed++
		return s.failure(r)
	case r.Word() == Undecided:
		s.Undecided++
	default:
		s.Held++
	}
	return nil
}

func (s *Summary) rule(v *Verdict) {
	if s.rules == nil {
		s.rules = map[[2]string]int{}
	}
	key := [2]string{v.Kind, v.Rule}
	i, ok := s.rules[key]
	if !ok {
		i = len(s.Rules)
		s.rules[key] = i
		s.Rules = append(s.Rules, RuleCount{Rule: v.Rule, Kind: v.Kind})
	}
	c := &s.Rules[i]
	c.Evaluated += v.Evaluated
	switch v.Word {
	case Holds:
		c.Held++
	case Broken:
		c.Broken++
	default:
		c.Undecided++
	}
}

func (s *Summary) fault(f *Fault) {
	if s.faults == nil {
		s.faults = map[string]int{}
	}
	i, ok := s.faults[f.Name]
	if !ok {
		i = len(s.Faults)
		s.faults[f.Name] = i
		s.Faults = append(s.Faults, FaultCount{Fault: Fault{Name: f.Name, Kind: f.Kind}})
	}
	c := &s.Faults[i]
	c.Due += f.Due
	c.Injected += f.Injected
	c.Took += f.Took
	c.RolledBack += f.RolledBack
	c.Left += f.Left
	c.heard(f.Events)
	if f.Took > 0 {
		c.Runs++
	}
}

func (s *Summary) workload(w *Workload) {
	i := slices.IndexFunc(s.Workloads, func(c Workload) bool { return c.Name == w.Name })
	if i < 0 {
		i = len(s.Workloads)
		s.Workloads = append(s.Workloads, Workload{Name: w.Name, Clients: w.Clients})
	}
	c := &s.Workloads[i]
	c.Sent += w.Sent
	c.Replies += w.Replies
	c.Timeouts += w.Timeouts
	c.Errors += w.Errors
	c.Waiting += w.Waiting
}

func (s *Summary) failure(r *Run) *Found {
	if s.groups == nil {
		s.groups = map[string]*Group{}
	}
	sig := r.Signature()
	g := s.groups[sig]
	if g == nil {
		g = &Group{Signature: sig, Rule: r.Failure.Rule, Kind: r.Failure.Kind}
		s.groups[sig] = g
		s.Failures = append(s.Failures, g)
	}
	g.Count++
	f := &Found{Run: r, Number: g.Count}
	if s.Token != nil {
		f.Token = s.Token(r)
	}
	if len(g.Found) < Shown {
		g.Found = append(g.Found, f)
	}
	if len(g.Seeds) < seedsNamed && !r.Dull {
		g.Seeds = append(g.Seeds, r.Seed)
	}
	return f
}

// called is its name, and where another has the same, its file.
func (s *Summary) called() string {
	if s.Alike {
		return s.Scenario + " (" + s.File + ")"
	}
	return s.Scenario
}

// Word is what there is to say of the scenario.
func (s *Summary) Word() Word {
	switch {
	case s.Failed > 0 || s.savedFailed() > 0:
		return Broken
	case len(s.Stale()) > 0:
		return Outdated
	case s.Undecided > 0:
		return Undecided
	case s.stopped():
		return Stopped
	case s.Runs == 0 && len(s.Saved) == 0:
		return Undecided
	}
	return Holds
}

// stopped reports whether seeds are left that nobody chose to leave out.
func (s *Summary) stopped() bool { return s.End == EndInterrupt || s.End == EndTrouble }

// Partial reports whether fewer seeds were run than asked for.
func (s *Summary) Partial() bool { return s.Runs < s.Asked && !s.Open }

// unfinished reports whether more seeds were to be run.
func (s *Summary) unfinished() bool { return s.Partial() || s.stopped() }

// Total adds up the runs of several scenarios.
func Total(all []*Summary) *Summary {
	sum := &Summary{}
	for _, s := range all {
		if !s.Open {
			sum.Asked += s.Asked
		} else {
			sum.Asked += s.Runs
		}
		sum.Runs += s.Runs
		sum.Held += s.Held
		sum.Failed += s.Failed
		sum.Undecided += s.Undecided
		sum.Virtual += s.Virtual
		sum.Events += s.Events
		sum.Saved = append(sum.Saved, s.Saved...)
		if s.stopped() {
			sum.End = s.End
		}
	}
	return sum
}

// Bound says in words how far the runs can be trusted: 200 seeds, 0 failures: failure rate < 1.5 % at 95 %.
func (s *Summary) Bound() string {
	if s.Asked == 0 && len(s.Saved) > 0 {
		return "the plan of the file alone" + savedText(s.savedFailed())
	}
	text := plural(s.Runs, "seed")
	if s.Partial() {
		text = fmt.Sprintf("%d of %s", s.Runs, plural(s.Asked, "seed"))
	}
	text += ", " + plural(s.Failed, "failure")
	if s.Undecided > 0 {
		text += fmt.Sprintf(", %d undecided", s.Undecided)
	}
	if rate := s.rate(); rate != "" {
		text += ": failure rate " + rate + " at 95 %"
	}
	return text + savedText(s.savedFailed())
}

// savedText says how many kept runs fail.
func savedText(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "; 1 kept run fails"
	}
	return fmt.Sprintf("; %d kept runs fail", n)
}

// Rate is the interval in which the failure rate lies with 95 % confidence. Undecided runs do not count.
func (s *Summary) Rate() (low, high float64) {
	decided := s.Runs - s.Undecided
	if s.Failed == 0 {
		return 0, UpperBound(decided)
	}
	return Wilson(s.Failed, decided)
}

// rate is the interval in words; "" if nothing was decided.
func (s *Summary) rate() string {
	low, high := s.Rate()
	switch {
	case s.Runs == s.Undecided:
		return ""
	case s.Failed == 0:
		return "< " + percent(high, math.Ceil)
	}
	return percent(low, math.Floor) + " to " + percent(high, math.Ceil)
}

// Warnings are what makes the runs say less than they seem to: rules that nobody looked at, faults without
// effect, runs that were cut off. They are in the order of the rules and faults.
func (s *Summary) Warnings() []string {
	warnings := s.Idle()
	for _, stop := range []Stop{StopEvents, StopLivelock, StopCrash, StopHalted} {
		if n := s.CutOff[stop]; n > 0 {
			warnings = append(warnings, fmt.Sprintf("%s before the time was over: %s", ended(n), cutOffTexts[stop]))
		}
	}
	return warnings
}

// Idle are the warnings of what never came into play: the runs do not test it.
func (s *Summary) Idle() []string {
	if s.cutOff() == s.Runs {
		return nil // that says it already
	}
	var idle []string
	for _, r := range s.Rules {
		if r.Evaluated == 0 && r.Broken == 0 && !r.implied() {
			idle = append(idle, fmt.Sprintf("the rule %q was never evaluated", r.Rule))
		}
	}
	for i := range s.Faults {
		idle = append(idle, s.idleFault(&s.Faults[i])...)
	}
	return idle
}

// cutOff is how many runs were.
func (s *Summary) cutOff() int {
	n := 0
	for _, c := range s.CutOff {
		n += c
	}
	return n
}

// implied tells the rules that hold for every scenario and that no file writes.
func (r *RuleCount) implied() bool {
	switch r.Kind {
	case "start", "deadlock", "livelock", "limit":
		return true
	}
	return false
}

var cutOffTexts = map[Stop]string{
	StopEvents:   "limits.events",
	StopLivelock: "livelock, somebody runs for ever and time stands still",
	StopCrash:    "the node could not be started",
	StopHalted:   "broken off",
}

func ended(n int) string {
	if n == 1 {
		return "1 run ended"
	}
	return fmt.Sprintf("%d runs ended", n)
}

func times(n int, what string) string {
	switch n {
	case 0:
		return "never " + what
	case 1:
		return "once " + what
	}
	return fmt.Sprintf("%d times %s", n, what)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
