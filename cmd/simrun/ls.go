package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/scenarios"
)

func (a *app) lsCommand() *cobra.Command {
	format := textFormat
	cmd := &cobra.Command{
		Use:   "ls [NAME…]",
		Short: "List built-in scenarios, and the programs that files can start",
		Example: `  simrun ls
  simrun ls kv             what programs whose names begin with kv take, and what can be asked of them
  simrun ls --format json`,
		Long: "Lists the built-in scenarios, and the programs that scenario files can start with their arguments\n" +
			"and requests. An argument with a star must be given.",
		RunE: func(_ *cobra.Command, names []string) error { return a.ls(names, format) },
	}
	formatFlag(cmd, &format)
	return cmd
}

// listing is what ls prints.
type listing struct {
	Scenarios []listedScenario `json:"scenarios"`
	Programs  []listedProgram  `json:"programs"`
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
}

type listedParam struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Required bool     `json:"required"`
	Default  string   `json:"default,omitempty"`
	OneOf    []string `json:"one_of,omitempty"`
	About    string   `json:"about,omitempty"`
}

func (a *app) ls(names []string, format format) error {
	l := listing{Scenarios: []listedScenario{}, Programs: []listedProgram{}}
	l.scenarios(names)
	l.programs(names)
	if len(l.Scenarios)+len(l.Programs) == 0 {
		return exitWith(codeNothing, "no built-in scenario and no program begins with %s", strings.Join(names, " or "))
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
			l.Programs = append(l.Programs, listedProgram{name, p.About, listedParams(p.Params), listedRequests(p.Requests), listedVersions(p.Versions)})
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
		list = append(list, listedRequest{r.Name, r.Call, r.Cast, r.About, listedParams(r.Params)})
	}
	return list
}

func listedParams(all []scenarios.Param) []listedParam {
	list := []listedParam{}
	for _, p := range all {
		list = append(list, listedParam{p.Name, p.Type.String(), p.Required, p.Default, p.OneOf, p.About})
	}
	return list
}

func (l *listing) print(w io.Writer) {
	if len(l.Scenarios) > 0 {
		fmt.Fprint(w, "Built-in scenarios (simrun run NAME)\n")
	}
	for _, s := range l.Scenarios {
		fmt.Fprintf(w, "  %-26s %s\n", s.Name, firstSentence(s.About))
	}
	if len(l.Scenarios) > 0 && len(l.Programs) > 0 {
		fmt.Fprintln(w)
	}
	if len(l.Programs) > 0 {
		fmt.Fprint(w, "Programs (start: NAME, with: {…})\n")
	}
	for _, p := range l.Programs {
		fmt.Fprintf(w, "  %-26s %s\n", p.Name, p.About)
		if len(p.Params) > 0 {
			fmt.Fprintf(w, "      with  %s\n", params(p.Params))
		}
		for _, r := range p.Requests {
			fmt.Fprintf(w, "      %-5s %s\n", r.how(), strings.TrimSpace(r.Name+" "+params(r.Params)))
		}
		if len(p.Versions) > 0 {
			fmt.Fprintf(w, "      vsns  %s\n", versions(p.Versions))
		}
	}
}

// versions lists the versions of a program in a line.
func versions(all []listedVersion) string {
	var list []string
	for _, v := range all {
		list = append(list, v.Vsn)
	}
	return strings.Join(list, ", ")
}

// firstSentence is what fits into a list.
func firstSentence(about string) string {
	if i := strings.Index(about, ". "); i > 0 {
		about = about[:i+1]
	}
	return cut(about, 100)
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

// params prints {key*: text, size: whole number = 100}.
func params(list []listedParam) string {
	texts := make([]string, len(list))
	for i, p := range list {
		what := p.Type
		if p.OneOf != nil {
			what = strings.Join(p.OneOf, "|")
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
