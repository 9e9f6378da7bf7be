package term

import (
	"math"
	"testing"
)

func TestOrdinal(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "0th", 1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 9: "9th", 10: "10th",
		11: "11th", 12: "12th", 13: "13th", 14: "14th", 19: "19th", 20: "20th", 21: "21st", 22: "22nd", 23: "23rd",
		101: "101st", 102: "102nd", 111: "111th", 112: "112th", 113: "113th", 121: "121st", 1011: "1011th", 1103: "1103rd",
		math.MaxUint64: "18446744073709551615th",
	} {
		if got := Ordinal(n); got != want {
			t.Errorf("Ordinal(%d) = %q, want %q", n, got, want)
		}
		if got := Ordinal(int(n)); n <= math.MaxInt && got != want {
			t.Errorf("of an int: Ordinal(%d) = %q, want %q", n, got, want)
		}
	}
}
