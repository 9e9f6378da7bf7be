package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"pgregory.net/rapid"
)

func drawToken(t *rapid.T) plan.Token {
	return plan.Token{Plan: drawPlan(t), Program: rapid.Uint64().Draw(t, "program"), Hash: rapid.Uint32().Draw(t, "hash")}
}

// A token is read as what it was made of, however it is typed.
func TestToken_roundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawToken(t)
		text := want.Format()
		for _, spelled := range []string{text, strings.ToLower(text), " " + text + " ", text[:4] + "-" + text[4:], strings.NewReplacer("0", "o", "1", "l").Replace(text)} {
			got, err := plan.ParseToken(spelled)
			if err != nil || !got.Plan.Equal(want.Plan) || got.Program != want.Program || got.Hash != want.Hash || got.Format() != text {
				t.Fatalf("%q: %+v, %v instead of %+v", spelled, got, err, want)
			}
		}
		if strings.Trim(text, tokenAlphabet) != "" {
			t.Fatalf("%q is not of letters and digits", text)
		}
	})
}

const tokenAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Every single wrong character and every pair of neighbours that was swapped is found: the check sum finds all bursts of 24 bits, and
// two characters are 10. So is every missing or doubled character of these tokens, which chance would let pass once in 16 millions.
func TestToken_typosAreFound(t *testing.T) {
	refused := func(text, typo string) {
		if text == typo {
			return
		}
		if got, err := plan.ParseToken(typo); err == nil {
			t.Errorf("%q for %q is taken for %+v", typo, text, got)
		} else if !strings.Contains(err.Error(), "token") {
			t.Errorf("%q: %v", typo, err)
		}
	}
	tokens := rapid.Custom(drawToken)
	for seed := range 40 {
		text := tokens.Example(seed).Format()
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

// A shrunk plan of three deviations with all that can be said of it fits into a line: identities of any size, numbers
// as large as package sim makes them, ten places left out, half a minute.
func TestToken_isShort(t *testing.T) {
	p := plan.Plan{Dull: true, Without: []int{0, 1, 2, 3, 5, 8, 13, 21, 34, 200}, For: 31 * time.Second}
	for i, d := range []choice.Domain{choice.Order, choice.Slice, choice.Latency} {
		p.Deviations = append(p.Deviations, choice.Deviation{Key: key(d, ^uint64(i), 1<<40), Answer: 1<<30 - 1})
	}
	text := p.Token(^uint64(0), ^uint64(0))
	if len(text) > plan.ShortToken {
		t.Errorf("%d characters: %s", len(text), text)
	}
	t.Logf("%d characters: %s", len(text), text)
	got, err := plan.ParseToken(text)
	if err != nil || got.Hash != plan.HashStart(^uint64(0)) || !got.Plan.Equal(p) {
		t.Error(got, err)
	}
	if got, _ := plan.ParseToken(p.Token(7, 0)); got.Hash != 0 {
		t.Error(got.Hash)
	}
}

// What tokens are is frozen: an old one in a bug report must be read for ever.
func TestToken_golden(t *testing.T) {
	p := plan.Plan{
		Dull: true, Without: []int{1, 4}, For: 2 * time.Second,
		Deviations: []choice.Deviation{{Key: key(choice.Order, 0xdeadbeef, 3), Answer: 7}, {Key: key(choice.Order, 0xdeadbeef, 5), Answer: 1}, {Key: key(choice.Latency, 1, 300), Answer: 1 << 29}},
	}
	for want, tok := range map[string]plan.Token{
		"440J6HB7H6NWVVSB19VDM": {Plan: plan.Plan{Seed: 43}, Program: 0x0123456789abcdef},
		"5R0J6HB7H6NWVVW0N3BBJ1YAZTXBW0G10810000003FAVFQF0C3G618110000000000000DC0A08104009XVTMG": {Plan: p, Program: 0x0123456789abcdef, Hash: 0xcafebabe},
	} {
		if got := tok.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestParseToken_saysWhatIsWrong(t *testing.T) {
	good := plan.Plan{Seed: 43}.Token(1, 1)
	for text, want := range map[string]string{
		"":                                       "it is empty",
		"- -":                                    "it is empty",
		"hello u":                                "'U' is no character of tokens",
		good[:10]:                                "too short",
		good[:3] + "u" + good[4:]:                "'U' is no character of tokens",
		good[:3] + "Z" + good[4:]:                "check sum is wrong",
		good[:len(good)-1]:                       "a character is mistyped, missing or too many",
		strings.Repeat("0", plan.LongestToken+1): "too long",
		plan.Sealed([]byte{1 << 4, 0, 0, 0, 0, 0, 0, 0, 0}):            "a replay token of version 1; this is read as version 2",
		plan.Sealed([]byte{2<<4 | 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0}): "makes no sense", // seed 0 in two bytes
		plan.Sealed([]byte{2 << 4, 0, 0, 0, 0, 0, 0, 0, 0, 2}):         "makes no sense",
	} {
		if _, err := plan.ParseToken(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
}

// What follows a right check sum may still be anything: it has one spelling, or is refused, and is never larger than its length allows.
func FuzzParseToken(f *testing.F) {
	tokens := rapid.Custom(drawToken)
	for seed := range 8 {
		f.Add([]byte{}, tokens.Example(seed).Format())
	}
	f.Add([]byte{2<<4 | 9, 0, 0, 0, 0, 0, 0, 0, 0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 1, 2, 3}, "")
	f.Add([]byte{2<<4 | 15, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 2, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 3, 4}, "")
	f.Fuzz(func(t *testing.T, body []byte, s string) {
		for _, s := range []string{s, plan.Sealed(body)} {
			tok, err := plan.ParseToken(s)
			if err != nil {
				continue
			}
			if 3*len(tok.Plan.Deviations)+len(tok.Plan.Without) > len(s) {
				t.Errorf("%q is %d deviations and %d places", s, len(tok.Plan.Deviations), len(tok.Plan.Without))
			}
			again, err := plan.ParseToken(tok.Format())
			if err != nil || again.Format() != tok.Format() || !again.Plan.Equal(tok.Plan) {
				t.Errorf("%q is %+v, then %+v, %v", s, tok, again, err)
			}
		}
	})
}

// Hostile tokens cost memory in proportion to their length.
func TestParseToken_hostile(t *testing.T) {
	body := append(make([]byte, 0, 40_000), 2<<4|8, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1) // 2^64-1 places
	for len(body) < 40_000 {
		body = append(body, 0)
	}
	for _, s := range []string{plan.Sealed(body), plan.Sealed(body[:20]), strings.Repeat("Z", plan.LongestToken), strings.Repeat("-", plan.LongestToken)} {
		if tok, err := plan.ParseToken(s); err == nil {
			t.Errorf("%.40q is %+v", s, tok)
		}
	}
}
