package scenarios_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// someToken draws a token of every shape.
func someToken(r *rand.Rand) scenarios.Token {
	t := scenarios.Token{Seed: r.Uint64() >> r.IntN(64)}
	for i := range t.Scenario {
		t.Scenario[i] = byte(r.Uint32())
	}
	if r.IntN(2) == 0 {
		t.For = time.Duration(1 + r.Int64()>>r.IntN(63))
	}
	if r.IntN(2) == 0 {
		t.Hash = scenarios.HashStart(r.Uint64())
	}
	if r.IntN(3) == 0 {
		t.Policy = []scenarios.Policy{"fifo", "portfolio", "pct(depth=3)", "timed(slack=1.5s)"}[r.IntN(4)]
	}
	if r.IntN(3) == 0 {
		t.Plan = somePlan(r, t)
		t.Seed = t.Plan.Seed
	}
	return t
}

// somePlan draws a plan of so long a run.
func somePlan(r *rand.Rand, t scenarios.Token) *plan.Plan {
	p := plan.Plan{Seed: t.Seed, Dull: r.IntN(2) == 0, For: t.For}
	for range r.IntN(4) {
		p.Without = append(p.Without, r.IntN(9))
		p.Deviations = append(p.Deviations, choice.Deviation{Key: choice.Key{Domain: choice.Order, ID: r.Uint64(), N: r.Uint64N(9)}, Answer: r.Uint64N(99)})
	}
	p = p.Canonical()
	return &p
}

// sameToken compares tokens.
func sameToken(a, b scenarios.Token) bool {
	if a.Plan == nil || b.Plan == nil {
		return a == b
	}
	samePlan := a.Plan.Equal(*b.Plan)
	a.Plan, b.Plan = nil, nil
	return samePlan && a == b
}

func TestTokensRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		want := someToken(r)
		text := want.Format()
		for _, spelled := range []string{text, strings.ToLower(text), " " + text + " ", text[:4] + "-" + text[4:], strings.NewReplacer("0", "o", "1", "l").Replace(text)} {
			got, err := scenarios.ParseToken(spelled)
			if err != nil || !sameToken(got, want) {
				t.Fatalf("%q: %+v, %v instead of %+v", spelled, got, err, want)
			}
		}
	}
}

const tokenAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// TestTokenTyposAreFound: every single wrong character, every pair that was swapped, every missing or doubled
// character of many tokens.
func TestTokenTyposAreFound(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	refused := func(text, typo string) {
		if text == typo {
			return
		}
		if got, err := scenarios.ParseToken(typo); err == nil {
			t.Fatalf("%q for %q is taken for %+v", typo, text, got)
		} else if !strings.Contains(err.Error(), "token") {
			t.Fatalf("%q: %v", typo, err)
		}
	}
	for range 100 {
		text := someToken(r).Format()
		for i := range text {
			for _, c := range tokenAlphabet {
				refused(text, text[:i]+string(c)+text[i+1:])
			}
			if i > 0 {
				refused(text, text[:i-1]+text[i:i+1]+text[i-1:i]+text[i+1:])
			}
			refused(text, text[:i]+text[i+1:])
			refused(text, text[:i]+text[i:i+1]+text[i:])
		}
	}
}

func TestTokenErrorsSayWhatIsWrong(t *testing.T) {
	good := scenarios.Token{Seed: 43}.Format()
	for text, want := range map[string]string{
		"":                        "it is empty",
		"hello":                   "'U'",
		good[:10]:                 "too short",
		strings.Repeat(good, 20):  "too long",
		good[:3] + "u" + good[4:]: "'U' is no character of tokens",
		good[:3] + "Z" + good[4:]: "checksum is wrong",
	} {
		if text == "hello" {
			text, want = "hullo", "'U' is no character of tokens"
		}
		if _, err := scenarios.ParseToken(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, without %q", text, err, want)
		}
	}
	if got := (scenarios.Token{Seed: 43}).Format(); got != "2000000000001AR8WPM" && len(got) > 16 {
		t.Errorf("a small seed makes a token of %d characters: %s", len(got), got)
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add(scenarios.Token{Seed: 43}.Format())
	f.Add(scenarios.Token{Seed: 1 << 63, For: time.Hour, Hash: 7}.Format())
	r := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		f.Add(someToken(r).Format())
	}
	f.Fuzz(func(t *testing.T, text string) {
		tok, err := scenarios.ParseToken(text)
		if err != nil {
			return
		}
		if again, err := scenarios.ParseToken(tok.Format()); err != nil || !sameToken(again, tok) {
			t.Fatalf("%q is %+v, which is %+v, %v", text, tok, again, err)
		}
	})
}

func TestDigest(t *testing.T) {
	base := "simrun: 1\nname: x\ntree: {id: a, children: [{id: b, start: echo.Server}]}\n"
	same := []string{
		"# a comment\n" + base,
		"name: x\nsimrun: 1\nabout: it says nothing\ntags: [a]\ntree:\n  children:\n  - start: 'echo.Server'\n    id: b\n  id: \"a\"\n",
		strings.ReplaceAll(base, "\n", "\r\n"),
		"\ufeff" + base,
	}
	for _, src := range same {
		if scenarios.Digest([]byte(src)) != scenarios.Digest([]byte(base)) {
			t.Errorf("another digest:\n%s", src)
		}
	}
	other := []string{
		strings.Replace(base, "id: b", "id: c", 1), strings.Replace(base, "name: x", "name: y", 1),
		base + "run: {for: 10s}\n", base + "expect: [always: alive(/a)]\n", "", "{", "}", base + "{", base + "\xff", "a: [b]", "a: b", "a: {b: }", "a: [[b]]",
	}
	seen := map[scenarios.Sum]string{scenarios.Digest([]byte(base)): base}
	for _, src := range other {
		sum := scenarios.Digest([]byte(src))
		if twin, twice := seen[sum]; twice {
			t.Errorf("%q and %q have the digest %v", src, twin, sum)
		}
		seen[sum] = src
	}
	seeds := base + "run: {seeds: 1..5, for: 10s}\n"
	if scenarios.Digest([]byte(seeds)) != scenarios.Digest([]byte(base+"run: {for: 10s, seeds: [7]}\n")) {
		t.Error("seeds count, but choose only which runs there are")
	}
	if got := scenarios.Digest([]byte(base)).String(); len(got) != 8 {
		t.Errorf("it prints as %q", got)
	}
}
