package scenarios_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bedlam-sim/bedlam/scenarios"
)

// inFile fails if a diagnostic points outside the file, or prints what a terminal must not get.
func inFile(t testing.TB, src []byte, ds scenarios.Diagnostics) {
	t.Helper()
	text := strings.ReplaceAll(strings.ReplaceAll(strings.TrimPrefix(string(src), "\ufeff"), "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	widths := map[int]int{}
	for i, d := range ds {
		if d.Line < 1 || d.Line > len(lines) {
			t.Fatalf("line %d of %d: %v", d.Line, len(lines), d)
		}
		width, ok := widths[d.Line]
		if !ok {
			width = utf8.RuneCountInString(lines[d.Line-1])
			widths[d.Line] = width
		}
		if d.Col < 1 || d.Col > width+1 || d.Col+d.Width-1 > width+1 || d.Width < 1 {
			t.Fatalf("column %d+%d of %d: %v", d.Col, d.Width, width, d)
		}
		if i > 0 && d.Pos.Before(ds[i-1].Pos) {
			t.Fatalf("out of order: %v after %v", d.Pos, ds[i-1].Pos)
		}
		if scenarios.Explain(d.Code) == "" || d.Message == "" {
			t.Fatalf("no code or message: %v", d)
		}
	}
	for _, c := range ds.String() {
		if c < ' ' && c != '\n' || c == 0x7f {
			t.Fatalf("control character %q in\n%s", c, ds)
		}
	}
	if _, err := json.Marshal(ds); err != nil {
		t.Fatal(err)
	}
}

// parses checks all that Parse promises for any bytes.
func parses(t testing.TB, src []byte) (*scenarios.Scenario, scenarios.Diagnostics) {
	t.Helper()
	s, ds := scenarios.Parse("fuzz.yaml", src, stubs)
	if (s == nil) != (len(ds) > 0) {
		t.Fatalf("a scenario and mistakes, or neither: %v", ds)
	}
	inFile(t, src, ds)
	return s, ds
}

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yaml", "testdata/bad/*.yaml"} {
		for _, src := range files(f, pattern) {
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) { parses(t, src) })
}
