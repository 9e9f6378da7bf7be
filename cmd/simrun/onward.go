package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// A rest is what is left of a search that was broken off.
type rest struct {
	words []string // of the command line, for what is to be run
	seeds *scenarios.Seeds
	open  bool          // of them the first is told, and only the time ends them
	time  time.Duration // real; 0: it does not matter
	turn  int           // which of several commands it is, from 0: each writes into files of its own
}

// onward is what becomes of the flags in the command that goes on: each that decides what is run, what of it fails
// and where that is told, in this order. A test holds that no flag is forgotten.
var onward = []struct {
	flag string
	text func(r *running, left rest) string // "": it need not be said
}{
	{"seeds", func(_ *running, left rest) string {
		if left.seeds == nil || left.open {
			return ""
		}
		return strings.ReplaceAll(left.seeds.String(), " ", "")
	}},
	{"seed", func(_ *running, left rest) string {
		if left.seeds == nil || !left.open {
			return ""
		}
		return fmt.Sprint(seedAt(*left.seeds, 0))
	}},
	{"for", func(r *running, _ rest) string { return durationText(r.opts.For) }},
	{"policy", func(r *running, _ rest) string { return string(r.opts.Policy) }},
	{"swarm", func(r *running, _ rest) string { return said(r.opts.Swarm) }},
	{"stop-after", func(_ *running, left rest) string { return durationText(left.time) }},
	{"fail-fast", func(r *running, _ rest) string {
		if r.ending.failures == 0 {
			return ""
		}
		return fmt.Sprint(max(1, r.ending.failures-r.failures))
	}},
	{"shrink", func(r *running, _ rest) string { return r.asked.shrink }},
	{"strict", func(r *running, _ rest) string { return said(r.strict) }},
	{"canary", func(r *running, _ rest) string { return said(r.canary) }},
	{"check-determinism", func(r *running, _ rest) string {
		if r.twice == 0 {
			return ""
		}
		return r.asked.determinism
	}},
	{"check-mutation", func(r *running, _ rest) string { return said(r.opts.CheckMutation) }},
	{"format", func(r *running, _ rest) string {
		if r.format == textFormat {
			return ""
		}
		return string(r.format)
	}},
	{"out", func(r *running, left rest) string {
		if r.dir == "" {
			return ""
		}
		return filepath.Clean(r.dir) + left.mark()
	}},
	{"junit", func(r *running, left rest) string { return left.file(r.names[0]) }},
	{"markdown", func(r *running, left rest) string { return left.file(r.names[1]) }},
	{"jsonl", func(r *running, left rest) string { return left.file(r.names[2]) }},
}

// valueless are the flags that stand without a value, or with it behind =.
var valueless = []string{"swarm", "strict", "canary", "check-mutation", "fail-fast"}

// said is the text of a flag that is there or not.
func said(yes bool) string {
	if yes {
		return "true"
	}
	return ""
}

func durationText(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return scenarios.FormatDuration(d)
}

// mark stands behind the names of what is written: what was written before stays.
func (left rest) mark() string {
	if left.turn == 0 {
		return "-more"
	}
	return fmt.Sprintf("-more-%d", left.turn+1)
}

// file is another file beside one.
func (left rest) file(name string) string {
	if name == "" || name == "-" {
		return name
	}
	ending := filepath.Ext(name)
	return strings.TrimSuffix(name, ending) + left.mark() + ending
}

// goOn is the command that goes on.
func (r *running) goOn(left rest) string {
	text := "simrun run"
	for _, w := range left.words {
		text += " " + reports.ShellWord(w)
	}
	for _, x := range onward {
		switch value := x.text(r, left); {
		case value == "":
		case slices.Contains(valueless, x.flag) && (value == "true" || value == "1"):
			text += " --" + x.flag
		case slices.Contains(valueless, x.flag):
			text += " --" + x.flag + "=" + value
		default:
			text += " --" + x.flag + " " + reports.ShellWord(value)
		}
	}
	return text
}

// seedsOf are the seeds of a scenario, from the i-th on; nil if there are none left, or it keeps a run.
func (r *running) seedsOf(sc *scenarios.Scenario, i int) *scenarios.Seeds {
	all := sc.Run.Seeds
	if r.seeds != nil {
		all = *r.seeds
	}
	left := seedsFrom(all, i)
	if sc.Repro != nil || left.Len() == 0 {
		return nil
	}
	return &left
}

// interrupted says what is known, and how to go on: with the scenario that ran, and then with those that did not begin.
func (r *running) interrupted(left []target, parsed []*scenarios.Scenario) error {
	unwritten := r.close(r.tellers, code(r.stop.code.Load()))
	s := r.done[len(r.done)-1]
	made := plural(s.Runs, "seed")
	if !s.Open {
		made = fmt.Sprintf("%d of %s", s.Runs, plural(s.Asked, "seed"))
	}
	fmt.Fprintf(r.errs, "simrun: interrupted after %s of %s\n", made, s.Scenario)
	mine, others := r.times()
	first, turn := "to go on", 0
	if seeds := r.seedsOf(parsed[0], s.Runs); seeds != nil {
		fmt.Fprintf(r.errs, "  to go on: %s\n", r.goOn(rest{[]string{left[0].word()}, seeds, r.endless, mine, 0}))
		first, turn = "and then", 1
	}
	if parsed[0].Repro == nil || len(s.Saved) > 0 {
		left = left[1:]
	}
	if len(left) > 0 {
		x := rest{seeds: r.seeds, open: r.endless, time: others, turn: turn}
		for _, t := range left {
			x.words = append(x.words, t.word())
		}
		fmt.Fprintf(r.errs, "  %s: %s\n", first, r.goOn(x))
	}
	return unwritten
}

// times are what is left of the time of the scenario that ran, and for all others, in whole seconds; 0 if it does
// not matter.
func (r *running) times() (mine, others time.Duration) {
	if r.ending.after == 0 {
		return 0, 0
	}
	whole := func(d time.Duration) time.Duration {
		return max(time.Second, (d + time.Second - 1).Truncate(time.Second))
	}
	now := time.Now()
	later := slices.MaxFunc([]time.Time{now, r.until}, time.Time.Compare)
	return whole(r.until.Sub(now)), whole(r.began.Add(r.ending.after).Sub(later))
}

// ranOut says how to go on with the scenarios whose time was over before their seeds were.
func (r *running) ranOut() {
	if r.quiet {
		return
	}
	share := max(time.Second, (r.ending.after / time.Duration(max(1, len(r.done)))).Round(time.Second))
	turn := 0
	for i, s := range r.done {
		if s.End != reports.EndTime {
			continue
		}
		if seeds := r.seedsOf(r.parsed[i], s.Runs); seeds != nil {
			left := rest{[]string{r.targets[i].word()}, seeds, r.endless, share, turn}
			fmt.Fprintf(r.errs, "  to go on with %s: %s\n", s.Scenario, r.goOn(left))
			turn++
		}
	}
}
