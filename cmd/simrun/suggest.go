package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// suggestFlag makes an error of the flags one of the command line, with what may have been meant.
func suggestFlag(cmd *cobra.Command, err error) error {
	e := exitWith(codeUsage, "%s", strings.Replace(err.Error(), "strconv.Parse", "", 1))
	_, name, unknown := strings.Cut(err.Error(), "unknown flag: --")
	if !unknown {
		return e.because("simrun " + cmd.Name() + " --help lists the flags")
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := nearest(name, names); near != "" {
		return e.because("did you mean --" + near + "?")
	}
	return e.because("simrun " + cmd.Name() + " --help lists the flags")
}

// nearest answers the name that was probably meant; "" if none is near.
func nearest(typo string, names []string) string {
	best, _ := nearestOf(typo, names)
	return best
}

// nearestOf is nearest, and how far that is; if none is near, how far another may be.
func nearestOf(typo string, names []string) (best string, far int) {
	far = min(2+len(typo)/3, max(2, (len(typo)+1)/2)) // less than half of it is wrong
	for _, name := range names {
		if d := distance(typo, name); d < far {
			best, far = name, d
		}
	}
	return best, far
}

// distance is the edit distance of two words; two letters that changed places count once.
func distance(a, b string) int {
	before, last := []int(nil), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
