package netsim

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Size is a number of bytes.
type Size int64

// Rate is a number of bytes in a second.
type Rate int64

// mostBytes keeps arithmetic with sizes far from overflow.
const mostBytes = 1 << 50

var sizeUnits = []struct {
	name string
	size int64
}{{"GiB", 1 << 30}, {"GB", 1e9}, {"MiB", 1 << 20}, {"MB", 1e6}, {"KiB", 1 << 10}, {"kB", 1e3}, {"B", 1}}

// String prints the size in the largest unit that leaves no rest: 64KiB, 1MB, 1500B.
func (s Size) String() string {
	for _, u := range sizeUnits {
		if s != 0 && int64(s)%u.size == 0 {
			return strconv.FormatInt(int64(s)/u.size, 10) + u.name
		}
	}
	return "0B"
}

// ParseSize reads 64KiB, 1.5MB or 1500B.
func ParseSize(text string) (Size, error) {
	for _, u := range sizeUnits {
		number, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		n, ok := fraction(number)
		if !ok || strings.Contains(number, "/") {
			break
		}
		n.Mul(n, new(big.Rat).SetInt64(u.size))
		if n.Cmp(new(big.Rat).SetInt64(mostBytes)) > 0 {
			return 0, fmt.Errorf("size %q is too large", text)
		}
		if !n.IsInt() {
			return 0, fmt.Errorf("size %q is not a whole number of bytes", text)
		}
		return Size(n.Num().Int64()), nil
	}
	return 0, fmt.Errorf("size wants something like 64KiB, 1.5MB or 1500B, not %q", text)
}

// String prints 100MB/s.
func (r Rate) String() string { return Size(r).String() + "/s" }

// ParseRate reads 100MB/s, 64KiB/s or 9600B/s.
func ParseRate(text string) (Rate, error) {
	size, ok := strings.CutSuffix(text, "/s")
	s, err := ParseSize(size)
	if !ok || err != nil {
		return 0, fmt.Errorf("rate wants something like 100MB/s, 64KiB/s or 9600B/s, not %q", text)
	}
	return Rate(s), nil
}
