package scenarios

import (
	"fmt"
	"strings"
)

// suggester finds what was probably meant. It has a budget, since a file may hold thousands of unknown names beside
// thousands of known ones.
type suggester struct{ spent int }

const suggestBudget = 300_000

// nearest answers the candidate nearest to word, or "" if none is near.
func (s *suggester) nearest(word string, candidates []string) string {
	best, dist := "", 1+len(word)/3 // in words of one or two letters everything is near
	for _, c := range candidates {
		if s.spent++; s.spent > suggestBudget {
			return ""
		}
		if strings.EqualFold(c, word) {
			return c
		}
		if d := distance(word, c, dist); d < dist {
			best, dist = c, d
		}
	}
	return best
}

// meant is a hint: the nearest candidate, or else a list of what is allowed.
func (s *suggester) meant(word string, candidates []string) string {
	if near := s.nearest(word, candidates); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return allowed(candidates)
}

func allowed(candidates []string) string {
	switch n := len(candidates); {
	case n == 0:
		return "there is none"
	case n == 1:
		return "only " + candidates[0] + " is possible here"
	case n > 12:
		return fmt.Sprintf("possible are %s and %d more", strings.Join(candidates[:12], ", "), n-12)
	default:
		return "possible are " + strings.Join(candidates[:n-1], ", ") + " and " + candidates[n-1]
	}
}

// distance counts the insertions, deletions, replacements and swaps of neighbours that make b of a; anything from limit
// on is answered as limit.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit || len(a) > 100 || len(b) > 100 {
		return limit
	}
	before, last, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		least := next[0]
		for j := range len(b) {
			d := min(last[j+1]+1, next[j]+1)
			if a[i] == b[j] {
				d = min(d, last[j])
			} else {
				d = min(d, last[j]+1)
			}
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, before[j-1]+1)
			}
			next[j+1] = d
			least = min(least, d)
		}
		if least > limit {
			return limit
		}
		before, last, next = last, next, before
	}
	return min(last[len(b)], limit)
}
