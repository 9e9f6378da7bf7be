package reports

import (
	"io"
	"strings"
)

// WritePage writes the picture as one HTML page, which is XML too. It needs nothing else, and a browser is told
// to load nothing: no script, no font, no image. Below the picture stands all of it once more as a table.
func (q *Sequence) WritePage(w io.Writer) error {
	d := newDrawing(q)
	d.put(`<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>%s</title>
<style>%s%s</style>
</head>
<body class="sequence">
<h1>%s</h1>`, markup(q.Title), coloured(pictureRules+pageRules), pageExtra, markup(q.Title))
	if q.Replay != "" {
		d.put("<p>Once more: <code>simrun replay %s</code></p>", markup(q.Replay))
	}
	d.put(legend)
	d.put(`<div class="picture">`)
	d.put(`<div class="names">`)
	d.open(headHeight)
	d.head()
	d.put("</svg></div>")
	d.open(d.height)
	d.title()
	d.tips()
	d.body()
	d.put("</svg></div>")
	d.table()
	d.put("</body>\n</html>")
	_, err := io.WriteString(w, d.b.String())
	return err
}

// pageRules are the styles of the page around the picture.
const pageRules = `body{margin:1rem;font:15px/1.5 system-ui,sans-serif;color:$ink}h1{font-size:1.2rem;overflow-wrap:anywhere}
code{font-family:ui-monospace,Menlo,Consolas,monospace;user-select:all}
.legend{color:$soft;font-size:.85rem}.legend span{margin-right:1.2em;white-space:nowrap}
.picture{overflow:auto;max-height:85vh;border:1px solid $line;width:fit-content;max-width:100%}.picture svg{display:block}
.names{position:sticky;top:0;width:fit-content;border-bottom:1px solid $line}
details{margin:1rem 0}table{border-collapse:collapse;font-size:.85rem}
td,th{border:1px solid $line;padding:.1rem .5rem;text-align:left;vertical-align:top;white-space:pre-wrap;overflow-wrap:anywhere}
`

// pageExtra is the same on all screens, and on paper.
const pageExtra = `:root{color-scheme:light dark}
@media print{.picture{max-height:none;overflow:visible}.names{position:static}}
`

// legend says what the shapes mean.
const legend = `<p class="legend"><span>━▶ message, from when it was sent to when it was taken</span>` +
	`<span>╍▶ long dashes: nobody has taken it</span><span>┄▷ dotted: exit signal, or news of an end</span>` +
	`<span>● takes it</span><span>○ starts</span><span>◉ starts again</span><span>✕ ends, or is lost</span>` +
	`<span>▲ fault</span><span>△ it took effect</span><span>■ note</span></p>`

// table writes the steps for those who do not see pictures, or who search.
func (d *drawing) table() {
	d.put("<details><summary>The same as a table</summary>\n<table>\n" +
		"<thead><tr><th>time</th><th>what</th><th>who</th><th>whom</th><th>text</th></tr></thead>\n<tbody>")
	if text := d.q.omission(); text != "" {
		d.put(`<tr><td colspan="5">%s</td></tr>`, markup(text))
	}
	for i := range d.q.Steps {
		s := &d.q.Steps[i]
		text := strings.TrimRight(s.Text, "\n")
		if t := d.q.taker(i); t > 0 {
			text += "\n(taken at " + moment(d.q.Steps[t].At) + ")"
		}
		d.put("<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>",
			moment(s.At), markup(string(s.What)), markup(d.q.name(s.From)), markup(d.q.name(s.To)), markupLines(text))
	}
	d.put("</tbody>\n</table></details>")
}
