package scenariotest

import (
	"regexp"
	"slices"
	"strings"
)

// Damage makes one to three mistakes in a file, of the kinds people and disks make. The file may still be valid.
func Damage(choose Choose, src []byte) []byte {
	text := string(src)
	for range 1 + choose(3) {
		if text != "" {
			text = damages[choose(len(damages))](choose, text)
		}
	}
	return []byte(text)
}

// damages are the kinds of mistakes.
var damages = []func(Choose, string) string{
	deleteByte, insertByte, flipByte, cutOff,
	deleteLine, doubleLine, swapLines, indentLine,
	misspell, swapWords, loseUnit, strangeWord,
}

func deleteByte(choose Choose, s string) string {
	i := choose(len(s))
	return s[:i] + s[i+1:]
}

func insertByte(choose Choose, s string) string {
	i := choose(len(s) + 1)
	return s[:i] + odd[choose(len(odd))] + s[i:]
}

// odd is what means something to YAML, to conditions or to terminals.
var odd = []string{"\t", "\r", "\r\n", "\n", " ", ":", ": ", ",", "[", "]", "{", "}", "'", "\"", "#", " #", "&a ", "*a", "!", "!!int ", "|", ">", "%", "@", "-", "- ", "?", "<<: ", "---\n", "...\n", "~", "\x00", "\x1b[31m", "\xff", "\u00e9", "\u6f22", "\U0001f600", "\u2028", "\ufeff", "\u0301"}

func flipByte(choose Choose, s string) string {
	i := choose(len(s))
	return s[:i] + string([]byte{s[i] ^ 1<<choose(8)}) + s[i+1:]
}

func cutOff(choose Choose, s string) string { return s[:choose(len(s))] }

func lines(s string) []string { return strings.SplitAfter(s, "\n") }

func deleteLine(choose Choose, s string) string {
	l := lines(s)
	i := choose(len(l))
	return strings.Join(slices.Delete(l, i, i+1), "")
}

func doubleLine(choose Choose, s string) string {
	l := lines(s)
	i := choose(len(l))
	return strings.Join(slices.Insert(l, choose(len(l)), l[i]), "")
}

func swapLines(choose Choose, s string) string {
	l := lines(s)
	i, j := choose(len(l)), choose(len(l))
	l[i], l[j] = l[j], l[i]
	return strings.Join(l, "")
}

func indentLine(choose Choose, s string) string {
	l := lines(s)
	i := choose(len(l))
	if strings.HasPrefix(l[i], "  ") && choose(2) == 1 {
		l[i] = l[i][1+choose(2):]
	} else {
		l[i] = []string{" ", "  ", "\t"}[choose(3)] + l[i]
	}
	return strings.Join(l, "")
}

var (
	word   = regexp.MustCompile(`[A-Za-z_]+`)
	united = regexp.MustCompile(`[0-9](ns|us|ms|s|m|h|d|%|k|M)\b`)
)

// replace puts the result of f in the place of a match of re.
func replace(choose Choose, s string, re *regexp.Regexp, f func(string) string) string {
	all := re.FindAllStringIndex(s, -1)
	if len(all) == 0 {
		return s
	}
	m := all[choose(len(all))]
	return s[:m[0]] + f(s[m[0]:m[1]]) + s[m[1]:]
}

func misspell(choose Choose, s string) string {
	return replace(choose, s, word, func(w string) string {
		i := choose(len(w))
		switch choose(3) {
		case 0:
			return w[:i] + w[i+1:]
		case 1:
			return w[:i] + w[i:i+1] + w[i:]
		}
		return w[:i] + "x" + w[i+1:]
	})
}

func swapWords(choose Choose, s string) string {
	all := word.FindAllString(s, -1)
	if len(all) == 0 {
		return s
	}
	other := all[choose(len(all))]
	return replace(choose, s, word, func(string) string { return other })
}

func loseUnit(choose Choose, s string) string {
	return replace(choose, s, united, func(m string) string { return m[:1] })
}

func strangeWord(choose Choose, s string) string {
	strange := []string{"null", "true", "-1", "0", "1e9", "99999999999999999999", "[]", "{}", "[a, b]", "{a: b}", "/**/**/*", "room[99]", "any", "exp(0s)", "1s..", "..", "'", "infinity", "((((", "!!!!", strings.Repeat("(", 300), strings.Repeat("[", 300)}
	return replace(choose, s, word, func(string) string { return strange[choose(len(strange))] })
}
