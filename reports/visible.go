package reports

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// visible makes text one line that can be seen: what is not printable, and what is not UTF-8, is written as Go
// would. Names and messages come from programs and may hold anything.
func visible(text string) string { return seen(text, false) }

// visibleLines is visible for text that may have several lines.
func visibleLines(text string) string { return seen(text, true) }

func seen(text string, lines bool) string {
	var b strings.Builder
	for i, c := range text {
		switch {
		case lines && (c == '\n' || c == '\t'):
			b.WriteRune(c)
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

// clip cuts text off that is longer than some characters.
func clip(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:max(most-1, 0)]) + "…"
}

// coded writes each character of text that ok does not let through as code does.
func coded(text string, ok func(rune) bool, code string) string {
	var b strings.Builder
	for _, c := range text {
		if ok(c) {
			b.WriteRune(c)
		} else {
			fmt.Fprintf(&b, code, c)
		}
	}
	return b.String()
}

// in is a test for characters that are letters and digits of ASCII, or none of ASCII, or in a list.
func in(list string) func(rune) bool {
	return func(c rune) bool {
		return c >= utf8.RuneSelf || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.ContainsRune(list, c)
	}
}
