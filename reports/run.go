// Package reports tells a run to a person or to a CI server. It reads traces and results only: it knows no
// world, no scenario file and no clock.
//
// A Run is one run, a Summary many of one scenario, Results all of them. Text and JSON tell of them as they come;
// WriteJUnit, WriteMarkdown and WriteGitHub tell of all at the end. A Sequence is a picture of the end of a run. The same
// values give the same bytes.
package reports

import (
	"fmt"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Run is what can be told of one run of one scenario. It is a value that refers to nothing: it may be kept
// when the world it came from runs something else, and it encodes as JSON.
type Run struct {
	Scenario  string        `json:"scenario"`
	File      string        `json:"file"`
	Seed      uint64        `json:"seed"`           // 0 if there was none
	Dull      bool          `json:"dull,omitempty"` // there was no seed: what the plan does not name was answered dully
	Stop      Stop          `json:"stop"`
	Now       time.Duration `json:"now"`    // virtual time when it stopped, in ns
	For       time.Duration `json:"for"`    // virtual time it was to last, in ns
	Hash      uint64        `json:"hash"`   // of all facts, in their order
	Events    uint64        `json:"events"` // how many facts there were
	Living    int           `json:"living"` // processes alive at the end
	Verdicts  []Verdict     `json:"verdicts"`
	Faults    []Fault       `json:"faults,omitempty"`
	Workloads []Workload    `json:"workloads,omitempty"`
	Failure   *Failure      `json:"failure,omitempty"` // nil if no rule is broken
	Story     []Line        `json:"story,omitempty"`   // what happened before the failure; nil if there was none
	Waiting   []Waiting     `json:"waiting,omitempty"` // who waits for ever, if Stop is StopDeadlock
}

// Stop is why a run stopped.
type Stop string

// The reasons to stop.
const (
	StopTime     Stop = "time"     // its time was over
	StopQuiet    Stop = "quiet"    // nothing more happened until its time was over, and nobody waits for an answer
	StopDeadlock Stop = "deadlock" // nothing can ever happen again, and somebody waits for an answer
	StopLivelock Stop = "livelock" // slices without end, and time does not get anywhere
	StopEvents   Stop = "events"   // limits.events
	StopCrash    Stop = "crash"    // the node could not be started
	StopHalted   Stop = "halted"   // whoever drives the run broke it off
)

// CutOff reports whether the run stopped before its time although more would have happened.
func (s Stop) CutOff() bool {
	return s == StopLivelock || s == StopEvents || s == StopHalted || s == StopCrash
}

// Word is what there is to say of a rule after a run.
type Word string

// The words.
const (
	Holds     Word = "holds"
	Broken    Word = "broken"
	Undecided Word = "undecided" // the run was too short to tell, or nobody ever looked
	Outdated  Word = "stale"     // nothing broke, but a kept run says nothing any more: of scenarios only
	Stopped   Word = "stopped"   // nothing broke before the search was broken off: of scenarios only
)

// Verdict is what became of one rule.
type Verdict struct {
	Rule      string        `json:"rule"` // its name, or what it says
	Kind      string        `json:"kind"` // always, never, eventually, at_end; of rules that no file writes start, deadlock, …
	Cond      string        `json:"cond,omitempty"`
	Word      Word          `json:"word"`
	At        time.Duration `json:"at"`            // when it was decided
	Got       string        `json:"got,omitempty"` // what was there instead, with the numbers; of an undecided rule: why
	Evaluated int           `json:"evaluated"`     // how often it was looked at
	File      string        `json:"file,omitempty"`
	Line      int           `json:"line,omitempty"` // in the file, from 1; 0 if no file writes the rule
	Col       int           `json:"col,omitempty"`
}

// Signature tells failures apart: two runs fail in the same way if their signatures are the same. It holds
// no numbers, for those change from seed to seed.
func (v Verdict) Signature() string { return v.Kind + " " + v.Rule }

// Fault counts what a fault did.
type Fault struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Due      int    `json:"due"`      // how often its time came
	Injected int    `json:"injected"` // how often it found somebody to befall
	Took     int    `json:"took"`     // how often it took effect

	RolledBack int `json:"rolled_back,omitempty"` // how often it was an upgrade that failed, which is an effect too

	Left   int          `json:"left_out,omitempty"` // how many runs left it out: 1 if this one did
	Events []FaultEvent `json:"events,omitempty"`   // that it waits for
}

// FaultEvent is an event that a fault waits for.
type FaultEvent struct {
	Event string `json:"event"`          // what happens for the n-th time
	Came  int    `json:"came"`           // in how many runs it did: 1 if in this one
	Times int    `json:"times"`          // how often it happened, up to that; of several runs the most
	File  string `json:"file,omitempty"` // where it is written
	Line  int    `json:"line,omitempty"`
	Col   int    `json:"col,omitempty"`
	Hint  string `json:"hint,omitempty"` // what may have been meant, if it never happened
}

// Workload counts what the clients of a workload did.
type Workload struct {
	Name     string `json:"name"`
	Clients  int    `json:"clients"`
	Sent     int    `json:"sent"`     // calls and casts
	Replies  int    `json:"replies"`  // calls that were answered
	Timeouts int    `json:"timeouts"` // calls that waited in vain until their time-out
	Errors   int    `json:"errors"`   // calls that failed in another way
	Waiting  int    `json:"waiting"`  // clients that wait for an answer when the run stops
}

// Failure is the first rule that was broken.
type Failure struct {
	Rule      string        `json:"rule"`
	Kind      string        `json:"kind"`
	At        time.Duration `json:"at"`
	Got       string        `json:"got"`
	Signature string        `json:"signature"`
}

// Line is a line of a story.
type Line struct {
	At   time.Duration `json:"at"`
	What LineKind      `json:"what"`
	Text string        `json:"text"`
}

// LineKind is what a line of a story is about, for those who show some kinds in another colour.
type LineKind string

// The kinds of lines.
const (
	LineStart   LineKind = "start"   // a process of a tree was started, or was not
	LineRestart LineKind = "restart" // … again
	LineExit    LineKind = "exit"    // … ended
	LineFault   LineKind = "fault"   // a fault was injected
	LineReport  LineKind = "report"  // somebody reported something
	LineClient  LineKind = "client"  // a client was not answered
	LineNode    LineKind = "node"    // the node went down, an application has started or ended
	LineVerdict LineKind = "verdict" // a rule was broken
	LineUser    LineKind = "user"    // a program had something to say
	LineGap     LineKind = "gap"     // lines were left out
)

// Waiting is somebody who waits for an answer that cannot come.
type Waiting struct {
	Who string `json:"who"` // a client or a process of a tree
	For string `json:"for"` // what it waits for

	Site    string   `json:"site,omitempty"`    // where in its code
	Queued  int      `json:"queued,omitempty"`  // messages in its mailbox, none of which it takes
	Mailbox []string `json:"mailbox,omitempty"` // the first of them
}

// String tells it in one line.
func (w Waiting) String() string {
	text := w.Who + " waits for " + w.For
	if w.Site != "" {
		text += ", in " + w.Site
	}
	if w.Queued > 0 {
		text += fmt.Sprintf(", with %d in its mailbox: %s", w.Queued, strings.Join(w.Mailbox, ", "))
	}
	if w.Queued > len(w.Mailbox) {
		text += "…"
	}
	return text
}

// Word is what there is to say of the whole run: broken if one rule is, else undecided if one is, else holds.
func (r *Run) Word() Word {
	word := Holds
	for _, v := range r.Verdicts {
		switch v.Word {
		case Broken:
			return Broken
		case Undecided:
			word = Undecided
		}
	}
	return word
}

// Origin is where the chance of a run came from, as JSON says it: its seed, or that there was none.
type Origin struct {
	Seed *uint64 `json:"seed,omitempty"`
	Dull bool    `json:"dull,omitempty"`
}

// OriginOf is the origin of a run of a seed, or of a dull one.
func OriginOf(seed uint64, dull bool) Origin {
	if dull {
		return Origin{nil, true}
	}
	return Origin{&seed, false}
}

// origin is where the chance of the run came from.
func (r *Run) origin() Origin { return OriginOf(r.Seed, r.Dull) }

// played is the seed, as people read it, or that there was none.
func (r *Run) played() string {
	if r.Dull {
		return "dull"
	}
	return "seed " + choice.FormatSeed(r.Seed)
}

// Failed reports whether a rule is broken.
func (r *Run) Failed() bool { return r.Failure != nil }

// Signature is that of the failure; "" if there is none.
func (r *Run) Signature() string {
	if r.Failure == nil {
		return ""
	}
	return r.Failure.Signature
}

// With lists the verdicts of one word, in their order.
func (r *Run) With(w Word) []Verdict {
	var vs []Verdict
	for _, v := range r.Verdicts {
		if v.Word == w {
			vs = append(vs, v)
		}
	}
	return vs
}

// String says in one line how the run went.
func (r *Run) String() string {
	var b strings.Builder
	b.WriteString(r.Scenario + ": " + string(r.Word()))
	if f := r.Failure; f != nil {
		b.WriteString(": " + f.Rule + " at " + f.At.String() + ": " + f.Got)
	}
	return b.String()
}
