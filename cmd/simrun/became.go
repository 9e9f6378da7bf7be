package main

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// became is what a kept run has become, for simrun run and simrun replay alike. A run that fails is a failure, whether or not
// all of its plan applies; one that does not says something only if all of it does.
type became struct {
	word    reports.SavedWord
	sameRun bool     // to the last event
	says    []string // what is not as it was, and what is not decided
}

// compare says what a kept run has become: repro is what was kept, digest that of the scenario now, gone what the plan leaves
// out and is not there, run the run now, the last one of h.
func compare(h runner, repro *scenarios.Repro, digest scenarios.Sum, gone []string, run *reports.Run) became {
	signature := run.Signature()
	drifted := len(gone)+len(h.Drift()) > 0
	b := became{word: wordOf(repro.Fails, signature, drifted), sameRun: repro.Hash != 0 && repro.Hash == run.Hash}
	b.says = append(edits(repro, digest), parts(h, gone)...)
	switch {
	case signature == repro.Fails || b.word == reports.Fixed:
	case signature == "":
		b.says = append(b.says, fmt.Sprintf("nothing breaks; it was %q", repro.Fails))
	case repro.Fails == "":
		b.says = append(b.says, fmt.Sprintf("%q breaks, and nothing did", signature))
	default:
		b.says = append(b.says, fmt.Sprintf("%q breaks; it was %q", signature, repro.Fails))
	}
	if repro.Hash != 0 && !b.sameRun {
		b.says = append(b.says, fmt.Sprintf("it is another run: its hash was %016x and is %016x", repro.Hash, run.Hash))
	}
	if signature == "" {
		for _, v := range run.With(reports.Undecided) {
			b.says = append(b.says, fmt.Sprintf("undecided is %q: %s", v.Rule, v.Got))
		}
	}
	return b
}

// wordOf is the word for a run that failed with a signature, and does now with another; "" is not at all.
func wordOf(before, now string, drifted bool) reports.SavedWord {
	switch {
	case now != "" && now == before:
		return reports.StillFails
	case now != "":
		return reports.FailsNow
	case drifted:
		return reports.Stale
	case before == "":
		return reports.Guards
	}
	return reports.Fixed
}

// edits says whether the scenario of a repro was edited.
func edits(repro *scenarios.Repro, digest scenarios.Sum) []string {
	if repro.Digest == (scenarios.Sum{}) || repro.Digest == digest {
		return nil
	}
	return []string{fmt.Sprintf("the scenario was edited since: its digest was %v and is %v", repro.Digest, digest)}
}

// parts says which parts of the last run's plan do not apply.
func parts(h runner, gone []string) (says []string) {
	for _, name := range gone {
		says = append(says, fmt.Sprintf("%s, which is left out, is not there any more", name))
	}
	for _, d := range h.Drift() {
		says = append(says, "does not apply: "+d.String())
	}
	return says
}

// verdict is how simrun replay says it: a word, what it means here, and the exit code.
func (b became) verdict(repro *scenarios.Repro, edited bool) (word, meaning string, c code) {
	known := "it is another run"
	switch {
	case b.sameRun:
		known = "the same run, to the last event"
	case repro.Hash == 0:
		known = "no hash says whether it is the same run"
	case edited:
		known = "the scenario was edited since, and it is another run"
	}
	switch b.word {
	case reports.StillFails:
		if repro.Hash != 0 && !b.sameRun {
			return string(b.word), known + ", which fails as it did", codeBroken
		}
		return "reproduced", known, codeBroken
	case reports.FailsNow:
		if repro.Fails == "" {
			return string(b.word), known + "; a rule breaks, and none did", codeBroken
		}
		return string(b.word), known + "; another rule breaks than did", codeBroken
	case reports.Stale:
		return "drifted", "parts of the plan do not apply any more: that nothing fails says nothing", codeDrift
	case reports.Guards:
		return string(b.word), known + "; nothing broke, and nothing breaks", codeOK
	}
	if b.sameRun {
		return string(b.word), "the same run, to the last event; what it expects holds now", codeOK
	}
	return string(b.word), known + "; all of its plan applies, and no rule is broken", codeOK
}
