package reports

import "fmt"

// An End is why no more seeds of a scenario were run.
type End string

// The ends.
const (
	EndSeeds     End = "seeds"     // all were
	EndFailures  End = "failures"  // enough failures were found
	EndTime      End = "time"      // the time was over
	EndInterrupt End = "interrupt" // somebody broke it off
	EndTrouble   End = "trouble"   // the program could not go on: it has a bug, or cannot write
)

// ended says what ended the search; "" if all seeds were run.
func (s *Summary) ended() string {
	why := s.EndText
	switch {
	case s.End == EndSeeds || s.End == "":
		return ""
	case why != "":
	case s.End == EndInterrupt:
		why = "interrupted"
	default:
		why = string(s.End)
	}
	if s.Open {
		return fmt.Sprintf("after %s: %s", plural(s.Runs, "seed"), why)
	}
	return fmt.Sprintf("after %d of %s: %s", s.Runs, plural(s.Asked, "seed"), why)
}
