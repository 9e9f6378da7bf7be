package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"github.com/bedlam-sim/bedlam/scenarios"
)

// This file finds tokens: what is one is told by its checksum alone, for names and paths are letters and digits, too.

var (
	// replayLine is what stands behind a failure, as text and as JSON.
	replayLine = regexp.MustCompile(`(?:simrun replay |"replay": ?")('[^']*'|[^\s"']+)`)
	// tokenWord is a word that may be a token, wherever it stands.
	tokenWord = regexp.MustCompile(`\b[0-9A-Z]{16,}\b`)
)

// isToken tells tokens from names.
func isToken(word string) bool {
	_, err := scenarios.ParseToken(word)
	return err == nil
}

// firstToken is the first token of a text: of those behind simrun replay, else of all words; "" if there is none.
func firstToken(text string) string {
	for _, found := range replayLine.FindAllStringSubmatch(text, -1) {
		if isToken(found[1]) {
			return found[1]
		}
	}
	for _, word := range tokenWord.FindAllString(text, -1) {
		if isToken(word) {
			return word
		}
	}
	return ""
}

// readToken reads a token, or the first one of a file.
func readToken(word string) (scenarios.Token, error) {
	text := word
	switch src, err := readNamed(word, logBytes); {
	case err == nil:
		if text = firstToken(string(src)); text == "" {
			return scenarios.Token{}, noToken(word, string(src))
		}
	case errors.Is(err, syscall.EISDIR):
		return scenarios.Token{}, exitWith(codeUsage, "%s is a folder; name the file in it that keeps the run", word)
	case !errors.Is(err, fs.ErrNotExist) && !isToken(word) && !likeToken(word):
		return scenarios.Token{}, exitWith(codeUsage, "%w", err)
	}
	token, err := scenarios.ParseToken(text)
	if err != nil {
		return token, neither(word)
	}
	return token, nil
}

// noToken is the error for a file without a token: perhaps there is something that was one, or the name of another
// file.
func noToken(file, src string) error {
	e := exitWith(codeUsage, "%s holds no replay token", file).
		because("it is what stands behind REPLAY: simrun replay; a scenario file may also have a key repro:")
	for _, found := range replayLine.FindAllStringSubmatchIndex(src, -1) {
		word := strings.Trim(src[found[2]:found[3]], "'")
		line := 1 + strings.Count(src[:found[2]], "\n")
		switch {
		case isYAML(word):
			return e.because(fmt.Sprintf("line %d names a file that keeps the run: simrun replay %s", line, src[found[2]:found[3]]))
		case likeToken(word):
			return exitWith(codeUsage, "%s:%d: %s is no replay token: %s", file, line, cut(word, 40), tokenFlaw(word))
		}
	}
	return e
}

// likeToken tells what was to be a token, but has a mistake, from names, which are shorter or have no digits in them.
func likeToken(word string) bool {
	return len(word) >= 16 && strings.ContainsAny(word, "0123456789") &&
		strings.IndexFunc(word, func(c rune) bool { return (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') }) < 0
}

// tokenFlaw says what is wrong with something that was to be a token.
func tokenFlaw(word string) string {
	_, err := scenarios.ParseToken(word)
	if err == nil {
		return ""
	}
	return strings.TrimPrefix(err.Error(), "not a replay token: ")
}

// neither is the error for a word that names no file and is no token.
func neither(word string) error {
	if isYAML(word) || strings.ContainsRune(word, filepath.Separator) {
		return missing(word)
	}
	if likeToken(word) {
		return exitWith(codeUsage, "%s is neither a file nor a replay token: as a token, %s", word, tokenFlaw(word)).
			because(meantOr(word, nil, "copy it once more, all of it: it is what stands behind REPLAY: simrun replay"))
	}
	e := exitWith(codeUsage, "%q is neither a file nor a replay token", word)
	if t, ok := builtin(word); ok {
		return e.because(fmt.Sprintf("it is a built-in scenario: simrun run %s; or simrun replay TOKEN %s", t.stem(), t.stem()))
	}
	return e.because(meantOr(word, nil, "a token is what stands behind REPLAY: simrun replay; a file keeps a run, or holds a token"))
}

// missing is the error for the name of a file or a folder that is not there.
func missing(word string) error {
	e := exitWith(codeUsage, "there is no file or folder %s", word)
	dir := filepath.Dir(filepath.Clean(word))
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return e.because(fmt.Sprintf("there is no folder %s either", dir))
	}
	if near := meant(word, nil); near != "" {
		return e.because("did you mean " + near + "?")
	}
	return e
}

// meant is what was probably meant by a word: a file beside where it would be, by its name or by that without the
// ending, or one of some other names; "" if nothing is near.
func meant(word string, names []string) string {
	dir, base := filepath.Split(filepath.Clean(word))
	best, far := nearestOf(word, names)
	entries, _ := os.ReadDir(filepath.Join(".", dir))
	if filepath.IsAbs(dir) {
		entries, _ = os.ReadDir(dir)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		stem, _ := keptStem(e.Name())
		if near, d := nearestOf(base, []string{e.Name(), stemOf(stem)}); near != "" && d < far {
			best, far = dir+e.Name(), d
		}
	}
	return best
}

// meantOr is a hint: what was probably meant, or else something to say.
func meantOr(word string, names []string, otherwise string) string {
	if near := meant(word, names); near != "" {
		return "did you mean " + near + "?"
	}
	return otherwise
}
