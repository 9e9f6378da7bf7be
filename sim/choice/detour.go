package choice

import "fmt"

// A detour is everything a bare source is spared: another base, and the layers.
type detour struct {
	base      func(k Key, of uint64) uint64 // nil: the source's own words
	overrides *overrides
	recording *Recording
	asked     askers
}

// off makes sure that s takes the detour.
func (s *Source) off() *detour {
	if s.detour == nil {
		s.detour = new(detour)
	}
	return s.detour
}

// ask answers k with one of so many answers (0: a whole word), where plain is
// what the bare source would answer. The layers see it in this order: the
// watch over the keys, the overrides, the base if nothing overrides, the recording.
func (d *detour) ask(k Key, of, plain uint64) uint64 {
	if d.asked != nil {
		d.asked.note(k)
	}
	a, fixed := d.overrides.answer(k, of)
	if !fixed {
		a = d.answer(k, of, plain)
	}
	if d.recording != nil {
		d.recording.note(k, of, a)
	}
	return a
}

func (d *detour) answer(k Key, of, plain uint64) uint64 {
	switch {
	case d.base == nil:
		return plain
	case of == 1: // nothing to choose
		return 0
	}
	a := d.base(k, of)
	if of != 0 && a >= of {
		panic(fmt.Sprintf("choice: the function given to From answered %v with %d of %d", k, a, of))
	}
	return a
}
