package scenarios

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim/plan"
)

// A Token is a run in one word: what a failure ends with and a replay begins with. It names the scenario by
// its digest, so that a replay can find the file, or say that it was edited.
type Token struct {
	Scenario Sum
	Seed     uint64
	For      time.Duration // how long the run lasts, if not as long as the file says; else 0
	Policy   Policy        // who runs next, if not as the file says; else ""
	Hash     uint32        // the first half of the run's hash, to tell whether a replay is the same run; 0: not said

	Plan *plan.Plan // of a run that is more than its seed: then Seed and For are the plan's; else nil
}

// HashStart is the part of a run's hash that a Token holds. It is never 0.
func HashStart(hash uint64) uint32 { return plan.HashStart(hash) }

// The versions of tokens, the high half of the first byte.
const (
	seedToken   = 1 // a seed and no plan
	planToken   = 2 // package plan's
	policyToken = 3 // a policy, and then what package plan's has
)

// What the low half of the first byte of a seedToken says is in it.
const (
	tokenFor byte = 1 << iota
	tokenHash
	tokenPolicy
	tokenFlags // those above
)

// mostPolicy is how long the text of a policy may be.
const mostPolicy = 100

// Format prints the token: letters and digits only, so that a double click takes all of it. ParseToken reads it back.
func (t Token) Format() string {
	if t.Plan != nil {
		return t.formatPlan()
	}
	b := []byte{seedToken << 4}
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
	if t.Policy != "" {
		b[0] |= tokenPolicy
		b = append(b, t.Policy...)
	}
	return plan.Letters(plan.Seal(b))
}

// formatPlan prints package plan's token, and puts the policy before it if there is one.
func (t Token) formatPlan() string {
	text := plan.Token{Plan: *t.Plan, Program: t.Scenario.Number(), Hash: t.Hash}.Format()
	if t.Policy == "" {
		return text
	}
	sealed, _ := plan.FromLetters(text)
	body, _ := plan.Unseal(sealed)
	b := []byte{policyToken << 4, byte(len(t.Policy))}
	b = append(b, t.Policy...)
	return plan.Letters(plan.Seal(append(b, body...)))
}

// String prints the token.
func (t Token) String() string { return t.Format() }

// The shortest and the longest seedToken, in bytes.
const (
	tokenLeast = 1 + len(Sum{}) + 1 + 3
	tokenMost  = 1 + len(Sum{}) + binary.MaxVarintLen64 + binary.MaxVarintLen64 + 4 + mostPolicy + 3
)

var errNonsense = errors.New("not a replay token: what it says makes no sense")

// ParseToken reads a token. Small letters do as well, O is taken for 0, I and L for 1; blanks and dashes are
// passed over. The checksum finds every single mistyped character and every pair that was swapped, and of
// other mistakes all but one in sixteen millions.
func ParseToken(text string) (Token, error) {
	if len(text) > 2*plan.LongestToken {
		return Token{}, errors.New("not a replay token: it is too long")
	}
	b, err := plan.FromLetters(text)
	switch {
	case err != nil:
		return Token{}, fmt.Errorf("not a replay token: %w", err)
	case b[0]>>4 == planToken:
		return plannedToken(text)
	case len(b) < tokenLeast:
		return Token{}, errors.New("not a replay token: it is too short; is its end missing?")
	case b[0]>>4 == seedToken && len(b) > tokenMost:
		return Token{}, errors.New("not a replay token: it is too long")
	}
	body, ok := plan.Unseal(b)
	if !ok {
		return Token{}, errors.New("not a replay token: its checksum is wrong; a character is mistyped, missing or too many")
	}
	var t Token
	switch v := body[0] >> 4; v {
	case seedToken:
		t, ok = seedBody(body)
	case policyToken:
		t, ok = policyBody(body)
	default:
		return Token{}, fmt.Errorf("a replay token of version %d; this program reads the versions up to %d", v, policyToken)
	}
	if !ok || t.Format() != plan.PlainLetters(text) { // a token has one spelling
		return Token{}, errNonsense
	}
	return t, nil
}

// seedBody reads what stands before the checksum of a seedToken.
func seedBody(body []byte) (t Token, ok bool) {
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
	if flags&tokenPolicy != 0 {
		t.Policy, rest = Policy(rest), nil
	}
	return t, len(rest) == 0 && flags < tokenFlags && t.For >= 0 && (t.Policy == "" || t.Policy.canonical())
}

// policyBody reads what stands before the checksum of a policyToken.
func policyBody(body []byte) (Token, bool) {
	n := 2 + int(body[1])
	if body[0]&15 != 0 || len(body) < n {
		return Token{}, false
	}
	t, err := plannedToken(plan.Letters(plan.Seal(body[n:])))
	t.Policy = Policy(body[2:n])
	return t, err == nil && t.Policy.canonical()
}

// plannedToken reads a token of package plan.
func plannedToken(text string) (Token, error) {
	t, err := plan.ParseToken(text)
	if err == nil && t.Program>>40 != 0 {
		err = errNonsense
	}
	if err != nil {
		return Token{}, err
	}
	return Token{Scenario: sumOf(t.Program), Seed: t.Plan.Seed, For: t.Plan.For, Hash: t.Hash, Plan: &t.Plan}, nil
}
