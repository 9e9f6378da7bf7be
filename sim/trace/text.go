package trace

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bedlam-sim/bedlam/sim/term"
)

// The columns of the text form, as wide in every trace, so that two of them can be laid side by side: time,
// subject, kind, and then what there is to say.
const (
	timeWidth    = 16
	subjectWidth = 28
	kindWidth    = 10
	indent       = "                  " // under the subject
)

// WriteText writes a line a fact for people to read. Reports have their text, in the manner of OTP's SASL,
// below their line. The last line says how many facts there were.
func WriteText(w io.Writer, r *Record) error {
	out := bufio.NewWriter(w)
	var b []byte
	for i, e := range r.Events {
		b = r.appendLine(b[:0], i)
		b = append(b, '\n')
		if e.Kind == Report {
			b = r.appendReport(b, i)
		}
		if _, err := out.Write(b); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "%s\n", r.sum())
	return out.Flush()
}

// sum is what there is to say of the run as a whole.
func (r *Record) sum() string {
	if r.Whole() {
		return fmt.Sprintf("%d facts, hash %016x", r.Count, r.Hash)
	}
	return fmt.Sprintf("%d of %d facts, hash of all %016x", len(r.Events), r.Count, r.Hash)
}

// Line is the i-th event that was kept, as WriteText prints it, without the text of a report.
func (r *Record) Line(i int) string { return string(r.appendLine(nil, i)) }

func (r *Record) appendLine(b []byte, i int) []byte {
	e := r.Events[i]
	b = appendTime(b, e.At)
	b = append(b, "  "...)
	b = appendPadded(b, term.Visible(r.Name(e.Subject)), subjectWidth)
	b = append(b, "  "...)
	b = appendPadded(b, e.Kind.String(), kindWidth)
	detail := r.Details[i]
	if n := strings.IndexAny(detail, " \n"); e.Kind == Report && n >= 0 {
		detail = detail[:n] // its body stands below
	}
	for _, part := range [...]string{r.object(e), saying(e), term.Visible(detail)} {
		if part != "" {
			b = append(append(b, "  "...), part...)
		}
	}
	return trimRight(b)
}

// object is the second process of a fact, where there is one.
func (r *Record) object(e Event) string {
	if e.Object == 0 || e.Kind == Report && e.Object == e.Subject {
		return ""
	}
	return term.Visible(r.Name(e.Object))
}

// saying is what a fact's Word means, where it means something to people.
func saying(e Event) string {
	switch e.Kind {
	case Signal:
		return join(signalName(e.Word>>signalShift), number(e.Word&^(0xff<<signalShift)))
	case Slice:
		return plural(e.Word, "reduction")
	case Timer:
		if e.Word == 0 {
			return "its wait is over"
		}
		return number(e.Word)
	case Send, Receive:
		return number(e.Word)
	}
	return ""
}

// number is a Word that counts: nothing if it is 0.
func number(word uint64) string {
	if word == 0 {
		return ""
	}
	return "#" + strconv.FormatInt(int64(word), 10)
}

func join(a, b string) string {
	if b == "" {
		return a
	}
	return a + " " + b
}

func plural(n uint64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.FormatUint(n, 10) + " " + what + "s"
}

// appendTime prints seconds to the microsecond, and to the nanosecond where there are any; the point is
// always in the same column.
func appendTime(b []byte, at int64) []byte {
	s := Seconds(at)
	width := timeWidth
	if tail := len(s) - strings.IndexByte(s, '.'); tail < len(".123456789s") {
		width -= len(".123456789s") - tail
	}
	for range width - len(s) {
		b = append(b, ' ')
	}
	b = append(b, s...)
	for range timeWidth - max(width, len(s)) {
		b = append(b, ' ')
	}
	return b
}

// Seconds prints virtual time as 12.000042s, and as 12.000042100s where it does not end on a microsecond.
func Seconds(at int64) string {
	sign, n := "", uint64(at)
	if at < 0 {
		sign, n = "-", -n
	}
	if n%1000 == 0 {
		return fmt.Sprintf("%s%d.%06ds", sign, n/1e9, n%1e9/1000)
	}
	return fmt.Sprintf("%s%d.%09ds", sign, n/1e9, n%1e9)
}

func appendPadded(b []byte, s string, width int) []byte {
	b = append(b, s...)
	for range width - utf8.RuneCountInString(s) {
		b = append(b, ' ')
	}
	return b
}

func trimRight(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}
