package simtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// saved is a plan as it is kept in a file:
//
//	bedlam saved plan 1
//	spec 00112233445566aa
//	breaks no update is lost/store
//	hash 8899aabbccddeeff
//
//	bedlam plan 1
//	dull
//	…
//
// Where breaks stands there may be holds: then the plan broke something once, and must not again. Lines that begin with # are for
// people.
type saved struct {
	spec   uint64 // the declaration's Digest
	breaks string // the signature; "": it holds
	hash   uint64 // of the run when it was saved
	plan   plan.Plan
	story  string
}

const (
	savedHeading = "bedlam saved plan 1"
	planHeading  = "bedlam plan "
)

// format prints the file.
func (s saved) format() string {
	var b strings.Builder
	b.WriteString(savedHeading + "\n")
	for line := range strings.Lines(s.story) {
		b.WriteString("# " + strings.TrimRight(line, "\n") + "\n")
	}
	fmt.Fprintf(&b, "spec %016x\n", s.spec)
	if s.breaks != "" {
		fmt.Fprintf(&b, "breaks %s\n", s.breaks)
	} else {
		b.WriteString("holds\n")
	}
	fmt.Fprintf(&b, "hash %016x\n\n%s", s.hash, s.plan.Format())
	return b.String()
}

// parseSaved reads what format prints.
func parseSaved(text string) (s saved, err error) {
	i := strings.Index(text, "\n"+planHeading)
	if i < 0 {
		return s, errors.New("there is no plan in it")
	}
	head, body := text[:i+1], text[i+1:]
	said := map[string]bool{}
	for line := range strings.Lines(head) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		if line == savedHeading {
			word = "heading"
		}
		if said[word] {
			return s, fmt.Errorf("it says %s twice", word)
		}
		said[word] = true
		switch word {
		case "heading":
		case "spec":
			s.spec, err = parseHex(rest)
		case "hash":
			s.hash, err = parseHex(rest)
		case "breaks":
			s.breaks = rest
		case "holds":
		default:
			err = fmt.Errorf("no saved plan says %q", line)
		}
		if err != nil {
			return s, err
		}
	}
	switch {
	case !said["heading"]:
		return s, fmt.Errorf("it does not begin with %q", savedHeading)
	case !said["spec"]:
		return s, errors.New("it does not say of which spec it is")
	case said["breaks"] == said["holds"] || said["breaks"] && s.breaks == "":
		return s, errors.New("it says neither what it breaks nor that it holds, or both")
	}
	s.plan, err = plan.Parse(body)
	var mistakes plan.Mistakes
	if errors.As(err, &mistakes) { // in lines of the file
		for i := range mistakes {
			mistakes[i].Line += strings.Count(head, "\n")
		}
	}
	return s, err
}

func parseHex(text string) (uint64, error) {
	n, err := strconv.ParseUint(text, 16, 64)
	if err != nil || len(text) != 16 {
		return 0, fmt.Errorf("%q is not 16 hexadecimal digits", text)
	}
	return n, nil
}

// folder is where the plans of a test are saved.
func folder(test string) string {
	return filepath.Join("testdata", "sim", filepath.FromSlash(plain(test)))
}

// plain is text as part of a file's name: letters, digits and dashes, and slashes between folders.
func plain(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) || r == '/' || r == '_':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-/")
}

// name is the file's name: what breaks, and which of the plans that break it.
func (s saved) name() string {
	what := strings.ReplaceAll(plain(s.breaks), "/", "-")
	if len(what) > 40 {
		what = strings.TrimRight(what[:40], "-")
	}
	return fmt.Sprintf("%s-%08x.plan", what, uint32(choice.ID(s.breaks, s.plan.Format())))
}

// save writes the file into a folder, and tells its path.
func (s saved) save(dir string) (path string, err error) {
	path = filepath.Join(dir, s.name())
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return path, err
	}
	return path, os.WriteFile(path, []byte(s.format()), 0o666)
}

// savedIn lists the files of saved plans in a folder, in order of their names. A folder that is not there has none.
func savedIn(dir string) (paths []string, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if !e.IsDir() && strings.HasSuffix(e.Name(), ".plan") {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, err
}

// readSaved reads a file.
func readSaved(path string) (saved, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return saved{}, err
	}
	s, err := parseSaved(string(text))
	if err != nil {
		return s, fmt.Errorf("%s: %w", filepath.ToSlash(path), err)
	}
	return s, nil
}
