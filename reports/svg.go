package reports

import (
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
)

// Measures of the picture, in pixels.
const (
	clockWidth  = 112 // the column of times
	columnWidth = 176 // from one lifeline to the next
	nodeGap     = 28  // more, where a node begins
	headHeight  = 58
	rowHeight   = 26
	takeHeight  = 14 // of a row in which a message is only taken
	lineHeight  = 17 // of a line of text in a band
	bandGap     = 10 // above it
	letter      = 6.7
)

// WriteSVG writes the picture as SVG that needs nothing else. It is drawn for light and for dark screens; what
// colours say is also said by shapes and words.
func (q *Sequence) WriteSVG(w io.Writer) error {
	d := newDrawing(q)
	d.open(headHeight + d.height)
	d.styles()
	d.title()
	d.put(`<rect class="paper" width="%d" height="%d"/>`, d.width, headHeight+d.height)
	d.head()
	d.b.WriteString(fmt.Sprintf("<g transform=\"translate(0 %d)\">\n", headHeight))
	d.body()
	d.b.WriteString("</g>\n</svg>\n")
	_, err := io.WriteString(w, d.b.String())
	return err
}

// drawing is a picture that is being drawn.
type drawing struct {
	q      *Sequence
	x      []int // of the lifelines
	y      []int // of the steps
	width  int
	height int // of all but the head
	b      strings.Builder
}

func newDrawing(q *Sequence) *drawing {
	d := &drawing{q: q}
	x := clockWidth + columnWidth/2
	for i, l := range q.Lifelines {
		if i > 0 {
			x += columnWidth
			if q.Lifelines[i-1].Node != l.Node {
				x += nodeGap
			}
		}
		d.x = append(d.x, x)
	}
	d.width = max(x+columnWidth, 640)
	y := rowHeight
	if q.Omitted > 0 {
		y += rowHeight
	}
	for i := range q.Steps {
		if d.isBand(&q.Steps[i]) {
			y += bandGap
		}
		d.y = append(d.y, y)
		y += d.row(&q.Steps[i])
	}
	d.height = y + rowHeight/2
	return d
}

// row is how high a step is.
func (d *drawing) row(s *Step) int {
	switch {
	case s.What == StepTake:
		return takeHeight
	case d.isBand(s):
		return rowHeight/2 + lineHeight*len(d.bandLines(s))
	}
	return rowHeight
}

func (d *drawing) put(format string, args ...any) { fmt.Fprintf(&d.b, format+"\n", args...) }

func (d *drawing) open(height int) {
	d.put(`<svg xmlns="http://www.w3.org/2000/svg" class="sequence" role="img" width="%d" height="%d" viewBox="0 0 %d %d" `+
		`font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="11">`,
		d.width, height, d.width, height)
}

func (d *drawing) title() { d.put("<title>%s</title>", markup(d.q.Title)) }

// pictureRules are the styles of a picture; names behind a dollar are colours.
const pictureRules = `.sequence{background:$paper}.sequence .paper{fill:$paper}
.sequence text{fill:$ink;paint-order:stroke;stroke:$paper;stroke-width:4px;stroke-linejoin:round}
.sequence text.plain{stroke:none}.sequence text.soft{fill:$soft}.sequence .box,.sequence .band{fill:$shade;stroke:$line}
.sequence .life{stroke:$line;fill:none}.sequence .gone{stroke:$line;fill:none;stroke-dasharray:1 7}
.sequence .message,.sequence .drop{stroke:$said;fill:none;stroke-width:1.5}.sequence .untaken{stroke-dasharray:7 4}
.sequence .signal{stroke:$news;fill:none;stroke-width:1.5;stroke-dasharray:3 3}
.sequence .tip-message,.sequence .take{fill:$said}.sequence .tip-signal{fill:$paper;stroke:$news}
.sequence .exit{stroke:$end;stroke-width:3;fill:none}.sequence .note{fill:$soft}
.sequence .start,.sequence .restart{fill:$paper;stroke:$born;stroke-width:2}.sequence .restart-in{fill:$born}
.sequence .fault{fill:$harm}.sequence .took{fill:$paper;stroke:$harm;stroke-width:2}
.sequence .verdict{stroke:$end;stroke-width:3}
`

// The colours are near those of Okabe and Ito, which people of all kinds of sight tell apart.
var (
	light = strings.NewReplacer("$paper", "#ffffff", "$ink", "#1b1b1f", "$soft", "#62626c", "$line", "#9a9aa6", "$shade", "#f1f1f5",
		"$said", "#0072b2", "$news", "#8a4a7d", "$end", "#c14600", "$born", "#00795a", "$harm", "#a86a00")
	dark = strings.NewReplacer("$paper", "#16161a", "$ink", "#ececf1", "$soft", "#a3a3af", "$line", "#6d6d79", "$shade", "#26262d",
		"$said", "#56b4e9", "$news", "#d9a3c7", "$end", "#ff9050", "$born", "#3fd0a0", "$harm", "#f0b440")
)

// coloured are rules for light screens, and for dark ones.
func coloured(rules string) string {
	return light.Replace(rules) + "@media (prefers-color-scheme:dark){" + dark.Replace(rules) + "}\n"
}

// styles writes the colours, and the tips of arrows.
func (d *drawing) styles() {
	d.put("<style>%s</style>", coloured(pictureRules))
	d.tips()
}

func (d *drawing) tips() {
	d.put(`<defs><marker id="tip-message" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto" ` +
		`markerUnits="userSpaceOnUse"><path class="tip-message" d="M0 0L9 4L0 8z"/></marker>` +
		`<marker id="tip-signal" markerWidth="10" markerHeight="10" refX="9" refY="5" orient="auto" ` +
		`markerUnits="userSpaceOnUse"><path class="tip-signal" d="M1 1L9 5L1 9z"/></marker></defs>`)
}

// head writes the names of nodes and processes.
func (d *drawing) head() {
	for i, l := range d.q.Lifelines {
		if i == 0 || d.q.Lifelines[i-1].Node != l.Node {
			last := i
			for last+1 < len(d.q.Lifelines) && d.q.Lifelines[last+1].Node == l.Node {
				last++
			}
			x, wide := d.x[i]-columnWidth/2+4, d.x[last]-d.x[i]+columnWidth-8
			d.put(`<rect class="box" x="%d" y="2" width="%d" height="19" rx="4"/>`, x, wide)
			d.text(x+wide/2, 15, "middle", "plain", l.Node, wide)
		}
		wide := columnWidth - 16
		d.put(`<rect class="box" x="%d" y="27" width="%d" height="24" rx="4"/>`, d.x[i]-wide/2, wide)
		d.text(d.x[i], 43, "middle", "plain", tail(l.Name, fits(wide-8)), wide)
	}
	d.text(clockWidth-12, 43, "end", "soft", "time", clockWidth)
}

// tail is the end of a path that is too long.
func tail(path string, most int) string {
	runes := []rune(visible(path))
	if len(runes) <= most {
		return string(runes)
	}
	return "…" + string(runes[len(runes)-most+1:])
}

// fits is how many characters there is room for.
func fits(wide int) int { return max(int(float64(wide)/letter), 4) }

// text writes a text that is cut off where there is no more room, with the whole of it to be hovered for.
func (d *drawing) text(x, y int, anchor, class, text string, wide int) {
	whole := visible(text)
	short := clip(whole, fits(wide))
	hover := ""
	if short != whole {
		hover = "<title>" + html.EscapeString(whole) + "</title>"
	}
	attr := ""
	if class != "" {
		attr = ` class="` + class + `"`
	}
	d.put(`<text x="%d" y="%d" text-anchor="%s"%s>%s%s</text>`, x, y, anchor, attr, html.EscapeString(short), hover)
}

// body draws lifelines and steps.
func (d *drawing) body() {
	for i := range d.q.Lifelines {
		d.lifeline(i)
	}
	if text := d.q.omission(); text != "" {
		d.text(clockWidth, rowHeight-6, "start", "soft", "⋮ "+text, d.width-clockWidth)
	}
	for i := range d.q.Steps {
		d.step(i)
	}
}

// lifeline draws a line while somebody lives there, and dots while nobody does.
func (d *drawing) lifeline(i int) {
	from, class := 0, "life"
	first := slices.IndexFunc(d.q.Steps, func(s Step) bool { return s.From == i && s.What != StepFault })
	if first >= 0 && (d.q.Steps[first].What == StepStart || d.q.Steps[first].What == StepRestart) {
		class = "gone"
	}
	stretch := func(to int) {
		d.put(`<path class="%s" d="M%d %dV%d"/>`, class, d.x[i], from, to)
		from = to
	}
	for k, s := range d.q.Steps {
		if s.From != i {
			continue
		}
		switch s.What {
		case StepExit:
			stretch(d.y[k])
			class = "gone"
		case StepStart, StepRestart:
			stretch(d.y[k])
			class = "life"
		}
	}
	stretch(d.height)
}

func (d *drawing) step(i int) {
	s := &d.q.Steps[i]
	if i == 0 || d.q.Steps[i-1].At != s.At {
		d.text(clockWidth-12, d.y[i]+4, "end", "soft", moment(s.At), clockWidth)
	}
	switch {
	case d.isBand(s):
		d.band(i)
	case s.What == StepMessage || s.What == StepSignal || s.What == StepDrop:
		d.arrow(i)
	case s.What == StepTake:
		d.put(`<circle class="take" cx="%d" cy="%d" r="3"><title>%s</title></circle>`, d.x[s.From], d.y[i], markup(s.words()))
	default:
		d.mark(i)
	}
}

// isBand reports whether a step is of no process in particular.
func (d *drawing) isBand(s *Step) bool {
	switch s.What {
	case StepVerdict:
		return true
	case StepMessage, StepSignal, StepDrop:
		return !d.q.has(s.From) && !d.q.has(s.To)
	}
	return !d.q.has(s.From)
}

// bandMost is how many lines a band has at most.
const bandMost = 8

func (d *drawing) bandLines(s *Step) []string {
	var lines []string
	most := fits(d.width - clockWidth - 40)
	for line := range strings.SplitSeq(strings.TrimRight(s.words(), "\n"), "\n") {
		for runes := []rune(visible(line)); ; {
			n := min(len(runes), most)
			lines = append(lines, string(runes[:n]))
			if runes = runes[n:]; len(runes) == 0 {
				break
			}
		}
		if len(lines) > bandMost {
			return append(lines[:bandMost], "…")
		}
	}
	return lines
}

// band draws a step over all lifelines.
func (d *drawing) band(i int) {
	s := &d.q.Steps[i]
	lines := d.bandLines(s)
	class := "band"
	if s.What == StepVerdict {
		class = "band verdict"
	}
	d.put(`<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="4"/>`,
		class, clockWidth, d.y[i]-14, d.width-clockWidth-16, 11+lineHeight*len(lines))
	for n, line := range lines {
		d.put(`<text class="plain" x="%d" y="%d">%s</text>`, clockWidth+10, d.y[i]+3+n*lineHeight, html.EscapeString(line))
	}
}

// arrow draws a message from where it was sent to where it was taken.
func (d *drawing) arrow(i int) {
	s := &d.q.Steps[i]
	class, tip := "message", "message"
	y2 := d.y[i]
	switch t := d.q.taker(i); {
	case s.What == StepSignal:
		class, tip = "signal", "signal"
		if t > 0 {
			y2 = d.y[t]
		}
	case s.What == StepDrop:
		class = "drop"
	case t > 0:
		y2 = d.y[t]
	default:
		class = "message untaken"
	}
	from, to := d.ends(s)
	hover := fmt.Sprintf("<title>%s</title>", markup(d.sentence(i)))
	end := fmt.Sprintf(` marker-end="url(#tip-%s)"`, tip)
	switch {
	case s.What == StepDrop:
		to = (from + to) / 2
		d.put(`<path class="drop" d="M%d %dH%d">%s</path>`, from, d.y[i], to, hover)
		d.cross(to, d.y[i])
	case s.From == s.To: // and there is one: others are bands
		d.put(`<path class="%s" d="M%d %dh30V%dh-30"%s>%s</path>`, class, from, d.y[i], max(y2, d.y[i]+12), end, hover)
		d.text(from+36, d.y[i]+4, "start", "", s.words(), columnWidth-40)
		return
	default:
		d.put(`<path class="%s" d="M%d %dL%d %d"%s>%s</path>`, class, from, d.y[i], to, y2, end, hover)
	}
	switch {
	case !d.q.has(s.From):
		d.put(`<circle class="note" cx="%d" cy="%d" r="3"/>`, from, d.y[i])
	case !d.q.has(s.To):
		d.put(`<circle class="note" cx="%d" cy="%d" r="3"/>`, to, y2)
	}
	wide := max(from-to, to-from) - 14
	if from < to {
		d.text(from+7, d.y[i]-4, "start", "", s.words(), max(wide, columnWidth-20))
	} else {
		d.text(from-7, d.y[i]-4, "end", "", s.words(), max(wide, columnWidth-20))
	}
}

// ends is where an arrow begins and ends. One that comes from nobody, or leads to nobody who is known, is short.
func (d *drawing) ends(s *Step) (from, to int) {
	switch {
	case !d.q.has(s.From):
		return d.x[s.To] - columnWidth/3, d.x[s.To]
	case !d.q.has(s.To):
		return d.x[s.From], d.x[s.From] + columnWidth/3
	}
	return d.x[s.From], d.x[s.To]
}

// sentence is a step in words.
func (d *drawing) sentence(i int) string {
	s := &d.q.Steps[i]
	text := moment(s.At) + " " + d.q.name(s.From) + " → " + d.q.name(s.To) + ": " + s.words()
	if t := d.q.taker(i); t > 0 {
		text += " (taken at " + moment(d.q.Steps[t].At) + ")"
	}
	return text
}

// name is that of a lifeline, or a dash.
func (q *Sequence) name(i int) string {
	if !q.has(i) {
		return "-"
	}
	return q.Lifelines[i].Name
}

// mark draws what one process did or suffered: each kind has a shape of its own.
func (d *drawing) mark(i int) {
	s := &d.q.Steps[i]
	x, y := d.x[s.From], d.y[i]
	switch s.What {
	case StepExit:
		d.cross(x, y)
	case StepStart, StepRestart:
		d.put(`<circle class="%s" cx="%d" cy="%d" r="6"/>`, s.What, x, y)
		if s.What == StepRestart {
			d.put(`<circle class="restart-in" cx="%d" cy="%d" r="2.5"/>`, x, y)
		}
	case StepFault:
		d.put(`<path class="fault" d="M%d %dl8 14h-16z"/>`, x, y-9)
	case StepTook:
		d.put(`<path class="took" d="M%d %dl7 12h-14z"/>`, x, y-8)
	default:
		d.put(`<rect class="note" x="%d" y="%d" width="8" height="8"/>`, x-4, y-4)
	}
	d.text(x+12, y+4, "start", "", s.words(), max(columnWidth*2, d.width-x-20)*3/4)
}

func (d *drawing) cross(x, y int) {
	d.put(`<path class="exit" d="M%d %dl12 12m0 -12l-12 12"/>`, x-6, y-6)
}

// markup is text as XML and HTML hold it, in one line.
func markup(text string) string { return html.EscapeString(visible(text)) }

// markupLines is markup for text of several lines.
func markupLines(text string) string { return html.EscapeString(visibleLines(text)) }
