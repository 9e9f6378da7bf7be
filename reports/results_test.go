package reports_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/reports"
)

// waverOf is a waver of the scenario that summarize makes.
var waverOf = &reports.Waver{Scenario: "kv", File: "kv.sim.yaml", Seed: 7, Hashes: [2]uint64{1, 2}, Text: "the runs part at fact 12"}

func idle(seed uint64) *reports.Run {
	r := passing(seed)
	r.Verdicts[1].Evaluated = 0
	r.Faults[0] = reports.Fault{Name: r.Faults[0].Name, Kind: "kill", Due: 2}
	return r
}

// hidden breaks the second rule, but only after the first.
func hidden(seed uint64) *reports.Run {
	r := failing(seed)
	r.Verdicts[1].Word, r.Verdicts[1].At = reports.Broken, 16*time.Second
	return r
}

func pictured(s *reports.Summary) *reports.Summary {
	s.Failures[0].Found[0].Picture = crash
	return s
}

var results = []struct {
	name string
	r    *reports.Results
}{
	{"pass", &reports.Results{Program: "simrun v1.2.3", Scenarios: []*reports.Summary{summaries[0].s}}},
	{"all", &reports.Results{Program: "simrun v1.2.3", ExitCode: 1, Scenarios: []*reports.Summary{
		summaries[0].s, pictured(summarize(3, passing(1), failing(2), passing(3))), summaries[2].s, summaries[3].s}}},
	{"strict", &reports.Results{Program: "simrun v1.2.3", ExitCode: 7, Strict: true, Scenarios: []*reports.Summary{
		summaries[3].s, summarize(2, many(2, idle)...)}}},
	{"idle", &reports.Results{Program: "simrun v1.2.3", Scenarios: []*reports.Summary{summarize(2, many(2, idle)...)}}},
	{"hidden", &reports.Results{Program: "simrun v1.2.3", ExitCode: 1, Scenarios: []*reports.Summary{summarize(2, many(2, hidden)...)}}},
	{"canary", &reports.Results{Program: "simrun v1.2.3", ExitCode: 7, Canary: true, Scenarios: []*reports.Summary{
		summaries[1].s, summaries[0].s}}},
	{"waver", &reports.Results{Program: "simrun v1.2.3", ExitCode: 5, Wavers: []*reports.Waver{waverOf}, Scenarios: []*reports.Summary{summaries[0].s}}},
	{"interrupted", &reports.Results{Program: "simrun v1.2.3", ExitCode: 130, Interrupted: true, Scenarios: []*reports.Summary{summaries[4].s, summaries[5].s}}},
	{"bug", &reports.Results{Program: "simrun v1.2.3", ExitCode: 70, Bug: "simrun panicked: <x>\nand so on", Scenarios: []*reports.Summary{summaries[0].s}}},
	{"nothing", &reports.Results{Program: "simrun v1.2.3"}},
	{"small", &reports.Results{Program: "simrun v1.2.3", ExitCode: 1, Scenarios: []*reports.Summary{small(), least()}}},
	{"saved", &reports.Results{Program: "simrun v1.2.3", ExitCode: 1, Scenarios: []*reports.Summary{saved(), stale()}}},
}

var endings = []struct {
	name  string
	write func(io.Writer, *reports.Results) error
}{
	{"xml", reports.WriteJUnit},
	{"md", reports.WriteMarkdown},
	{"github", reports.WriteGitHub},
}

// The same results give the same bytes, and these.
func TestResults(t *testing.T) {
	for _, c := range results {
		for _, e := range endings {
			t.Run(c.name+"."+e.name, func(t *testing.T) {
				var one, two bytes.Buffer
				if err := errors.Join(e.write(&one, c.r), e.write(&two, c.r)); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(one.Bytes(), two.Bytes()) {
					t.Error("written twice it is not the same")
				}
				golden(t, "results_"+c.name+"."+e.name, one.Bytes())
			})
		}
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestResults_cannotBeWritten(t *testing.T) {
	for _, e := range endings {
		if e.write(full{}, results[1].r) == nil {
			t.Errorf("%s: no error", e.name)
		}
	}
	for name, write := range pictures {
		if write(crash, full{}) == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if reports.WriteStory(full{}, results[1].r.Scenarios[1].Failures[0].Found[0]) == nil {
		t.Error("story: no error")
	}
}

func TestStory(t *testing.T) {
	var b bytes.Buffer
	if err := reports.WriteStory(&b, results[1].r.Scenarios[1].Failures[0].Found[0]); err != nil {
		t.Fatal(err)
	}
	golden(t, "story.md", b.Bytes())
}

// wicked are texts that mean something somewhere.
var wicked = []string{
	"<script>alert(1)</script>", `"quotes" & 'more'`, "a;b#c", "two\nlines", "two\r\nlines", "::error::gotcha", "]]>", "```", "````\n```", "|", "%0A", "a,b:c",
	"end", "</details>", "-->", "<!--", "\x00\x1b[31m", "\xff\xfe", "\u202e", "\ufffe", "@somebody #1", "www.example.com", "p0->>p1: hi", "", " ", "note over", "𝒳é漢",
	"{{x}}", "$1", "style: a#b;", "accTitle: x", "%%{init: {}}%%", "&amp;", "&#35;", "#35;", "\\", "*a* _b_ `c`", "[x](y)", "\t",
}

// evil draws text that wants to be something else.
func evil() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(wicked), rapid.String(), rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom(wicked).Draw(t, "a") + rapid.SampledFrom(wicked).Draw(t, "b")
	}), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
}

// evilResults draws results in which all text is evil.
func evilResults(t *rapid.T) *reports.Results {
	text := func(what string) string { return evil().Draw(t, what) }
	r := failing(1)
	r.Scenario, r.File, r.Faults[0].Name = text("scenario"), text("file"), text("fault")
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		v.Rule, v.Cond, v.Got, v.File = text("rule"), text("cond"), text("got"), r.File
	}
	v := r.Verdicts[0]
	r.Failure = &reports.Failure{Rule: v.Rule, Kind: v.Kind, At: v.At, Got: v.Got, Signature: v.Signature()}
	for i := range r.Story {
		r.Story[i].Text = text("story")
	}
	r.Waiting = []reports.Waiting{{Who: text("who"), For: text("what")}}
	s := &reports.Summary{Scenario: r.Scenario, File: r.File, Seeds: text("seeds"), Asked: 1, Token: func(*reports.Run) string { return "TOKEN" }}
	s.Add(r).Picture = evilSequence(t)
	res := &reports.Results{Program: text("program"), Scenarios: []*reports.Summary{s}, Strict: rapid.Bool().Draw(t, "strict"), Canary: rapid.Bool().Draw(t, "canary")}
	if rapid.Bool().Draw(t, "wavers") {
		res.Wavers = []*reports.Waver{{Scenario: s.Scenario, File: s.File, Text: text("waver")}}
	}
	return res
}

// wellFormed reads XML to its end, and answers its elements and its text.
func wellFormed(t interface{ Fatalf(string, ...any) }, src string) (elements map[string]int, text string) {
	d := xml.NewDecoder(strings.NewReader(src))
	elements = map[string]int{}
	var b strings.Builder
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return elements, b.String()
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, src)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			elements[tok.Name.Local]++
		case xml.CharData:
			b.Write(tok)
		}
	}
}

// Whatever programs write, it is XML, has a case for each rule, and says what it said.
func TestJUnit_evil(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := evilResults(t)
		var b bytes.Buffer
		if err := reports.WriteJUnit(&b, r); err != nil {
			t.Fatal(err)
		}
		elements, _ := wellFormed(t, b.String())
		if elements["testcase"] < 2 || elements["script"] > 0 {
			t.Fatalf("elements %v", elements)
		}
		var doc struct {
			Suites []struct {
				Name  string `xml:"name,attr"`
				Cases []struct {
					Name    string `xml:"name,attr"`
					Failure *struct {
						Type string `xml:"type,attr"`
						Text string `xml:",chardata"`
					} `xml:"failure"`
				} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		if err := xml.Unmarshal(b.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		s := r.Scenarios[0]
		if got := doc.Suites[0].Name; got != reports.Visible(s.Scenario) {
			t.Fatalf("suite %q is called %q", s.Scenario, got)
		}
		if f := doc.Suites[0].Cases[1].Failure; !r.Canary {
			if f == nil || f.Type != reports.Visible(s.Failures[0].Signature) || !strings.HasSuffix(f.Text, "\nREPLAY: simrun replay TOKEN\n") {
				t.Fatalf("failure %+v of %q", f, s.Failures[0].Signature)
			}
		}
	})
}

// A case is called the same whether it fails or not, and no two are called alike.
func TestJUnit_namesAreStable(t *testing.T) {
	names := func(runs ...*reports.Run) []string {
		var b bytes.Buffer
		reports.WriteJUnit(&b, &reports.Results{Scenarios: []*reports.Summary{summarize(len(runs), runs...)}})
		var all []string
		for _, m := range regexp.MustCompile(`<testcase (classname="[^"]*" name="[^"]*")`).FindAllStringSubmatch(b.String(), -1) {
			all = append(all, m[1])
		}
		return all
	}
	want := fmt.Sprint([]string{`classname="kv" name="kv"`, `classname="kv" name="the store lives"`, `classname="kv" name="clients are served"`})
	for _, runs := range [][]*reports.Run{many(3, passing), many(3, failing), many(3, another), many(3, undecided), {passing(1), hidden(2), another(3)}} {
		if got := fmt.Sprint(names(runs...)); got != want {
			t.Errorf("cases %s, want %s", got, want)
		}
	}
	same := func(seed uint64) *reports.Run {
		r := passing(seed)
		r.Verdicts[0].Rule, r.Verdicts[1].Rule = "kv", "kv"
		return r
	}
	if got := fmt.Sprint(names(same(1))); got != `[classname="kv" name="kv" classname="kv" name="kv (always)" classname="kv" name="kv (at_end)"]` {
		t.Errorf("cases %s", got)
	}
}

func first(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// unescape is what GitHub's runner does with a command: properties first, then their values.
func unescape(text string, property bool) string {
	pairs := []string{"%0D", "\r", "%0A", "\n"}
	if property {
		pairs = append(pairs, "%3A", ":", "%2C", ",")
	}
	return strings.ReplaceAll(strings.NewReplacer(pairs...).Replace(text), "%25", "%")
}

// A line is either ours or begins with a verdict: no text of a program becomes a command. What was said comes out again.
func TestGitHub_evil(t *testing.T) {
	command := regexp.MustCompile(`^::(error|warning) ([^:]*)::(.*)$`)
	rapid.Check(t, func(t *rapid.T) {
		r := evilResults(t)
		r.Canary = false
		var b bytes.Buffer
		if err := reports.WriteGitHub(&b, r); err != nil {
			t.Fatal(err)
		}
		s := r.Scenarios[0]
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if strings.ContainsRune(b.String(), '\r') || !strings.HasPrefix(lines[0], "FAIL  ") {
			t.Fatalf("%q", b.String())
		}
		found := false
		for _, line := range lines[1:] {
			m := command.FindStringSubmatch(line)
			if m == nil {
				t.Fatalf("%q is no command", line)
			}
			for _, p := range strings.Split(m[2], ",") {
				key, value, ok := strings.Cut(p, "=")
				if !ok || !strings.Contains(" file line col title ", " "+key+" ") {
					t.Fatalf("property %q in %q", p, line)
				}
				found = found || unescape(value, true) == reports.Visible(s.Scenario+": "+s.Failures[0].Rule)
			}
			text := unescape(m[3], false)
			if m[1] != "error" || !strings.Contains(text, "REPLAY") {
				continue
			}
			if got := strings.TrimRight(first(reports.VisibleLines(s.Failures[0].Found[0].Run.Failure.Got)), " "); !strings.HasSuffix(text, "\nREPLAY: simrun replay TOKEN") || !strings.Contains(text, got) {
				t.Fatalf("%q was got, and this is told: %q", got, text)
			}
		}
		if !found {
			t.Fatalf("no title names the rule: %q", lines)
		}
	})
}

// GitHub shows ten errors: there are fewer, and the last one says how many are missing.
func TestGitHub_isBrief(t *testing.T) {
	var runs []*reports.Run
	for i := range 20 {
		r := failing(uint64(i))
		r.Verdicts[0].Rule = fmt.Sprintf("rule %d", i)
		r.Failure.Rule, r.Failure.Signature = r.Verdicts[0].Rule, r.Verdicts[0].Signature()
		runs = append(runs, r)
	}
	var b bytes.Buffer
	reports.WriteGitHub(&b, &reports.Results{Scenarios: []*reports.Summary{summarize(20, runs...)}})
	if n := strings.Count(b.String(), "::error "); n != 9 || !strings.HasSuffix(b.String(), "::error title=simrun::12 more kinds of failures; the report has all of them\n") {
		t.Errorf("%d errors:\n%s", n, b.String())
	}
}

// What programs wrote stays inside its fence or is written in codes; only our own tags are tags.
func TestMarkdown_evil(t *testing.T) {
	tag := regexp.MustCompile(`</?(details|summary|code)>`)
	rapid.Check(t, func(t *rapid.T) {
		var b bytes.Buffer
		if err := reports.WriteMarkdown(&b, evilResults(t)); err != nil {
			t.Fatal(err)
		}
		fence, outside := "", 0
		for line := range strings.SplitSeq(b.String(), "\n") {
			ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
			switch {
			case fence != "" && line == fence:
				fence = ""
			case fence != "":
			case len(ticks) >= 3:
				fence = ticks
			default:
				outside++
				rest := strings.ReplaceAll(tag.ReplaceAllString(line, ""), "| < ", "| ")
				if strings.ContainsAny(rest, "<>`*_[]\\@") || strings.Count(line, "|") > 8 {
					t.Fatalf("%q", line)
				}
			}
		}
		if fence != "" || strings.Count(b.String(), "\n<details>") < 1 || outside < 8 {
			t.Fatalf("a fence is not closed:\n%s", b.String())
		}
	})
}

// A page fits into what GitHub takes for a step, whatever was found.
func TestMarkdown_isBounded(t *testing.T) {
	var runs []*reports.Run
	for i := range 200 {
		r := failing(uint64(i))
		r.Verdicts[0].Rule, r.Verdicts[0].Got = fmt.Sprintf("rule %d", i), strings.Repeat("long ", 100_000)
		r.Failure.Rule, r.Failure.Signature = r.Verdicts[0].Rule, r.Verdicts[0].Signature()
		runs = append(runs, r)
	}
	var b bytes.Buffer
	reports.WriteMarkdown(&b, &reports.Results{Scenarios: []*reports.Summary{summarize(200, runs...)}})
	if b.Len() > 400_000 || !strings.Contains(b.String(), "And 180 more kinds of failures.") || strings.Count(b.String(), "REPLAY: simrun replay TOKEN") != 20 {
		t.Errorf("%d bytes", b.Len())
	}
}

// Names of folders are plain, the same each time, and other ones for other failures.
func TestFolderName(t *testing.T) {
	for _, c := range []struct{ scenario, signature, want string }{
		{"kv", "always the store lives", "kv-always-the-store-lives-"},
		{"kv", "../../etc/passwd", "kv-etc-passwd-"},
		{"", "", "failure-"},
		{"漢", "∀", "failure-"},
		{"CON", "NUL", "con-nul-"},
	} {
		if got := reports.FolderName(c.scenario, c.signature); !strings.HasPrefix(got, c.want) {
			t.Errorf("%q %q: %s, want %s…", c.scenario, c.signature, got, c.want)
		}
	}
	if got := reports.FolderName("kv", "always the store lives"); got != "kv-always-the-store-lives-89c86e9b" {
		t.Errorf("%s: whoever links to a folder does not find it again", got)
	}
	plain := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*-[0-9a-f]{8}$`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c, d := evil().Draw(t, "a"), evil().Draw(t, "b"), evil().Draw(t, "c"), evil().Draw(t, "d")
		one, two := reports.FolderName(a, b), reports.FolderName(c, d)
		if !plain.MatchString(one) || len(one) > 60 {
			t.Fatalf("%q %q: %q", a, b, one)
		}
		if (a == c && b == d) != (one == two) {
			t.Fatalf("%q %q is %s, %q %q is %s", a, b, one, c, d, two)
		}
	})
}

// Text stays in its fence even if it is one.
func TestMarkdown_fence(t *testing.T) {
	for text, want := range map[string]string{
		"plain": "```", "``": "```", "a\n```\nb": "````", "`````": "``````", "``` and ````": "`````", "": "```",
	} {
		if got := reports.Fence(text); got != want+"text\n"+text+"\n"+want+"\n\n" {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
