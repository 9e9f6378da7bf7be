package plan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"pgregory.net/rapid"
)

// What is printed is read as the same plan, with comments, blank lines and other line ends too, and prints the same.
func TestText_roundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		text := p.Format()
		comment := rapid.StringMatching(`[^\n\r]*`).Draw(t, "comment")
		for _, spelled := range []string{
			text, strings.ReplaceAll(text, "\n", "\r\n"), strings.ReplaceAll(text, "\n", " \t# "+comment+"\n\n"), "# first\n\n" + text,
			p.Annotate(func(d choice.Deviation) string { return "it says\n" + comment + d.String() }),
		} {
			q, err := plan.Parse(spelled)
			if err != nil || !q.Equal(p) || q.Format() != text {
				t.Fatalf("%+v prints as\n%s\nand is read as %+v, %v", p, spelled, q, err)
			}
		}
	})
}

func TestText_golden(t *testing.T) {
	p := plan.Plan{
		Dull: true, Without: []int{5, 2}, For: 1500 * time.Millisecond,
		Deviations: []choice.Deviation{{Key: key(choice.Latency, 0xdeadbeef, 3), Answer: 7}, {Key: key(choice.Order, 1, 2), Answer: 3}},
	}
	const want = `bedlam plan 1
dull
for 1.5s
without 2
without 5
order/0000000000000001/2=3 # it waits
latency/00000000deadbeef/3=7
`
	got := p.Annotate(func(d choice.Deviation) string {
		if d.Key.Domain == choice.Order {
			return "it\n waits "
		}
		return ""
	})
	if got != want {
		t.Errorf("%s", got)
	}
	if got := p.String(); got != "dull, 2 deviations, 2 left out, for 1.5s" {
		t.Error(got)
	}
	if got := (plan.Plan{Seed: 42}).Format(); got != "bedlam plan 1\nseed 42\n" {
		t.Errorf("%q", got)
	}
}

// Each mistake is told with its place, and what was probably meant.
func TestParse_mistakes(t *testing.T) {
	const head = "bedlam plan 1\n"
	for text, want := range map[string]string{
		"":                                  `1:1: the text is empty; a plan begins with the line "bedlam plan 1"`,
		"# nothing\n\n":                     `2:1: the text is empty`,
		"hello\n":                           `1:1: a plan begins with the line "bedlam plan 1", not with "hello"`,
		"bedlam plan 2\ndull":               `1:13: a plan of form "2"`,
		head:                                `1:1: who answers the draws?`,
		head + "dul\n":                      `2:1: what is "dul"? did you mean "dull"?`,
		head + "  sede 4":                   `2:3: what is "sede"? did you mean "seed"?`,
		head + "xylophone":                  `2:1: what is "xylophone"? a line is dull, seed N`,
		head + "latency":                    `2:1: a deviation is domain/identity/n=answer`,
		head + "seed":                       `2:5: seed wants a number`,
		head + "seed x":                     `2:6: seed wants a decimal number`,
		head + "dull 4":                     `2:6: "4" is too much`,
		head + "seed 4 5":                   `2:8: "5" is too much`,
		head + "seed 4\nseed 5":             `3:1: seed again; it stands on line 2`,
		head + "seed 4\ndull":               `3:1: a plan is dull or has a seed; the seed stands on line 2`,
		head + "dull\nseed 4":               `3:1: a plan is dull or has a seed; dull stands on line 2`,
		head + "dull\nfor 3":                `3:5: for wants how long, such as 1.5s, not "3"`,
		head + "dull\nfor -3s":              `3:5: for wants how long`,
		head + "dull\nwithout -1":           `3:9: without wants a place, counted from 0, not "-1"`,
		head + "dull\nwithout 9999999999":   `3:9: place "9999999999" is too large`,
		head + "dull\nwithout 1\nwithout 1": `4:9: place 1 is left out already, on line 3`,
		head + "dull\nlatncy/00000000deadbeef/3=7":                        `3:1: there is no domain "latncy"; did you mean "latency"?`,
		head + "dull\nlatency/deadbeef/3=7":                               `3:9: an identity is 16 hexadecimal digits in small letters, not "deadbeef"`,
		head + "dull\nlatency/00000000DEADBEEF/3=7":                       `3:9: an identity is`,
		head + "dull\nlatency/00000000deadbeef/x=7":                       `3:26: a decimal number is wanted here, not "x"`,
		head + "dull\nlatency/00000000deadbeef/3=07":                      `3:28: a decimal number is wanted here, not "07"`,
		head + "dull\nlatency/00000000deadbeef/3":                         `3:27: the answer is missing`,
		head + "dull\nlatency=3":                                          `3:1: a deviation is domain/identity/n=answer`,
		head + "dull\n\tlatency/00000000deadbeef/3=7 8":                   `3:31: "8" is too much: a comment begins with #`,
		head + "dull\ntie/00000000deadbeef/3=7\ntie/00000000deadbeef/3=8": `4:1: tie/00000000deadbeef/3 is answered on line 3 already`,
		head + "dull\n# ä\nö ü":                                           `4:1: what is "ö"?`,
		head + "dull\nwithout ü x":                                        `3:11: "x" is too much`,
		head + "dull ü":                                                   `2:6: "ü" is too much`,
	} {
		p, err := plan.Parse(text)
		var ms plan.Mistakes
		if !errors.As(err, &ms) || !strings.HasPrefix(ms[0].Error(), want) {
			t.Errorf("%q: %v, %v; want %s", text, p, err, want)
		}
	}
}

// All mistakes are told, up to a number.
func TestParse_manyMistakes(t *testing.T) {
	_, err := plan.Parse("bedlam plan 1\ndul\nfro 3s\n")
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Error(err)
	}
	_, err = plan.Parse("bedlam plan 1\n" + strings.Repeat("what\n", 100_000))
	if n := strings.Count(fmt.Sprint(err), "\n"); n != 19 {
		t.Error(n, "line breaks")
	}
}

// What is read prints as text that means the same, and mistakes lie within the text.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "bedlam plan 1\ndull\n", "bedlam plan 1\nseed 0x2b\nfor 1.5s\nwithout 3\nlatency/00000000deadbeef/3=7 # late\n",
		"bedlam plan 1\ndull\ndomain200/ffffffffffffffff/18446744073709551615=18446744073709551615", "bedlam plan 1\n\xff\xfe/=", "bedlam plan 1\ndull\nfor 9223372036854775807ns",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := plan.Parse(s)
		var ms plan.Mistakes
		if errors.As(err, &ms) {
			lines := strings.Count(s, "\n") + 1
			for _, m := range ms {
				if m.Line < 1 || m.Line > lines || m.Column < 1 || m.Column > len(s)+1 {
					t.Errorf("%q: %v is not in it", s, m)
				}
			}
			return
		}
		if q, err := plan.Parse(p.Format()); err != nil || !q.Equal(p) {
			t.Errorf("%q is %+v, prints as %q, which is %+v, %v", s, p, p.Format(), q, err)
		}
	})
}
