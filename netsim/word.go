package netsim

import (
	"fmt"
	"strings"
	"unicode"
)

// splitOutside cuts s at each sep that is not within parentheses.
func splitOutside(s string, sep byte) []string {
	var parts []string
	depth, from := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		case sep:
			if depth == 0 {
				parts = append(parts, s[from:i])
				from = i + 1
			}
		}
	}
	return append(parts, s[from:])
}

// settings reads words like loss=5% or cut, each at most once, and gives each to set
// with what is behind its =.
func settings(text, wanted string, set func(name, value string) (known bool, err error)) error {
	var seen []string
	for _, word := range splitOutside(text, ' ') {
		if word == "" {
			continue
		}
		name, value, _ := strings.Cut(word, "=")
		for _, s := range seen {
			if s == name {
				return fmt.Errorf("%s stands twice in %q", name, text)
			}
		}
		seen = append(seen, name)
		known, err := set(name, value)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !known {
			return fmt.Errorf("%q is not known; %s", word, wanted)
		}
	}
	if seen == nil {
		return fmt.Errorf("nothing was given; %s", wanted)
	}
	return nil
}

// isName says whether s can be the name of a node: letters, digits and what names of hosts
// are made of.
func isName(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_@.-:/", r) {
			return false
		}
	}
	return s != "" && s != Others && !strings.HasPrefix(s, "-")
}
