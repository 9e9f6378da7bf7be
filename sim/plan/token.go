package plan

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// A Token is a plan in one word: what a failure ends with and a replay begins with. It says which program the plan is
// of, so that a replay can find it, or say that it was edited.
type Token struct {
	Plan    Plan
	Program uint64 // a digest of the program, or of the scenario
	Hash    uint32 // the first half of the run's hash, to tell whether a replay is the same run; 0: not said
}

// ShortToken is how many characters a token may have to be printed in a line. That of a shrunk plan has fewer: of three
// deviations with all that can be said of them (29 bytes each would be the most) rarely more than 130. A longer one is
// better kept as a file, by Format.
const ShortToken = 160

// LongestToken is how many characters ParseToken reads.
const LongestToken = 1 << 16

// HashStart is the part of a run's hash that a token holds. It is never 0.
func HashStart(hash uint64) uint32 { return max(1, uint32(hash>>32)) }

// Token is the plan's token for a program, by its digest, and the hash of the run; 0 if that is not known.
func (p Plan) Token(program, hash uint64) string {
	t := Token{Plan: p, Program: program}
	if hash != 0 {
		t.Hash = HashStart(hash)
	}
	return t.Format()
}

// tokenVersion is the version of tokens that Format writes and ParseToken reads. Version 1 is package scenarios': a
// seed and no plan.
const tokenVersion = 2

// What the low half of a token's first byte says is in it.
const (
	tokenSeed byte = 1 << iota
	tokenFor
	tokenHash
	tokenWithout
)

// Format prints the token: letters and digits only, so that a double click takes all of it. ParseToken reads it back,
// with a plan that is Canonical.
func (t Token) Format() string {
	p := t.Plan.Canonical()
	b := []byte{tokenVersion << 4}
	b = binary.BigEndian.AppendUint64(b, t.Program)
	if !p.Dull {
		b[0] |= tokenSeed
		b = binary.AppendUvarint(b, p.Seed)
	}
	if p.For > 0 {
		b[0] |= tokenFor
		b = binary.AppendUvarint(b, uint64(p.For))
	}
	if t.Hash != 0 {
		b[0] |= tokenHash
		b = binary.BigEndian.AppendUint32(b, t.Hash)
	}
	if len(p.Without) > 0 {
		b[0] |= tokenWithout
		b = appendPlaces(b, p.Without)
	}
	b = appendDeviations(b, p.Deviations)
	return Letters(Seal(b))
}

// String prints the token.
func (t Token) String() string { return t.Format() }

// appendPlaces writes how many places there are, and each as how far it is from the one before.
func appendPlaces(b []byte, places []int) []byte {
	b = binary.AppendUvarint(b, uint64(len(places)))
	next := 0
	for _, place := range places {
		b = binary.AppendUvarint(b, uint64(place-next))
		next = place + 1
	}
	return b
}

// appendDeviations writes deviations to the end of the token. One of the same domain and identity as the one before says so.
func appendDeviations(b []byte, ds []choice.Deviation) []byte {
	var before choice.Key
	for i, d := range ds {
		k := d.Key
		if i > 0 && k.Domain == before.Domain && k.ID == before.ID {
			b = binary.AppendUvarint(b, uint64(k.Domain)<<1|1)
		} else {
			b = binary.AppendUvarint(b, uint64(k.Domain)<<1)
			b = binary.BigEndian.AppendUint64(b, k.ID)
		}
		b = binary.AppendUvarint(b, k.N)
		b = binary.AppendUvarint(b, d.Answer)
		before = k
	}
	return b
}

// tokenLeast is the shortest token, in bytes: of the dull run.
const tokenLeast = 1 + 8 + 3

// ParseToken reads a token. Small letters do as well, O is taken for 0, I and L for 1; blanks and dashes are
// passed over. The check sum finds every single mistyped character and every two neighbours that are wrong or
// swapped, and of other mistakes all but one in sixteen millions.
func ParseToken(text string) (Token, error) {
	if len(text) > LongestToken {
		return Token{}, fmt.Errorf("not a replay token: it is too long (%d characters; %d are possible)", len(text), LongestToken)
	}
	b, err := FromLetters(text)
	switch {
	case err != nil:
		return Token{}, fmt.Errorf("not a replay token: %w", err)
	case len(b) < tokenLeast:
		return Token{}, errors.New("not a replay token: it is too short; is its end missing?")
	}
	body, ok := Unseal(b)
	if !ok {
		return Token{}, errors.New("not a replay token: its check sum is wrong; a character is mistyped, missing or too many")
	}
	if v := body[0] >> 4; v != tokenVersion {
		return Token{}, fmt.Errorf("a replay token of version %d; this is read as version %d", v, tokenVersion)
	}
	t, ok := tokenBody(body)
	if !ok || t.Format() != PlainLetters(text) { // a token has one spelling
		return Token{}, errors.New("not a replay token: what it says makes no sense")
	}
	return t, nil
}

// tokenBody reads what stands before the check sum.
func tokenBody(body []byte) (t Token, ok bool) {
	r := cursor{body[1:], true}
	flags := body[0] & 15
	t.Program = r.fixed(8)
	p := &t.Plan
	p.Dull = flags&tokenSeed == 0
	if !p.Dull {
		p.Seed = r.number()
	}
	if flags&tokenFor != 0 {
		p.For = time.Duration(r.number())
	}
	if flags&tokenHash != 0 {
		t.Hash = uint32(r.fixed(4))
	}
	if flags&tokenWithout != 0 {
		p.Without = r.places()
	}
	p.Deviations = r.deviations()
	return t, r.ok && p.For >= 0
}

// cursor is the rest of a token. ok is false when there was less of it than asked for.
type cursor struct {
	rest []byte
	ok   bool
}

func (r *cursor) number() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.rest, r.ok = nil, false
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// fixed reads a number of so many bytes.
func (r *cursor) fixed(n int) (v uint64) {
	if len(r.rest) < n {
		r.rest, r.ok = nil, false
		return 0
	}
	for _, c := range r.rest[:n] {
		v = v<<8 | uint64(c)
	}
	r.rest = r.rest[n:]
	return v
}

func (r *cursor) places() []int {
	var places []int
	next := uint64(0)
	for n := r.number(); n > 0 && r.ok; n-- {
		place := next + r.number()
		if place < next || place > math.MaxInt32 {
			r.ok = false
			break
		}
		places = append(places, int(place))
		next = place + 1
	}
	return places
}

func (r *cursor) deviations() []choice.Deviation {
	var ds []choice.Deviation
	var k choice.Key
	for len(r.rest) > 0 && r.ok {
		kind := r.number()
		if kind&1 == 0 {
			k.ID = r.fixed(8)
			k.Domain = choice.Domain(kind >> 1)
		}
		k.N = r.number()
		ds = append(ds, choice.Deviation{Key: k, Answer: r.number()})
	}
	return ds
}
