package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// A happening is a line of a story before anybody wants to read it.
type happening struct {
	at     time.Duration
	kind   reports.LineKind
	slot   *slot
	work   *workforce
	harm   *harm
	n      int // which restart
	more   int // how many others are told by this line
	text   string
	lost   string // the name, which nobody has, that a cast was for
	detail any

	contacts []contact // of nodes that have come to see each other, or see each other no more
}

// storyMax is how many happenings are remembered, and storyAfter how many of those that come after the
// first broken rule.
const (
	storyMax   = 64
	storyAfter = 8
)

// story remembers the latest happenings, until a rule is broken and a few more have come.
type story struct {
	ring   [storyMax]happening
	count  int // of all that came
	frozen bool
	left   int // how many more it takes once it is frozen
}

func (s *story) reset() {
	clear(s.ring[:min(s.count, storyMax)])
	s.count, s.frozen, s.left = 0, false, storyAfter
}

// freeze ends the story soon: its reason is known.
func (s *story) freeze() { s.frozen = true }

// add remembers a happening. Of clients who fail alike one after the other one is remembered, and of
// instances of a template to which the same happens at once.
func (s *story) add(h happening) {
	if s.frozen {
		if s.left == 0 {
			return
		}
		s.left--
	}
	if h.kind == reports.LineExit && s.lastWords(h) || h.lost != "" && s.lostBefore(h) {
		return
	}
	if s.count > 0 {
		if last := &s.ring[(s.count-1)%storyMax]; last.like(h) {
			last.more++
			last.contacts = append(last.contacts, h.contacts...)
			return
		}
	}
	s.ring[s.count%storyMax] = h
	s.count++
}

// like reports whether two happenings are one line.
func (h *happening) like(other happening) bool {
	switch {
	case h.kind != other.kind || h.work != other.work || h.harm != other.harm:
		return false
	case len(h.contacts) > 0:
		return h.text == other.text && len(other.contacts) > 0 && other.at-h.at < time.Second && term.Equal(h.detail, other.detail)
	case h.work != nil:
		return term.Equal(h.detail, other.detail)
	case h.slot == nil || other.slot == nil || h.slot.instance == 0 || h.slot.up != other.slot.up || other.at-h.at > time.Millisecond:
		return false
	}
	return h.kind == reports.LineFault || h.kind == reports.LineRestart || h.kind == reports.LineExit && term.Equal(h.detail, other.detail)
}

// lastWords makes one line of a process's end and the report on it that came just before.
func (s *story) lastWords(end happening) bool {
	for i := s.count - 1; i >= max(0, s.count-4); i-- {
		h := &s.ring[i%storyMax]
		if _, last := h.detail.(otp.TerminateReport); last && h.slot == end.slot && h.kind == reports.LineReport {
			h.kind = reports.LineExit
			return true
		}
	}
	return false
}

// lostBefore makes one line of casts to a name, unless something else has happened between them, a second ago or more.
func (s *story) lostBefore(cast happening) bool {
	for i := s.count - 1; i >= max(0, s.count-storyMax); i-- {
		switch h := &s.ring[i%storyMax]; {
		case h.lost == cast.lost:
			h.more++
			return true
		case cast.at-h.at >= time.Second:
			return false
		}
	}
	return false
}

// lines tells the story.
func (s *story) lines() []reports.Line {
	var lines []reports.Line
	from := max(0, s.count-storyMax)
	if from > 0 {
		lines = append(lines, reports.Line{At: s.ring[from%storyMax].at, What: reports.LineGap, Text: fmt.Sprintf("%d earlier lines left out", from)})
	}
	for i := from; i < s.count; i++ {
		h := &s.ring[i%storyMax]
		lines = append(lines, reports.Line{At: h.at, What: h.kind, Text: h.String()})
	}
	return lines
}

// tell puts a happening into the story.
func (r *Runner) tell(h happening) { r.story.add(h) }

// reported puts a report into the story, if it tells more than what stands there anyway.
func (r *Runner) reported(f sim.Fact) {
	h := happening{at: f.At, kind: reports.LineReport, slot: r.book.held[f.Subject]}
	switch body := f.Detail.(type) {
	case *supervisor.Report:
		if body.Context != supervisor.GivingUp && body.Context != supervisor.ShutdownError {
			return
		}
		h.detail = body
	case otp.TerminateReport:
		h.detail = body
		if s := r.book.held[body.Client]; s != nil {
			h.text = " from " + s.label
		}
	case otp.CrashReport:
		return
	case *application.Report:
		r.appReported(f, body)
		return
	case sim.Tuple:
		if told := r.globalReported(f, body); told {
			return
		}
		h.text, h.detail = f.Text, f.Detail
	default:
		h.text, h.detail = f.Text, f.Detail
	}
	if h.slot != nil {
		r.tell(h)
	}
}

// String is the happening in words.
func (h *happening) String() string {
	if len(h.contacts) > 0 {
		return h.contact()
	}
	if h.kind == reports.LineNode {
		return h.text
	}
	who := "somebody"
	if h.slot != nil {
		who = h.slot.label
	}
	if h.more > 0 {
		who += fmt.Sprintf(" and %d more", h.more)
	}
	switch {
	case h.kind == reports.LineExit && h.more > 0:
		return who + " end: " + h.end()
	case h.kind == reports.LineRestart && h.more > 0:
		return who + " are started again"
	case h.lost != "":
		return h.loss()
	}
	switch h.kind {
	case reports.LineExit:
		return who + " ends: " + h.end()
	case reports.LineRestart:
		return fmt.Sprintf("%s is started again (restart %d)", who, h.n)
	case reports.LineStart:
		if h.text != "" {
			return who + " does not start: " + short(h.detail)
		}
		return who + " is started"
	case reports.LineFault:
		if h.text != "" {
			return fmt.Sprintf("fault %q: %s", h.harm.fault.Name, h.text)
		}
		return fmt.Sprintf("fault %q: %s", h.harm.fault.Name, h.harm.deed(who))
	case reports.LineClient:
		return h.client()
	case reports.LineVerdict:
		return "BROKEN " + h.text + ": " + short(h.detail)
	case reports.LineReport:
		return who + h.report()
	}
	return who + " says " + h.text + " " + short(h.detail)
}

// loss tells of casts that went to nobody.
func (h *happening) loss() string {
	who, casts := "somebody", ""
	if h.slot != nil {
		who = h.slot.label
	}
	switch {
	case h.more == 1:
		casts = ", and casts once more"
	case h.more > 1:
		casts = fmt.Sprintf(", and casts %d times more", h.more)
	}
	return who + " casts " + short(h.detail) + " to " + h.lost + casts + ": lost, nobody has the name"
}

// deed is what a fault does to somebody.
func (h *harm) deed(who string) string {
	switch h.fault.Kind {
	case Kill:
		return "kill " + who
	case Exit:
		return "exit signal " + h.fault.Reason.String() + " to " + who
	case UpgradeCode:
		return h.fault.Upgrade.String()
	}
	return fmt.Sprintf("the next start of %s will fail with %v", who, h.fault.Reason)
}

// contact says which nodes see each other, or do not any more.
func (h *happening) contact() string {
	switch h.text {
	case "nodeup":
		return sentences(h.contacts, "sees", "see")
	case "overlap":
		return sentences(h.contacts, "lets go of", "let go of") + ", so that partitions do not overlap"
	}
	return sentences(h.contacts, "loses", "lose") + ": " + short(h.detail)
}

// sentences says who does it to whom, in few words: those who do it to the same, and those to whom the same do it, are
// told together.
func sentences(all []contact, does, do string) string {
	var subjects, objects [][]string
	for _, c := range all {
		i := slices.IndexFunc(subjects, func(s []string) bool { return slices.Contains(s, string(c.of)) })
		if i < 0 {
			i = len(subjects)
			subjects, objects = append(subjects, []string{string(c.of)}), append(objects, nil)
		}
		if !slices.Contains(objects[i], string(c.other)) {
			objects[i] = append(objects[i], string(c.other))
		}
	}
	subjects, objects = together(subjects, objects)
	var parts []string
	for i := range subjects {
		if subjects[i] == nil {
			continue
		}
		verb := does
		if len(subjects[i]) > 1 {
			verb = do
		}
		part := joined(subjects[i]) + " " + verb + " " + joined(objects[i])
		if j := mutual(subjects, objects, i); j >= 0 {
			part += ", and the other way round"
			if len(subjects[i])+len(objects[i]) == 2 {
				part = joined(subjects[i]) + " and " + joined(objects[i]) + " " + do + " each other"
			}
			subjects[j] = nil
		}
		parts = append(parts, part)
	}
	slices.Sort(parts)
	return strings.Join(parts, "; ")
}

// together puts those into one who do it to the same; each list is in order.
func together(subjects, objects [][]string) (by, to [][]string) {
	for i := range subjects {
		slices.Sort(objects[i])
		j := slices.IndexFunc(to, func(o []string) bool { return slices.Equal(o, objects[i]) })
		if j < 0 {
			by, to = append(by, subjects[i]), append(to, objects[i])
			continue
		}
		by[j] = append(by[j], subjects[i]...)
		slices.Sort(by[j])
	}
	return by, to
}

// mutual finds those to whom the same is done by those to whom they do it.
func mutual(subjects, objects [][]string, i int) int {
	for j := i + 1; j < len(subjects); j++ {
		if subjects[j] != nil && slices.Equal(objects[j], subjects[i]) && slices.Equal(subjects[j], objects[i]) {
			return j
		}
	}
	return -1
}

// globalReported puts into the story what global has to say: that a name had two holders, or that nodes part for partitions
// not to overlap.
func (r *Runner) globalReported(f sim.Fact, body sim.Tuple) bool {
	if len(body) != 3 {
		return false
	}
	switch body[0] {
	case sim.Atom("global_name_conflict"):
		loser := short(body[2])
		if pid, is := body[2].(sim.PID); is && r.book.held[pid] != nil {
			loser = r.book.held[pid].label
		}
		r.tell(happening{at: f.At, kind: reports.LineNode, text: fmt.Sprintf(
			"the global name %s has two holders: %s is killed", short(body[1]), loser)})
	case sim.Atom("prevent_overlapping_partitions"):
		other, _ := body[2].(sim.Atom)
		r.tell(happening{at: f.At, kind: reports.LineNode, text: "overlap", contacts: []contact{{f.Subject.Node(), other}}})
	default:
		return false
	}
	return true
}

func (h *happening) client() string {
	calls, what := fmt.Sprintf("a call of %s to %s", h.work.load.Request, h.slot.label), "failed with "+short(h.detail)
	if h.more > 0 {
		calls = fmt.Sprintf("%d calls of %s", h.more+1, h.work.load.Request)
	}
	if term.Is(h.detail, "timeout") {
		what = "timed out"
	}
	return fmt.Sprintf("clients %q: %s %s", h.work.load.Name, calls, what)
}

func (h *happening) report() string {
	switch body := h.detail.(type) {
	case *supervisor.Report:
		if body.Context == supervisor.GivingUp {
			return " gives up: more than " + h.slot.child.allowed() + ", the last of " + body.Child.ID
		}
		return " could not stop " + body.Child.ID + " in time: " + short(body.Reason)
	case otp.TerminateReport:
		return " terminates: " + h.end()
	}
	return " reports " + h.text + " " + short(h.detail)
}

// allowed says how many restarts a supervisor allows, and in how long a time.
func (c *Child) allowed() string {
	restarts := fmt.Sprintf("%d restarts", c.Intensity)
	if c.Intensity == 1 {
		restarts = "1 restart"
	}
	return restarts + " in " + FormatDuration(c.Period)
}

// end is why a process ended, and what it was doing, if it could say so.
func (h *happening) end() string {
	body, ok := h.detail.(otp.TerminateReport)
	switch {
	case !ok:
		return short(h.detail)
	case body.Last == nil:
		return short(body.Reason)
	}
	return short(body.Reason) + "; its last message was " + short(body.Last) + h.text
}

// shortMax is how many characters of a term a line shows.
const shortMax = 160

// short prints a term for a line of text. Text is shown as it is.
func short(v any) string {
	text, ok := v.(string)
	if !ok {
		text = strings.ReplaceAll(term.Format(v), "\n", " ")
	}
	if utf8.RuneCountInString(text) > shortMax {
		text = string([]rune(text)[:shortMax-1]) + "…"
	}
	return text
}
