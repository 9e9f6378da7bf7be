package scheduler

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func genPolicy() *rapid.Generator[Policy] {
	return rapid.Custom(func(t *rapid.T) Policy {
		return rapid.OneOf(
			rapid.SampledFrom([]Policy{FIFO{}, Random{}, POS{}, Portfolio{}}),
			rapid.Custom(func(t *rapid.T) Policy {
				return PCT{rapid.IntRange(0, MaxDepth).Draw(t, "depth"), rapid.IntRange(0, MaxSteps).Draw(t, "steps")}
			}),
			rapid.Custom(func(t *rapid.T) Policy { return Timed{Time(rapid.Int64Range(0, int64(MaxSlack)).Draw(t, "slack"))} }),
		).Draw(t, "policy")
	})
}

func TestParsePolicy_roundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPolicy().Draw(t, "policy")
		if got, err := ParsePolicy(fmt.Sprint(p)); got != p {
			t.Fatalf("%v is read as %v, %v", p, got, err)
		}
	})
}

func TestParsePolicy(t *testing.T) {
	for text, want := range map[string]Policy{
		"fifo":                      FIFO{},
		" random ":                  Random{},
		"pct":                       PCT{},
		"pct(depth=3)":              PCT{Depth: 3},
		"pct(steps=1000)":           PCT{Steps: 1000},
		"pct ( steps=5,depth = 2 )": PCT{Depth: 2, Steps: 5},
		"pos":                       POS{},
		"timed(slack=100ms)":        Timed{Time(100 * time.Millisecond)},
		"timed(slack=0s)":           Timed{},
		"timed(slack=24h)":          Timed{MaxSlack},
		"portfolio":                 Portfolio{},
	} {
		if got, err := ParsePolicy(text); got != want || err != nil {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
}

func TestParsePolicy_errors(t *testing.T) {
	const all = "possible are fifo, random, pct, pos, timed, portfolio"
	for text, want := range map[string]string{
		"":                             `there is no policy ""; ` + all,
		"ptc":                          `there is no policy "ptc"; did you mean "pct"?`,
		"PCT":                          `there is no policy "PCT"; did you mean "pct"?`,
		"randm":                        `there is no policy "randm"; did you mean "random"?`,
		"portfolios":                   `did you mean "portfolio"?`,
		"whatever":                     `there is no policy "whatever"; ` + all,
		"fifo(depth=1)":                `fifo has no parameters`,
		"pct(dept=3)":                  `pct has no parameter "dept"; did you mean "depth"?`,
		"pct(slack=3)":                 `pct has no parameter "slack"; possible are depth, steps`,
		"pct(depth=0)":                 `depth wants a number from 1 to 16, not "0"`,
		"pct(depth=17)":                `depth wants a number from 1 to 16, not "17"`,
		"pct(depth=many)":              `depth wants a number from 1 to 16, not "many"`,
		"pct(steps=-1)":                `steps wants a number from 1 to 1073741824, not "-1"`,
		"pct(steps=99999999999999999)": `steps wants a number`,
		"pct(depth=1, depth=2)":        `depth is given twice`,
		"pct(depth=1":                  `the closing parenthesis is missing`,
		"pct(depth=1) x":               `the closing parenthesis is missing`,
		"pct()":                        `there is nothing in the parentheses: leave them out`,
		"pct(3)":                       `a parameter is name=value, not "3"`,
		"pct(depth=)":                  `a parameter is name=value, not "depth="`,
		"pct(depth=1,)":                `a parameter is name=value, not ""`,
		"pct(a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1)": `no policy has so many parameters`,
		"timed":                    `timed wants a slack, as in timed(slack=100ms)`,
		"timed(slack=5)":           `slack wants a duration from 0s to 24h, as 100ms, not "5"`,
		"timed(slack=-1s)":         `slack wants a duration from 0s to 24h`,
		"timed(slack=25h)":         `slack wants a duration from 0s to 24h`,
		"timed(slak=1s)":           `did you mean "slack"?`,
		strings.Repeat("x", 1<<16): `there is no policy "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"; ` + all,
	} {
		p, err := ParsePolicy(text)
		if p != nil || err == nil || !strings.HasPrefix(err.Error(), "policy ") ||
			!strings.Contains(err.Error(), want) || len(err.Error()) > 300 {
			t.Errorf("%.40q is %v, %v; want %s", text, p, err, want)
		}
	}
}

// Numbers that a policy cannot have count as the nearest that it can, and print so.
func TestPolicies_limits(t *testing.T) {
	for p, want := range map[Policy]string{
		PCT{Depth: -1, Steps: -1}:        "pct",
		PCT{Depth: 99, Steps: 1<<31 - 1}: "pct(depth=16, steps=1073741824)",
		Timed{-1}:                        "timed(slack=0s)",
		Timed{never}:                     "timed(slack=24h0m0s)",
	} {
		if got := fmt.Sprint(p); got != want {
			t.Errorf("%#v prints as %s, not %s", p, got, want)
		}
		if _, err := ParsePolicy(want); err != nil {
			t.Error(err)
		}
	}
}

func FuzzParsePolicy(f *testing.F) {
	for _, p := range explorers {
		f.Add(fmt.Sprint(p))
	}
	f.Add("pct(depth=3,steps=")
	f.Add("timed(slack=1h2m3.4s, slack=0)")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePolicy(text)
		switch {
		case err != nil:
			if p != nil || len(err.Error()) > 600 {
				t.Fatalf("%q: %v, %v", text, p, err)
			}
			return
		case p == nil:
			t.Fatalf("%q: neither policy nor error", text)
		}
		if again, err := ParsePolicy(fmt.Sprint(p)); again != p {
			t.Fatalf("%q is %v, and that %v, %v", text, p, again, err)
		}
	})
}

func ExampleParsePolicy() {
	p, _ := ParsePolicy("pct(steps=1000, depth=3)")
	fmt.Println(p)
	_, err := ParsePolicy("pct(dept=3)")
	fmt.Println(err)
	// Output:
	// pct(depth=3, steps=1000)
	// policy "pct(dept=3)": pct has no parameter "dept"; did you mean "depth"?
}
