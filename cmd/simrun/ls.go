package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/fault"
)

func (a *app) lsCommand() *cobra.Command {
	format := textFormat
	cmd := &cobra.Command{
		Use:   "ls [NAME|FILE…]",
		Short: "List built-in scenarios, the programs that files can start, and what faults can wait for",
		Example: `  simrun ls
  simrun ls kv             what programs whose names begin with kv take, and what can be asked of them
  simrun ls chat.sim.yaml  what happens in it that a fault can wait for, as in at: the 3rd message put of kv_store
  simrun ls --format json`,
		Long: "Lists the built-in scenarios, and the programs that scenario files can start with their arguments\n" +
			"and requests. An argument with a star must be given. Of a scenario that is named in full it lists\n" +
			"the events that its first seeds bring: of whom which messages, ends, facts and reports.",
		RunE: func(_ *cobra.Command, names []string) error { return a.ls(names, format) },
	}
	formatFlag(cmd, &format)
	cmd.ValidArgsFunction = completeListed
	return cmd
}

// listing is what ls prints.
type listing struct {
	V         int              `json:"v"`
	Type      string           `json:"type"` // ls
	Scenarios []listedScenario `json:"scenarios"`
	Programs  []listedProgram  `json:"programs"`
	Events    []listedEvents   `json:"events,omitempty"`

	named bool // somebody named something
}

// listedEvents is what faults of a scenario can wait for.
type listedEvents struct {
	Scenario string             `json:"scenario"`
	Seeds    []uint64           `json:"seeds"`
	Of       []scenarios.Sounds `json:"of"`
}

type listedScenario struct {
	Name  string   `json:"name"`
	About string   `json:"about"`
	Tags  []string `json:"tags,omitempty"`
	Seeds string   `json:"seeds"`
	For   string   `json:"for"`
}

type listedProgram struct {
	Name     string          `json:"name"`
	About    string          `json:"about"`
	Params   []listedParam   `json:"params"`
	Requests []listedRequest `json:"requests"`
	Versions []listedVersion `json:"versions,omitempty"`
}

type listedVersion struct {
	Vsn   string `json:"vsn"`
	About string `json:"about,omitempty"`
}

type listedRequest struct {
	Name   string        `json:"name"`
	Call   bool          `json:"call"`
	Cast   bool          `json:"cast"`
	About  string        `json:"about,omitempty"`
	Params []listedParam `json:"params"`
	Kind   string        `json:"message,omitempty"` // as events name it
}

type listedParam struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Limits   string   `json:"limits,omitempty"`
	Required bool     `json:"required"`
	Default  string   `json:"default,omitempty"`
	OneOf    []string `json:"one_of,omitempty"`
	About    string   `json:"about,omitempty"`
}

func (a *app) ls(names []string, format format) error {
	l := listing{V: reports.JSONVersion, Type: "ls", Scenarios: []listedScenario{}, Programs: []listedProgram{}, named: len(names) > 0}
	rest, err := l.heard(a, names)
	if err != nil {
		return err
	}
	if len(rest) > 0 || len(names) == 0 {
		l.scenarios(rest)
		l.programs(rest)
	}
	if len(l.Events) == 0 && len(l.Scenarios)+len(l.Programs) == 0 {
		e := exitWith(codeUsage, "no built-in scenario and no program begins with %s", strings.Join(names, " or "))
		return e.because(meantOr(names[0], append(libraryNames(), programs().Names()...), "simrun ls lists all of them"))
	}
	if format == jsonFormat {
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		enc.Encode(l)
		return nil
	}
	l.print(a.out)
	return nil
}

// heard lists the events of scenarios that are named in full. rest are the names that are none of files.
func (l *listing) heard(a *app, names []string) (rest []string, err error) {
	for _, name := range names {
		t, ok := builtin(name)
		if isYAML(name) || name == inputWord {
			if t, err = read(name); errors.Is(err, fs.ErrNotExist) {
				return nil, unknownTarget(name)
			} else if err != nil {
				return nil, err
			}
		} else if rest = append(rest, name); !ok {
			continue
		}
		parsed, err := a.parseAll([]target{t})
		if err != nil {
			return nil, err
		}
		r := newRunner(parsed[0])
		seeds := firstSeeds(parsed[0].Run.Seeds)
		l.Events = append(l.Events, listedEvents{parsed[0].Name, seeds, r.Hear(seeds, scenarios.RunOptions{})})
		r.Close()
	}
	return rest, nil
}

// wanted tells whether a name begins with one of some; without any, all are wanted.
func wanted(name string, some []string) bool {
	for _, s := range some {
		if strings.HasPrefix(strings.ToLower(name), strings.ToLower(s)) {
			return true
		}
	}
	return len(some) == 0
}

func (l *listing) scenarios(names []string) {
	for _, t := range library() {
		if sc, _ := t.parse(); sc != nil && wanted(t.stem(), names) {
			l.Scenarios = append(l.Scenarios, listedScenario{t.stem(), strings.Join(strings.Fields(sc.About), " "), sc.Tags,
				sc.Run.Seeds.String(), scenarios.FormatDuration(sc.Run.For)})
		}
	}
}

func (l *listing) programs(names []string) {
	all := programs()
	for _, name := range all.Names() {
		if p, ok := all.Lookup(name); ok && wanted(name, names) {
			x := listedProgram{name, p.About, listedParams(p.Params), listedRequests(p.Requests), listedVersions(p.Versions)}
			l.Programs = append(l.Programs, x)
		}
	}
}

func listedVersions(all []scenarios.ProgramVersion) []listedVersion {
	var list []listedVersion
	for _, v := range all {
		list = append(list, listedVersion{v.Vsn, v.About})
	}
	return list
}

func listedRequests(all []scenarios.Request) []listedRequest {
	list := []listedRequest{}
	for _, r := range all {
		list = append(list, listedRequest{r.Name, r.Call, r.Cast, r.About, listedParams(r.Params), r.Kind()})
	}
	return list
}

func listedParams(all []scenarios.Param) []listedParam {
	list := []listedParam{}
	for _, p := range all {
		list = append(list, listedParam{p.Name, p.Type.String(), p.Limits(), p.Required, p.Default, p.OneOf, p.About})
	}
	return list
}

func (l *listing) print(w io.Writer) {
	wide := l.width()
	if len(l.Scenarios) > 0 {
		fmt.Fprint(w, "Built-in scenarios (simrun run NAME)\n")
	}
	for _, s := range l.Scenarios {
		fmt.Fprintf(w, "  %-*s %s\n", wide, s.Name, firstSentence(s.About))
	}
	if len(l.Scenarios) > 0 && len(l.Programs) > 0 {
		fmt.Fprintln(w)
	}
	if len(l.Programs) > 0 {
		fmt.Fprint(w, "Programs (start: NAME, with: {…})\n")
	}
	for _, p := range l.Programs {
		fmt.Fprintf(w, "  %-*s %s\n", wide, p.Name, p.About)
		if len(p.Params) > 0 {
			fmt.Fprintf(w, "      with  %s\n", params(p.Params))
		}
		for _, r := range p.Requests {
			kind := ""
			if l.named && r.Kind != "" && r.Kind != r.Name {
				kind = "  (message " + r.Kind + ")"
			}
			fmt.Fprintf(w, "      %-5s %s%s\n", r.how(), strings.TrimSpace(r.Name+" "+params(r.Params)), kind)
		}
		if len(p.Versions) > 0 {
			fmt.Fprintf(w, "      vsns  %s\n", versions(p.Versions))
		}
	}
	for i, e := range l.Events {
		if i > 0 || len(l.Scenarios)+len(l.Programs) > 0 {
			fmt.Fprintln(w)
		}
		e.print(w, wide)
	}
}

// width is that of the column of names: what is behind them stands in one column, which is the same for most.
func (l *listing) width() int {
	wide := 26
	for _, s := range l.Scenarios {
		wide = max(wide, len(s.Name))
	}
	for _, p := range l.Programs {
		wide = max(wide, len(p.Name))
	}
	for _, e := range l.Events {
		for _, s := range e.Of {
			wide = max(wide, len(s.Who))
		}
		wide = max(wide, len(nodeWords[fault.NodeUp]))
	}
	return wide
}

// print lists events by whom they happen to, those of nodes in a line for all of them.
func (e listedEvents) print(w io.Writer, wide int) {
	fmt.Fprintf(w, "Events of %s, as heard in %s (at: the 3rd message KIND of WHO)\n", e.Scenario, plural(len(e.Seeds), "run"))
	nodes := map[string]bool{}
	for _, s := range e.Of {
		who := s.Who
		for _, what := range []string{fault.Start, fault.Message, fault.End, fault.Fact, fault.Report} {
			if kinds, heard := s.Kinds[what]; heard {
				fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %-*s %-8s %s", wide, who, what, strings.Join(kinds, ", ")), " "))
				who = ""
			}
		}
		for what := range s.Kinds {
			nodes[what] = true
		}
	}
	for _, what := range []string{fault.NodeUp, fault.NodeDown, fault.Up, fault.Down} {
		if nodes[what] {
			fmt.Fprintf(w, "  %-*s %s\n", wide, nodeWords[what], what)
		}
	}
}

// nodeWords are of whom events of nodes are.
var nodeWords = map[string]string{
	fault.NodeUp: "b@a: what a sees of b", fault.NodeDown: "b@a: what a sees of b", fault.Up: "b: a node", fault.Down: "b: a node",
}

// versions lists the versions of a program in a line.
func versions(all []listedVersion) string {
	var list []string
	for _, v := range all {
		list = append(list, v.Vsn)
	}
	return strings.Join(list, ", ")
}

// firstSentence is what a list has room for.
func firstSentence(about string) string {
	if i := strings.Index(about, ". "); i > 0 {
		about = about[:i+1]
	}
	return about
}

func (r listedRequest) how() string {
	switch {
	case r.Call && r.Cast:
		return "both"
	case r.Call:
		return "call"
	}
	return "cast"
}

// params prints {key*: text, size: whole number 1 to 1000 = 100}.
func params(list []listedParam) string {
	texts := make([]string, len(list))
	for i, p := range list {
		what := p.Type
		if p.OneOf != nil {
			what = strings.Join(p.OneOf, "|")
		}
		if p.Limits != "" {
			what += " " + p.Limits
		}
		star := ""
		if p.Required {
			star = "*"
		}
		texts[i] = p.Name + star + ": " + what
		if p.Default != "" {
			texts[i] += " = " + p.Default
		}
	}
	if len(texts) == 0 {
		return ""
	}
	return "{" + strings.Join(texts, ", ") + "}"
}
