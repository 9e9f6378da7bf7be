package scenarios

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim/plan"
)

// A Token is a run in one word: what a failure ends with and a replay begins with. It names the scenario by
// its digest, so that a replay can find the file, or say that it was edited.
type Token struct {
	Scenario Sum
	Seed     uint64
	For      time.Duration // how long the run lasts, if not as long as the file says; else 0
	Hash     uint32        // the first half of the run's hash, to tell whether a replay is the same run; 0: not said

	Plan *plan.Plan // of a run that is more than its seed: then Seed and For are the plan's; else nil
}

// HashStart is the part of a run's hash that a Token holds. It is never 0.
func HashStart(hash uint64) uint32 { return max(1, uint32(hash>>32)) }

// tokenVersion is the version of tokens that Format writes and ParseToken reads.
const tokenVersion = 1

// What the low half of a token's first byte says is in it.
const (
	tokenFor byte = 1 << iota
	tokenHash
	tokenFlags // those above
)

// Format prints the token: letters and digits only, so that a double click takes all of it. ParseToken reads it back.
func (t Token) Format() string {
	if t.Plan != nil {
		return plan.Token{Plan: *t.Plan, Program: t.Scenario.number(), Hash: t.Hash}.Format()
	}
	b := []byte{tokenVersion << 4}
	b = append(b, t.Scenario[:]...)
	b = binary.AppendUvarint(b, t.Seed)
	if t.For > 0 {
		b[0] |= tokenFor
		b = binary.AppendUvarint(b, uint64(t.For))
	}
	if t.Hash != 0 {
		b[0] |= tokenHash
		b = binary.BigEndian.AppendUint32(b, t.Hash)
	}
	sum := crc24(b)
	return encode32(append(b, byte(sum>>16), byte(sum>>8), byte(sum)))
}

// String prints the token.
func (t Token) String() string { return t.Format() }

// The shortest and the longest token, in bytes.
const (
	tokenLeast = 1 + len(Sum{}) + 1 + 3
	tokenMost  = 1 + len(Sum{}) + binary.MaxVarintLen64 + binary.MaxVarintLen64 + 4 + 3
)

// planVersion is the version of tokens that package plan writes.
const planVersion = 2

// isPlanned tells a token of a plan by its first character, which says the version.
func isPlanned(text string) bool {
	plain := plain32(text)
	return plain != "" && strings.IndexByte(alphabet, plain[0])>>1 == planVersion
}

// plannedToken reads a token of a plan.
func plannedToken(text string) (Token, error) {
	t, err := plan.ParseToken(text)
	if err == nil && t.Program>>40 != 0 {
		err = errors.New("not a replay token of a scenario: what it says makes no sense")
	}
	if err != nil {
		return Token{}, err
	}
	return Token{Scenario: sumOf(t.Program), Seed: t.Plan.Seed, For: t.Plan.For, Hash: t.Hash, Plan: &t.Plan}, nil
}

// ParseToken reads a token. Small letters do as well, O is taken for 0, I and L for 1; blanks and dashes are
// passed over. The checksum finds every single mistyped character and every pair that was swapped, and of
// other mistakes all but one in sixteen millions.
func ParseToken(text string) (Token, error) {
	if isPlanned(text) {
		return plannedToken(text)
	}
	b, err := decode32(text)
	if err != nil {
		return Token{}, fmt.Errorf("not a replay token: %w", err)
	}
	switch {
	case len(b) < tokenLeast:
		return Token{}, errors.New("not a replay token: it is too short; is its end missing?")
	case len(b) > tokenMost:
		return Token{}, errors.New("not a replay token: it is too long")
	}
	body, end := b[:len(b)-3], b[len(b)-3:]
	sum := crc24(body)
	if !bytes.Equal(end, []byte{byte(sum >> 16), byte(sum >> 8), byte(sum)}) {
		return Token{}, errors.New("not a replay token: its checksum is wrong; a character is mistyped, missing or too many")
	}
	if v := body[0] >> 4; v != tokenVersion {
		return Token{}, fmt.Errorf("a replay token of version %d; this program reads version %d", v, tokenVersion)
	}
	return tokenBody(body, text)
}

// tokenBody reads what stands before the checksum.
func tokenBody(body []byte, text string) (Token, error) {
	var t Token
	flags := body[0] & 15
	rest := body[1+copy(t.Scenario[:], body[1:]):]
	seed, n := binary.Uvarint(rest)
	t.Seed, rest = seed, rest[max(n, 0):]
	if flags&tokenFor != 0 {
		d, n := binary.Uvarint(rest)
		t.For, rest = time.Duration(d), rest[max(n, 0):]
	}
	if flags&tokenHash != 0 && len(rest) >= 4 {
		t.Hash, rest = binary.BigEndian.Uint32(rest), rest[4:]
	}
	if len(rest) > 0 || flags >= tokenFlags || t.For < 0 || t.Format() != plain32(text) { // a token has one spelling
		return Token{}, errors.New("not a replay token: what it says makes no sense")
	}
	return t, nil
}

// crc24 is the checksum of OpenPGP (RFC 4880): it finds every burst of up to 24 wrong bits, so that
// any two neighbouring characters may be wrong.
func crc24(b []byte) uint32 {
	sum := uint32(0xb704ce)
	for _, c := range b {
		sum ^= uint32(c) << 16
		for range 8 {
			if sum <<= 1; sum&0x1000000 != 0 {
				sum ^= 0x1864cfb
			}
		}
	}
	return sum & 0xffffff
}

// alphabet is Crockford's base 32: without the letters I, L, O and U.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// encode32 writes five bits a character; the last character is filled up with zeros.
func encode32(b []byte) string {
	var out strings.Builder
	var word uint32
	var bits int
	for _, c := range b {
		word, bits = word<<8|uint32(c), bits+8
		for bits >= 5 {
			bits -= 5
			out.WriteByte(alphabet[word>>bits&31])
		}
	}
	if bits > 0 {
		out.WriteByte(alphabet[word<<(5-bits)&31])
	}
	return out.String()
}

// plain32 is text as encode32 would have written it.
func plain32(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '-' || c == ' ':
			return -1
		case c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
		}
		switch c {
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		}
		return c
	}, text)
}

// decode32 reads what encode32 writes.
func decode32(text string) ([]byte, error) {
	var out []byte
	var word uint32
	var bits int
	plain := plain32(text)
	if plain == "" {
		return nil, errors.New("it is empty")
	}
	for _, c := range plain {
		i := strings.IndexRune(alphabet, c)
		if i < 0 {
			return nil, fmt.Errorf("%q is no character of tokens, which are digits and letters without U", c)
		}
		if word, bits = word<<5|uint32(i), bits+5; bits >= 8 {
			bits -= 8
			out = append(out, byte(word>>bits))
		}
	}
	if bits >= 5 || word&(1<<bits-1) != 0 {
		return nil, errors.New("its end is not one; a character is mistyped, missing or too many")
	}
	return out, nil
}
