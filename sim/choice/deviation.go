package choice

import (
	"fmt"
	"strconv"
	"strings"
)

// A Deviation says that one draw is answered so, whatever the base would say.
type Deviation struct {
	Key    Key
	Answer uint64 // of Choose: the answer; of Word: the word; of Chance: 1 is true
}

// String prints key=answer: latency/00000000deadbeef/3=7. ParseDeviation reads it back.
func (d Deviation) String() string {
	return d.Key.String() + "=" + strconv.FormatUint(d.Answer, 10)
}

// ParseDeviation reads what String prints, and nothing else.
func ParseDeviation(s string) (Deviation, error) {
	key, answer, ok := strings.Cut(s, "=")
	if !ok {
		return Deviation{}, fmt.Errorf("deviation wants key=answer, not %q", s)
	}
	k, err := ParseKey(key)
	if err != nil {
		return Deviation{}, err
	}
	a, err := strconv.ParseUint(answer, 10, 64)
	if d := (Deviation{k, a}); err == nil && d.String() == s {
		return d, nil
	}
	return Deviation{}, fmt.Errorf("deviation %q: answer wants a decimal number, not %q", s, answer)
}

// Deviate overrides single draws. It adds to what was given before; if a key is
// named twice the later one counts. An answer that the question does not have
// (the program has changed since) becomes its last one.
func (s *Source) Deviate(ds []Deviation) {
	d := s.off()
	if d.overrides == nil {
		d.overrides = &overrides{at: make(map[Key]int, len(ds))}
	}
	d.overrides.add(ds)
}

// A Drift is a deviation that did not do what its author had in mind: the run has
// drifted away from the one it was made for.
type Drift struct {
	Deviation Deviation
	Of        uint64 // how many answers there were, too few; 0 if never asked
}

// String tells the deviation and what became of it.
func (d Drift) String() string {
	if d.Of == 0 {
		return d.Deviation.String() + " was never asked"
	}
	return fmt.Sprintf("%v was asked with %d answers, and got %d", d.Deviation, d.Of, d.Of-1)
}

// Drift reports, in the order given, the deviations never asked so far and those
// that did not fit. After a faithful replay there are none.
func (s *Source) Drift() []Drift {
	if s.detour == nil || s.detour.overrides == nil {
		return nil
	}
	return s.detour.overrides.drift()
}

// overrides are the deviations given to one source, and what became of each.
type overrides struct {
	list  []Deviation
	fates []fate
	at    map[Key]int // index of the one that counts
	maybe filter
}

// A fate is what became of a deviation: whether it was asked, and the fewest
// answers it did not fit into (0: it always fitted).
type fate struct {
	asked  bool
	misfit uint64
}

func (o *overrides) add(ds []Deviation) {
	for _, d := range ds {
		o.at[d.Key] = len(o.list)
		o.list = append(o.list, d)
		o.maybe.add(d.Key)
	}
	o.fates = append(o.fates, make([]fate, len(ds))...)
}

// answer is nil-safe: without overrides nothing is overridden.
func (o *overrides) answer(k Key, of uint64) (a uint64, ok bool) {
	if o == nil || !o.maybe.has(k) {
		return 0, false
	}
	i, ok := o.at[k]
	if !ok {
		return 0, false
	}
	a = o.list[i].Answer
	o.fates[i].asked = true
	if of != 0 && a >= of {
		o.fates[i].fewest(of)
		a = of - 1
	}
	return a, true
}

func (f *fate) fewest(of uint64) {
	if f.misfit == 0 || of < f.misfit {
		f.misfit = of
	}
}

func (o *overrides) drift() []Drift {
	var out []Drift
	for i, f := range o.fates {
		if !f.asked || f.misfit != 0 {
			out = append(out, Drift{o.list[i], f.misfit})
		}
	}
	return out
}

// A filter says of most keys that they are not overridden, without asking the map:
// a shrinking run asks a million keys and overrides ten. With it a draw costs 13 ns, without 35.
type filter [16]uint64

func (f *filter) add(k Key)      { i := f.bit(k); f[i>>6] |= 1 << (i & 63) }
func (f *filter) has(k Key) bool { i := f.bit(k); return f[i>>6]>>(i&63)&1 != 0 }

func (f *filter) bit(k Key) uint64 {
	return fold(k.ID^pi3, (k.N^uint64(k.Domain)<<56)^pi4) >> 54
}
