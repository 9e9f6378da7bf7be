package scenarios

import (
	"fmt"
	"strings"
)

// Reference is the documentation of the format, in Markdown, made from the tables that read it.
func Reference() string {
	var b strings.Builder
	b.WriteString("# Scenario files\n\nMade from the tables of package scenarios; do not edit.\n\n")
	b.WriteString("A scenario file is YAML in UTF-8, one document, at most 256 KiB. Anchors and aliases are " +
		"possible; tags and merge keys are not. ")
	b.WriteString("Keys that are not listed here are errors, and so are values without their unit. `simrun " +
		"check` reports all mistakes of a file at once.\n\n")
	g := theGrammar
	describe(&b, "The file", &g.file)
	describe(&b, "run", &g.run)
	describe(&b, "limits", &g.limits)
	describe(&b, "node", &g.node)
	describe(&b, "clock", &g.wall)
	describe(&b, "network", &g.network)
	describe(&b, "wire", &g.wire)
	describe(&b, "application", &g.app)
	describe(&b, "tree", &g.top)
	describe(&b, "child: supervisor", &g.supervisor)
	describe(&b, "child: worker", &g.worker)
	describe(&b, "workload", &g.workload)
	describe(&b, "fault", &g.fault)
	b.WriteString(anchorExample)
	describe(&b, "kill", &g.kill)
	describe(&b, "exit", &g.exit)
	describe(&b, "fail_start", &g.failStart)
	describe(&b, "upgrade", &g.upgrade)
	describe(&b, "nodes of a fault", &g.nodes)
	describe(&b, "clock fault", &g.clock)
	describe(&b, "expectation", &g.rule)
	describe(&b, "repro", &g.repro)
	describeConditions(&b)
	describeValues(&b)
	describeCodes(&b)
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func describe[T any](b *strings.Builder, title string, tb *table[T]) {
	fmt.Fprintf(b, "## %s\n\n%s\n\n| key | value | if absent | meaning |\n|---|---|---|---|\n", title, tb.about)
	for _, f := range tb.fields {
		absent := f.def
		switch {
		case f.need:
			absent = "error"
		case absent != "":
			absent = "`" + absent + "`"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", f.key, cell(f.form), absent, cell(f.about))
	}
	b.WriteString("\n")
}

func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

func describeConditions(b *strings.Builder) {
	fmt.Fprintf(b, "## Conditions\n\n%s\n\n| fact | answers | meaning |\n|---|---|---|\n", conditionAbout)
	for _, f := range Facts {
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", f.pattern(), [...]string{"true or false", "a count", "a moment"}[f.Type], f.About)
	}
	b.WriteString("\n")
}

func describeValues(b *strings.Builder) {
	b.WriteString("## Values\n\n| kind | looks like | meaning |\n|---|---|---|\n")
	row := func(name, looks, about string) {
		fmt.Fprintf(b, "| %s | `%s` | %s |\n", name, cell(looks), cell(about))
	}
	row(durations.name, durations.looks, durations.about)
	row(drawns.name, drawns.looks, drawns.about)
	row(anchors.name, anchors.looks, anchors.about)
	row(spans.name, spans.looks, spans.about)
	row(counts.name, counts.looks, counts.about)
	row(percents.name, percents.looks, percents.about)
	row(selectors.name, selectors.looks, selectors.about)
	row(picks.name, picks.looks, picks.about)
	row(terms.name, terms.looks, terms.about)
	row(links.name, links.looks, links.about)
	row(wheres.name, wheres.looks, wheres.about)
	row(harms.name, harms.looks, harms.about)
	row(flaps.name, flaps.looks, flaps.about)
	row(swizzles.name, swizzles.looks, swizzles.about)
	row(netRules.name, netRules.looks, netRules.about)
	row(toxics.name, toxics.looks, toxics.about)
	row(seedForm.name, seedForm.looks, seedForm.about)
	row(hashForm.name, hashForm.looks, hashForm.about)
	row(digestForm.name, digestForm.looks, digestForm.about)
	row(deviations.name, deviations.looks, deviations.about)
	b.WriteString("\n")
}

func describeCodes(b *strings.Builder) {
	b.WriteString("## Codes of errors\n\n| code | meaning |\n|---|---|\n")
	for _, row := range codeTable {
		fmt.Fprintf(b, "| %s | %s |\n", row.code, row.about)
	}
}
