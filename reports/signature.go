package reports

import (
	"fmt"
	"hash/fnv"
	"strings"
)

// slugMax is how many characters of a signature a folder's name shows.
const slugMax = 48

// FolderName is the name of a folder for the failures of one signature: small letters, digits and dashes, the
// same on every machine and in every run. Different signatures, and those of other scenarios, have other names, but for
// one chance in four billion.
func FolderName(scenario, signature string) string {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s%s", len(scenario), scenario, signature)
	return slug(scenario+" "+signature) + fmt.Sprintf("-%08x", uint32(h.Sum64()>>32^h.Sum64()))
}

// slug keeps the letters and digits of ASCII, with a dash for all that stands between two of them.
func slug(text string) string {
	var b strings.Builder
	gap := false
	for _, c := range strings.ToLower(text) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(c)
			gap = false
		default:
			gap = true
		}
		if b.Len() >= slugMax {
			break
		}
	}
	if b.Len() == 0 {
		return "failure"
	}
	return b.String()
}
