package term

import "fmt"

// Ordinal prints 1st, 2nd, 3rd, 4th: what is told of the n-th of something.
func Ordinal[N int | uint64](n N) string {
	end := "th"
	if n%100/10 != 1 { // 11th, 12th, 13th
		switch n % 10 {
		case 1:
			end = "st"
		case 2:
			end = "nd"
		case 3:
			end = "rd"
		}
	}
	return fmt.Sprint(n) + end
}
