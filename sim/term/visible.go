package term

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Visible makes text one line that can be seen: what is not printable, and what is not UTF-8, is written as Go would.
// Names and messages come from programs and may hold anything, also what would command a terminal.
func Visible(text string) string {
	plain := true
	for _, c := range text {
		plain = plain && c != utf8.RuneError && strconv.IsPrint(c)
	}
	if plain {
		return text
	}
	var b strings.Builder
	for i, c := range text {
		switch {
		case c == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case strconv.IsPrint(c):
			b.WriteRune(c)
		default:
			quoted := strconv.QuoteRune(c)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}
