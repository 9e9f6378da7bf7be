package reports

import "time"

// A Sequence is a picture of the end of a run: who said what to whom, who ended and who was started again. It is a
// value that refers to nothing; what is in it may be any text. It prints as Mermaid, as SVG and as a page.
type Sequence struct {
	Title     string     // what ran
	Replay    string     // the token that runs it again; "" if there is none
	Lifelines []Lifeline // from left to right; those of one node stand together
	Steps     []Step     // in their order
	Omitted   int        // steps before the first, which are left out
}

// A Lifeline is a process in a picture, or several, one after the other, in the same place of a tree.
type Lifeline struct {
	Name string // its path on the node
	Node string
}

// A Step is one thing that happened.
type Step struct {
	At   time.Duration
	What StepKind
	From int // who did it, as a place in Lifelines; Nobody if none did
	To   int // to whom, for what has a direction; else Nobody
	// Taken is for a message, and for a signal that becomes one: the place in Steps of the one with which To took it out of
	// its mailbox; 0 if that is not in the picture. Nothing can be taken in the first step.
	Taken int
	Text  string
}

// Nobody is the place of none of the lifelines: of timers, of faults, of what concerns all.
const Nobody = -1

// StepKind is what a step is.
type StepKind string

// The kinds of steps.
const (
	StepMessage StepKind = "message" // From sent it to To
	StepSignal  StepKind = "signal"  // an exit signal, or the news of an end
	StepDrop    StepKind = "drop"    // a message of From's to To was lost
	StepTake    StepKind = "take"    // From took a message of To's out of its mailbox
	StepStart   StepKind = "start"   // From was started
	StepRestart StepKind = "restart" // … in the place of one that ended
	StepExit    StepKind = "exit"    // From ended
	StepFault   StepKind = "fault"   // a fault was injected on From
	StepTook    StepKind = "took"    // … and took effect
	StepNote    StepKind = "note"    // From had something to say
	StepVerdict StepKind = "verdict" // what became of it all
)

// Last is the picture of the last n steps, with those lifelines that take part in them.
func (q *Sequence) Last(n int) *Sequence {
	cut := max(len(q.Steps)-max(n, 0), 0)
	last := &Sequence{Title: q.Title, Replay: q.Replay, Omitted: q.Omitted + cut}
	part := make([]bool, len(q.Lifelines))
	for _, s := range q.Steps[cut:] {
		for _, i := range [...]int{s.From, s.To} {
			if q.has(i) {
				part[i] = true
			}
		}
	}
	places := make([]int, len(part)) // where each stands now
	for i := range part {
		places[i] = Nobody
		if part[i] {
			places[i] = len(last.Lifelines)
			last.Lifelines = append(last.Lifelines, q.Lifelines[i])
		}
	}
	for _, s := range q.Steps[cut:] {
		s.From, s.To = q.moved(s.From, places), q.moved(s.To, places)
		s.Taken = max(s.Taken-cut, 0)
		last.Steps = append(last.Steps, s)
	}
	return last
}

func (q *Sequence) moved(i int, places []int) int {
	if !q.has(i) {
		return Nobody
	}
	return places[i]
}

// has reports whether i is the place of a lifeline.
func (q *Sequence) has(i int) bool { return i >= 0 && i < len(q.Lifelines) }

// taker is the step in which a message is taken; 0 if there is none.
func (q *Sequence) taker(i int) int {
	t := q.Steps[i].Taken
	if t <= i || t >= len(q.Steps) {
		return 0
	}
	return t
}

// omission says what is left out; "" if nothing is.
func (q *Sequence) omission() string {
	if q.Omitted == 0 {
		return ""
	}
	return plural(q.Omitted, "earlier step") + " left out"
}

// words is what a step says beside its arrow or its mark.
func (s *Step) words() string {
	text := s.Text
	switch s.What {
	case StepExit:
		return "ends: " + text
	case StepStart:
		return "starts: " + text
	case StepRestart:
		return "starts again: " + text
	case StepFault:
		return "fault: " + text
	case StepTook:
		return "took effect: " + text
	case StepDrop:
		return "lost: " + text
	case StepTake:
		return "takes " + text
	}
	return text
}
