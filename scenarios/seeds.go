package scenarios

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// Seeds are the seeds a scenario runs with, in order.
type Seeds struct{ Ranges []SeedRange }

// SeedRange is the seeds from First to Last, both included.
type SeedRange struct{ First, Last uint64 }

// String prints 1..200, or 7 for a range of one.
func (x SeedRange) String() string {
	if x.First == x.Last {
		return strconv.FormatUint(x.First, 10)
	}
	return fmt.Sprintf("%d..%d", x.First, x.Last)
}

// Len is how many seeds there are.
func (s Seeds) Len() int {
	n := 0
	for _, x := range s.Ranges {
		n += int(x.Last-x.First) + 1
	}
	return n
}

// All yields the seeds in order.
func (s Seeds) All() iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for _, x := range s.Ranges {
			for seed := x.First; ; seed++ {
				if !yield(seed) {
					return
				}
				if seed == x.Last {
					break
				}
			}
		}
	}
}

// String prints 1..200, or a list: [1, 7, 20..30].
func (s Seeds) String() string {
	if len(s.Ranges) == 1 && s.Ranges[0].First != s.Ranges[0].Last {
		return s.Ranges[0].String()
	}
	texts := make([]string, len(s.Ranges))
	for i, x := range s.Ranges {
		texts[i] = x.String()
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// ParseSeeds reads a count (50: the seeds 1 to 50), a range (1..200) or a list of seeds and ranges ([1, 7, 20..30]).
func ParseSeeds(text string) (Seeds, error) {
	if inner, ok := strings.CutPrefix(text, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		if !ok {
			return Seeds{}, flawed("", "%q has no closing bracket", text)
		}
		var s Seeds
		for item := range strings.SplitSeq(inner, ",") {
			x, bad := parseSeedRange(strings.TrimSpace(item))
			if bad != nil {
				return Seeds{}, bad
			}
			s.Ranges = append(s.Ranges, x)
		}
		return s, nil
	}
	x, bad := parseSeedCount(text)
	return Seeds{[]SeedRange{x}}, bad.asError()
}

// parseSeedCount reads a count or a range: what stands where no list does.
func parseSeedCount(text string) (SeedRange, *flaw) {
	if strings.Contains(text, "..") {
		return parseSeedRange(text)
	}
	n, bad := parseCount(text)
	switch {
	case bad != nil && bad.code == "":
		return SeedRange{}, flawed("seeds look like 1..200 (a range), 50 (how many) or [1, 7] (a list)", "%q does not say which seeds", text)
	case bad == nil && (n == 0 || n > maxSeeds):
		bad = &flaw{code: OutOfRange, text: fmt.Sprintf("%s seeds are not possible", text), hint: "at least 1, at most " + FormatCount(maxSeeds)}
	}
	return SeedRange{1, uint64(n)}, bad
}

// parseSeedRange reads a range or one seed: what stands in a list.
func parseSeedRange(text string) (SeedRange, *flaw) {
	a, b, two := strings.Cut(text, "..")
	first, bad := parseSeed(a)
	if !two || bad != nil {
		return SeedRange{first, first}, bad
	}
	last, bad := parseSeed(b)
	switch {
	case bad != nil:
	case last < first:
		bad = flawed(fmt.Sprintf("did you mean %s..%s?", b, a), "%q ends before it begins", text)
	case last-first >= maxSeeds:
		bad = &flaw{code: OutOfRange, text: fmt.Sprintf("%q is more than %s seeds", text, FormatCount(maxSeeds))}
	}
	return SeedRange{first, last}, bad
}

// maxSeeds is how many seeds one range may have.
const maxSeeds = 1e9

func parseSeed(text string) (uint64, *flaw) {
	base, digits := 10, text
	if hex, ok := strings.CutPrefix(text, "0x"); ok {
		base, digits = 16, hex
	}
	n, err := strconv.ParseUint(digits, base, 64)
	if err != nil {
		return 0, flawed("a seed is a whole number below 2^64, as in 7 or 0x9f31c2", "%q is not a seed", text)
	}
	return n, nil
}

// readSeeds reads the value of the key seeds: a count, a range or a list.
func readSeeds(r *reader, n *node, run *Run) bool {
	if n.kind != listNode {
		x, ok := scalar(r, n, form[SeedRange]{name: "seeds", looks: "1..200, 50 or [1, 7]", parse: parseSeedCount})
		run.Seeds = Seeds{[]SeedRange{x}}
		return ok
	}
	if len(n.items) == 0 {
		return r.wrong(n, "seeds look like 1..200 (a range), 50 (how many) or [1, 7] (a list)", "there are no seeds")
	}
	good := true
	run.Seeds = Seeds{}
	for _, item := range n.items {
		x, ok := scalar(r, item, form[SeedRange]{name: "seed", looks: "7 or 20..30", parse: parseSeedRange})
		run.Seeds.Ranges = append(run.Seeds.Ranges, x)
		good = good && ok
	}
	return good
}
