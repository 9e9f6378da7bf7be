package scenariotest

import "strings"

// block writes a value in block style below a key, or in flow style, as chance has it.
func (g *generator) block(b *strings.Builder, v any, indent string) {
	switch v := v.(type) {
	case mapping:
		for i, p := range v {
			if i > 0 {
				b.WriteString(indent)
			}
			b.WriteString(p.key + ":")
			g.below(b, p.value, indent+"  ")
		}
	case list:
		for i, item := range v {
			if i > 0 {
				b.WriteString(indent)
			}
			b.WriteString("- ")
			if m, ok := item.(mapping); ok && len(m) > 0 && g.some(2) {
				g.block(b, m, indent+"  ")
				continue
			}
			g.flow(b, item)
			b.WriteString("\n")
		}
	}
}

// below writes the value of a key, with the blank or line break before it.
func (g *generator) below(b *strings.Builder, v any, indent string) {
	m, isMapping := v.(mapping)
	l, isList := v.(list)
	if (isMapping && len(m) > 0 || isList && len(l) > 0) && !g.some(4) {
		b.WriteString("\n" + indent)
		g.block(b, v, indent)
		return
	}
	b.WriteString(" ")
	g.flow(b, v)
	b.WriteString("\n")
}

func (g *generator) flow(b *strings.Builder, v any) {
	switch v := v.(type) {
	case string:
		b.WriteString(g.scalar(v))
	case mapping:
		b.WriteString("{")
		for i, p := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(p.key + ": ")
			g.flow(b, p.value)
		}
		b.WriteString("}")
	case list:
		b.WriteString("[")
		for i, item := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			g.flow(b, item)
		}
		b.WriteString("]")
	}
}

// scalar quotes a text if it must be, and sometimes if it need not.
func (g *generator) scalar(s string) string {
	if s != "" && !strings.ContainsAny(s, ",[]{}:#&*!|>'\"%@`\\") && s == strings.TrimSpace(s) && !g.some(10) {
		return s
	}
	if !strings.ContainsAny(s, "\\\"") && g.some(2) {
		return `"` + s + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
