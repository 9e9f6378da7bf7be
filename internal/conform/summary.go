package conform

import "fmt"

// Summary counts the outcomes of a file.
type Summary struct {
	Cases   int
	Matched int // at once, in the dull schedule
	Conform int // in some schedule
	Failed  []string
}

// Add counts an outcome.
func (s *Summary) Add(o Outcome) {
	s.Cases++
	if o.Matched {
		s.Matched++
	}
	if o.Conforms {
		s.Conform++
	} else {
		s.Failed = append(s.Failed, o.Name)
	}
}

// String is the line for the file.
func (s *Summary) String() string {
	return fmt.Sprintf("%d cases, %d matched at once, %d conform, %d failed", s.Cases, s.Matched, s.Conform, len(s.Failed))
}
