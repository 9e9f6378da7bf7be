package scenarios

import (
	"cmp"
	"math"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
)

// noMoment is a moment that does not come.
const noMoment = time.Duration(math.MaxInt64)

// A ruling is a rule, followed through a run. Nothing but what wakes it can change its condition, so it is
// looked at only then; and time alone changes nothing but whether it has begun or has waited too long,
// which is seen when the next fact comes.
type ruling struct {
	rule     *Rule
	test     func() bool
	readings []reading
	looks    bool // it asks for what is in tables of the world, which nobody counts

	// Of the run
	woken     bool          // something it asks about has changed
	fresh     bool          // it begins, or begins anew, with the fact that is being noted
	begun     bool          // it counts
	waiting   bool          // of eventually: it has begun (anew) and did not hold since
	over      bool          // nothing can change the verdict
	begin     time.Duration // when it begins by itself; noMoment if it does not
	deadline  time.Duration // of waiting
	broken    bool
	told      bool          // that it is broken stands in the story
	at        time.Duration // when it was decided
	got       string
	evaluated int
}

// reset makes it ready for a run of which nothing has happened.
func (x *ruling) reset() {
	*x = ruling{rule: x.rule, test: x.test, readings: x.readings, looks: x.looks, begin: noMoment, deadline: noMoment}
}

// ready says that all trees are up: from here on rules may begin.
func (x *ruling) ready(now time.Duration) {
	if x.rule.Kind != AtEnd && x.rule.After.Fault == "" {
		x.begin = max(now, x.rule.After.Time)
	}
}

// next is when something happens to it by itself.
func (x *ruling) next() time.Duration {
	switch {
	case x.over:
		return noMoment
	case x.waiting:
		return x.deadline
	}
	return x.begin
}

// pass lets time pass until just before now, during which nothing happened.
func (x *ruling) pass(now time.Duration) {
	if !x.over && x.begin <= now {
		at := x.begin
		x.begin = noMoment
		x.start(at)
	}
	if !x.over && x.waiting && x.deadline < now {
		x.breaks(x.deadline, "it took longer than "+FormatDuration(x.rule.Within)+": "+x.show())
	}
}

// start makes the rule count from now on, or anew.
func (x *ruling) start(now time.Duration) {
	if x.over {
		return
	}
	x.begun = true
	if x.rule.Kind == Eventually && !x.waiting {
		x.waiting, x.deadline = true, noMoment
		if x.rule.Within > 0 {
			x.deadline = now + x.rule.Within
		}
	}
	x.look(now)
}

// look evaluates the condition.
func (x *ruling) look(now time.Duration) {
	if x.over || !x.begun || x.rule.Kind == Eventually && !x.waiting {
		return
	}
	x.evaluated++
	switch ok := x.test(); {
	case x.rule.Kind == Always && !ok, x.rule.Kind == Never && ok:
		x.breaks(now, x.show())
	case x.rule.Kind == Eventually && ok:
		x.waiting, x.at = false, now
		x.over = x.rule.After.Fault == ""
	}
}

func (x *ruling) breaks(at time.Duration, got string) {
	x.over, x.broken, x.waiting, x.at, x.got = true, true, false, at, got
}

// show prints the facts of the condition as they are.
func (x *ruling) show() string {
	var parts []string
	for _, y := range x.readings {
		text := y.show()
		if len(parts) == 0 || parts[len(parts)-1] != text {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

// finish ends the run at a moment and says what became of the rule.
func (x *ruling) finish(end time.Duration, stop reports.Stop) reports.Verdict {
	if !x.over {
		x.pass(end)
	}
	v := reports.Verdict{Rule: x.rule.Name, Kind: string(x.rule.Kind), Cond: x.rule.Cond.String(), Word: reports.Holds}
	switch {
	case x.over:
	case x.rule.Kind == AtEnd:
		x.atEnd(&v, end, stop)
	case !x.begun:
		v.Word, x.got = reports.Undecided, x.unbegun(end)
	case x.waiting && x.deadline <= end:
		x.breaks(x.deadline, "it took longer than "+FormatDuration(x.rule.Within)+": "+x.show())
	case x.waiting && (stop == reports.StopDeadlock || x.rule.Within == 0 && !stop.CutOff()):
		x.breaks(min(x.deadline, end), "the run is over: "+x.show())
	case x.waiting && stop.CutOff():
		v.Word, x.got = reports.Undecided, "the run was cut off: "+x.show()
	case x.waiting:
		v.Word, x.got = reports.Undecided, "the run is over, "+FormatDuration(x.deadline-end)+" before the time was: "+x.show()
	case stop.CutOff():
		v.Word, x.got = reports.Undecided, "the run was cut off"
	}
	if x.broken {
		v.Word = reports.Broken
	} else if x.rule.Kind != Eventually {
		x.at = end
	}
	v.At, v.Got, v.Evaluated = x.at, x.got, x.evaluated
	return v
}

func (x *ruling) atEnd(v *reports.Verdict, end time.Duration, stop reports.Stop) {
	if stop.CutOff() {
		v.Word, x.got = reports.Undecided, "the run was cut off before its end"
		return
	}
	x.evaluated++
	if !x.test() {
		x.breaks(end, x.show())
	}
}

// unbegun says why a rule was never looked at.
func (x *ruling) unbegun(end time.Duration) string {
	switch after := x.rule.After; {
	case after.Fault != "":
		return "never looked at: fault " + nameText(after.Fault) + " never took effect"
	case after.Time > end:
		return "never looked at: the run was over before " + FormatDuration(after.Time)
	}
	return "never looked at: the trees were never all up"
}

// place is where the file writes the rule.
func (x *ruling) place() Pos { return cmp.Or(x.rule.Where(string(x.rule.Kind)), x.rule.Pos) }
