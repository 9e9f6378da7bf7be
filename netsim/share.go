package netsim

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Share is a part of a whole, in millionths: 5% is 50,000. As a probability
// it is exact to a millionth.
type Share int32

// All is the whole.
const All Share = 1_000_000

// String prints 5%, 0.5%, 0.0001%.
func (s Share) String() string {
	return fmt.Sprintf("%d%s%%", s/10_000, decimals(int64(s%10_000), 10_000))
}

// ParseShare reads 5%, 0.05, 1/20 or 50ppm. It must be a whole number of
// millionths, and not more than all.
func ParseShare(text string) (Share, error) {
	number, unit := text, int64(All)
	if n, ok := strings.CutSuffix(text, "%"); ok {
		number, unit = n, 10_000
	} else if n, ok := strings.CutSuffix(text, "ppm"); ok {
		number, unit = n, 1
	}
	millionths, ok := fraction(number)
	if !ok {
		return 0, fmt.Errorf("share wants something like 5%%, 0.05, 1/20 or 50ppm, not %q", text)
	}
	millionths.Mul(millionths, new(big.Rat).SetInt64(unit))
	if millionths.Cmp(new(big.Rat).SetInt64(int64(All))) > 0 {
		return 0, tooLarge(text, unit)
	}
	if !millionths.IsInt() {
		return 0, fmt.Errorf("share %q is finer than a millionth", text)
	}
	return Share(millionths.Num().Int64()), nil
}

func tooLarge(text string, unit int64) error {
	if unit == int64(All) && !strings.Contains(text, "/") {
		return fmt.Errorf("share %q is above 1; did you mean %s%%?", text, text)
	}
	return fmt.Errorf("share %q is more than all", text)
}

// fraction reads 5, 0.05 or 1/20: no sign, no exponent, and not so long that a computer
// sweats.
func fraction(s string) (*big.Rat, bool) {
	if s == "" || len(s) > 30 || strings.Trim(s, "0123456789./") != "" {
		return nil, false
	}
	above, below, ok := strings.Cut(s, "/")
	if !ok {
		return new(big.Rat).SetString(s)
	}
	a, err1 := strconv.ParseInt(above, 10, 64)
	b, err2 := strconv.ParseInt(below, 10, 64)
	if err1 != nil || err2 != nil || b == 0 {
		return nil, false
	}
	return big.NewRat(a, b), true
}
