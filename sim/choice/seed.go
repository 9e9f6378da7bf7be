package choice

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const seedWanted = "seed wants a decimal number, 0x and 1 to 16 hexadecimal digits, or a git hash of 40 digits"

// ParseSeed reads a seed: decimal (43), hexadecimal (0x2b), or a git hash in full,
// of which it takes the first 16 digits, so that each commit in CI has a seed of its own.
// Forty digits are a git hash even if all are decimal: no 64-bit number is that long.
func ParseSeed(s string) (uint64, error) {
	if len(s) == 40 {
		return parseHash(s)
	}
	if digits, ok := cutHexPrefix(s); ok {
		return parseHex(s, digits)
	}
	return parseDecimal(s)
}

// FormatSeed prints a seed so that ParseSeed reads it back: decimal while a person
// can keep it in mind, else as 16 hexadecimal digits, which for a git hash are its first.
func FormatSeed(seed uint64) string {
	if seed < 1e9 {
		return strconv.FormatUint(seed, 10)
	}
	return fmt.Sprintf("0x%016x", seed)
}

func cutHexPrefix(s string) (digits string, ok bool) {
	if digits, ok = strings.CutPrefix(s, "0x"); !ok {
		digits, ok = strings.CutPrefix(s, "0X")
	}
	return digits, ok
}

func parseHash(s string) (uint64, error) {
	if !allHex(s) {
		return 0, fmt.Errorf("%s; %q has 40 characters, but not all are hexadecimal digits", seedWanted, s)
	}
	return strconv.ParseUint(s[:16], 16, 64)
}

func parseHex(s, digits string) (uint64, error) {
	if !allHex(digits) || digits == "" {
		return 0, fmt.Errorf("%s, not %q", seedWanted, s)
	}
	if len(digits) > 16 {
		return 0, fmt.Errorf("%s; %q has %d digits", seedWanted, s, len(digits))
	}
	return strconv.ParseUint(digits, 16, 64)
}

// parseDecimal knows the mistakes people make: a number too long, a git hash cut
// short, 0x forgotten.
func parseDecimal(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%s; %q is more than 64 bits", seedWanted, s)
	case s != "" && allHex(s):
		return 0, fmt.Errorf("%s; %q is hexadecimal: is 0x missing, or the rest of a git hash (it has %d digits)?", seedWanted, s, len(s))
	}
	return 0, fmt.Errorf("%s, not %q", seedWanted, s)
}

func allHex(s string) bool {
	return strings.Trim(s, "0123456789abcdefABCDEF") == ""
}
