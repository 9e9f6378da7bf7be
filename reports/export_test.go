package reports

// For tests: what becomes of text that anybody may have written.
var (
	Visible      = visible
	VisibleLines = visibleLines
	MermaidText  = mermaidText
	MermaidCode  = mermaidCode
	MarkdownText = markdownText
)

// Fence is text as a block of Markdown.
func Fence(text string) string {
	m := &markdown{}
	m.fence("text", text)
	return m.b.String()
}
