package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// reporting is how a verb tells what it has found: on stdout in a format, and in files beside that.
type reporting struct {
	format format
	names  [3]string // of files, as in fileFlags; "" if none is wanted
	dir    string    // the folder of --out; "" if none is wanted
	open   []*report // stdout, and then the files
}

// fileFlags are the reports that flags name files for.
var fileFlags = [...]struct {
	name, usage string
	format      format
}{
	{"junit", "also write JUnit XML to `FILE`; here and below - is stdout, in place of text", junitFormat},
	{"markdown", "also write Markdown to `FILE`", markdownFormat},
	{"jsonl", "also write JSON Lines to `FILE`", jsonFormat},
}

// flags adds the flags.
func (r *reporting) flags(cmd *cobra.Command) {
	wordFlag(cmd, &r.format, "format", "print `FORMAT`: text, json (lines), junit, markdown, github",
		textFormat, jsonFormat, junitFormat, markdownFormat, githubFormat)
	for i, f := range fileFlags {
		cmd.Flags().StringVar(&r.names[i], f.name, "", f.usage)
	}
	cmd.Flags().StringVarP(&r.dir, "out", "o", "", "keep all that is found in `DIR`  (SIM_OUT)")
}

// settleFolder reads from the environment what no flag says.
func (r *reporting) settleFolder(env environment) {
	if r.dir == "" {
		r.dir = env.getenv("SIM_OUT")
	}
}

// A report is one output and its format.
type report struct {
	format format
	out    *output
	file   *os.File // nil: stdout, which others close
	name   string
}

// begin opens the files, before there is anything to write: whoever cannot write learns it at once.
func (r *reporting) begin(stdout *output) error {
	printed, err := r.printed()
	if err != nil {
		return err
	}
	r.open = []*report{{printed, stdout, nil, ""}}
	for i, f := range fileFlags {
		name := r.names[i]
		if name == "" || name == "-" {
			continue
		}
		file, err := os.Create(name)
		if err != nil {
			r.finish()
			return exitWith(codeOutput, "--%s: %w", f.name, err)
		}
		r.open = append(r.open, &report{f.format, newOutput(file), file, name})
	}
	return nil
}

// printed is what goes to stdout: one format, for nobody could tell two apart. No two reports go to one place.
func (r *reporting) printed() (format, error) {
	printed, flag := r.format, "format "+string(r.format)
	seen := map[string]string{}
	for i, f := range fileFlags {
		name := r.names[i]
		other := seen[filepath.Clean(name)]
		switch {
		case name == "":
			continue
		case name == "-" && printed != textFormat:
			return "", exitWith(codeUsage, "--%s and --%s both want stdout", flag, f.name).because("name a file for one of them")
		case name == "-":
			printed, flag = f.format, f.name
		case other != "":
			return "", exitWith(codeUsage, "--%s and --%s name the same file, %s", other, f.name, name)
		}
		seen[filepath.Clean(name)] = f.name
	}
	return printed, nil
}

// broken tells whether an output takes nothing more.
func (r *reporting) broken() bool {
	for _, x := range r.open {
		if x.out.broken() {
			return true
		}
	}
	return false
}

// flush sends what is to go to files.
func (r *reporting) flush() {
	for _, x := range r.open {
		if x.file != nil {
			x.out.Flush()
		}
	}
}

// finish closes the files, and answers the first error that any of them met. Stdout has its own way.
func (r *reporting) finish() error {
	var first error
	for _, x := range r.open {
		if x.file == nil {
			continue
		}
		x.out.Flush()
		err := x.file.Close()
		if x.out.err != nil {
			err = x.out.err
		}
		if err != nil && first == nil {
			first = exitWith(codeOutput, "cannot write %s: %w", x.name, err)
		}
	}
	r.open = r.open[:min(1, len(r.open))]
	return first
}

// wants reports whether pictures of failing runs are shown.
func (r *reporting) wants() bool {
	for _, x := range r.open {
		if x.format == markdownFormat {
			return true
		}
	}
	return r.dir != ""
}
