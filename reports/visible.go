package reports

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/bedlam-sim/bedlam/sim/term"
)

// visible makes text one line that can be seen.
func visible(text string) string { return term.Visible(text) }

// visibleLines is visible for text that may have several lines, with tabs.
func visibleLines(text string) string {
	var b strings.Builder
	for {
		i := strings.IndexAny(text, "\n\t")
		if i < 0 {
			b.WriteString(visible(text))
			return b.String()
		}
		b.WriteString(visible(text[:i]))
		b.WriteByte(text[i])
		text = text[i+1:]
	}
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
		return c >= utf8.RuneSelf || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' ||
			strings.ContainsRune(list, c)
	}
}
