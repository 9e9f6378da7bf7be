package scenarios_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
)

// goType is a type of a package that nobody outside can name.
var goType = regexp.MustCompile(`^[*\[\]]*(programs\.|[a-z]+\.[a-z])`)

// What happens in the library is listed by words and by no types of Go that are nobody's business; and a fault may wait for each
// message that a worker takes there: no program takes one that none tells of.
func TestSays(t *testing.T) {
	inLibrary(t, every, func(t *testing.T, name string, sc *scenarios.Scenario) {
		r := scenarios.NewRunner(sc, programs.All())
		defer r.Close()
		workers := map[string]bool{}
		for _, top := range sc.Trees {
			top.Each(func(c *scenarios.Child) { workers[c.Path] = c.Type == scenarios.Worker })
		}
		for _, s := range r.Hear([]uint64{1, 2, 3}[:seeds(3, 1)], scenarios.RunOptions{}) {
			for what, kinds := range s.Kinds {
				for _, kind := range kinds {
					if goType.MatchString(kind) || kind == "term.Tuple" {
						t.Errorf("%s: %s %s", s.Who, what, kind)
					}
					if what == "message" && workers[s.Who] {
						waits(t, name, kind, s.Who)
					}
				}
			}
		}
	})
}

// waits tries whether a fault of a file of the library may wait for a message.
func waits(t *testing.T, name, kind, who string) {
	t.Helper()
	file, _ := fs.ReadFile(scenarios.Library(), name)
	src := string(file)
	i := strings.Index(src, "\nfaults:\n")
	if i < 0 {
		src += "\nfaults:\n"
		i = strings.Index(src, "\nfaults:\n")
	}
	i += len("\nfaults:\n")
	src = src[:i] + "  - {name: waits, at: \"the 1st message " + kind + " of " + who + "\", kill: " + who + "}\n" + src[i:]
	if sc, ds := scenarios.Parse(name, []byte(src), programs.All()); sc == nil {
		t.Error(ds)
	}
}

// A fault cannot wait for a message that nobody is ever sent, where all programs tell what they say; and whatever is said has a
// word: a request's name, one that a program tells of, Erlang's, or what Go calls its type.
func TestSays_nobody(t *testing.T) {
	for event, hint := range map[string]string{
		"put of kv_store":             "",
		"programs.kvPut of kv_store":  "",
		"tick of /kv_sup/kv_logger":   "",
		"'DOWN' of /kv_sup/kv_logger": "",
		"change_code of kv_store":     "",
		"nodedown of kv_store":        "",
		"gentcp.Errno of kv_store":    "",
		"[]int of kv_store":           "",
		"bananas of any":              "",
		"bananas of /kv_sup":          "",
		"putt of kv_store":            `did you mean "put"?`,
		"kv.Put of kv_store":          `did you mean "put"?`,
		"programs.kvGett of kv_store": `did you mean "get"?`,
		"nodedwn of kv_store":         `did you mean "nodedown"?`,
		"tikc of /kv_sup/kv_logger":   `did you mean "tick"?`,
		"bananas of /kv_sup/*":        "possible are put, get, delete and version",
		"bananas of /kv_sup/**":       "possible are put, get, delete and version",
	} {
		_, ds := scenarios.Parse("says.sim.yaml", []byte(`simrun: 1
name: says
tree: {id: kv_sup, children: [{id: kv_store, start: kv.Store, register: kv_store}, {id: kv_logger, start: kv.Logger, with: {store: kv_store}}]}
faults:
  - {at: "1s after the 3rd message `+event+`", kill: kv_store}
`), programs.All())
		switch {
		case hint == "" && ds != nil:
			t.Errorf("%s:\n%v", event, ds)
		case hint != "" && (len(ds) != 1 || ds[0].Hint != hint || ds[0].Code != scenarios.UnknownName || ds[0].Col != 36):
			t.Errorf("%s: want %q:\n%v", event, hint, ds)
		}
	}
}

// A program that does not tell what it says may say anything, and so may others say it to all.
func TestSays_open(t *testing.T) {
	for _, text := range []string{"bananas", "kv.Bananas"} {
		if _, ds := scenarios.Parse("says.sim.yaml", []byte(`simrun: 1
name: says
tree: {id: s, children: [{id: kv_store, start: kv.Store, register: kv_store}, {id: mine, start: test.Plain}]}
faults: [{at: the 3rd message `+text+` of kv_store, kill: kv_store}]
`), rogues()); ds != nil {
			t.Error(ds)
		}
	}
}

// A fault that waits for a word comes with the one that waits for what Go calls the type: a request's, one's that a program tells
// of, a reply's that is a tuple, an end's.
func TestSays_means(t *testing.T) {
	for word, kind := range map[string]string{
		"message put of kv_store": "message programs.kvPut of kv_store",
		"exit tuple of /s/log":    "exit term.Tuple of /s/log",
	} {
		run := play(t, `
run: {for: 20s}
tree: {id: s, intensity: 100, children: [{id: kv, start: kv.Store, register: kv_store}, {id: log, start: kv.Logger, with: {store: kv_store}}, {id: b, start: echo.Server}]}
workloads: [{name: w, to: kv_store, call: put, with: {key: a, value: 1}, every: 1s}]
faults: [{name: k, at: 1ms after the 1st `+word+`, kill: /s/b}, {name: l, at: 1ms after the 1st `+kind+`, kill: /s/b}]
expect: [at_end: fired(k) == 1 && fired(l) == 1]`, 1, scenarios.RunOptions{})
		k, l := run.Faults[0], run.Faults[1]
		if k.Due != 1 || l.Due != 1 || k.Events[0].Times != l.Events[0].Times {
			t.Errorf("%s: %+v %+v", word, k, l)
		}
	}
}
