package choice

import "fmt"

// A Draw is one question and its answer.
type Draw struct {
	Key    Key
	Of     uint64 // how many answers there were; 0 for a Word, 2 for a Chance
	Answer uint64
}

// String prints the draw as the deviation it amounts to, and of how many.
func (d Draw) String() string {
	if d.Of == 0 {
		return fmt.Sprintf("%v=%d of 2^64", d.Key, d.Answer)
	}
	return fmt.Sprintf("%v=%d of %d", d.Key, d.Answer, d.Of)
}

// A Recording is what was asked and answered, in order of asking.
// The zero Recording keeps everything.
type Recording struct {
	NonZero bool // keep only what was not dull
	Draws   []Draw
}

// Record writes every further draw down in r, overrides included; nil stops it.
func (s *Source) Record(r *Recording) {
	s.off().recording = r
}

func (r *Recording) note(k Key, of, answer uint64) {
	if answer != 0 || !r.NonZero {
		r.Draws = append(r.Draws, Draw{k, of, answer})
	}
}

// Deviations converts r to what must be laid over Dull so that the same questions
// get the same answers. That cannot be done, and is an error, if one key was asked
// twice and answered in two ways (a full recording sees it, a NonZero one may not).
func (r *Recording) Deviations() ([]Deviation, error) {
	answers := make(map[Key]Draw, len(r.Draws))
	var out []Deviation
	for _, d := range r.Draws {
		first, again := answers[d.Key]
		switch {
		case !again:
			answers[d.Key] = d
			if d.Answer != 0 {
				out = append(out, Deviation{d.Key, d.Answer})
			}
		case first.Answer != d.Answer:
			return nil, fmt.Errorf("key asked twice, first %v, then %v: find the askers with Source.Unique", first, d)
		}
	}
	return out, nil
}
