package trace_test

import (
	"bytes"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim/trace"
)

// A log that keeps only some facts says of them what one that keeps all says, filtered, and holds on to no others.
func TestOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := trace.Filter{
			Kinds: rapid.SliceOfN(rapid.SampledFrom([]trace.Kind{trace.Spawn, trace.Exit, trace.Send}), 0, 2).Draw(t, "kinds"),
			Paths: rapid.SampledFrom([][]string{nil, {"**/b*"}}).Draw(t, "paths"),
			From:  time.Duration(rapid.IntRange(0, 8).Draw(t, "from")),
			To:    time.Duration(rapid.IntRange(0, 12).Draw(t, "to")),
		}
		var all, some trace.Log
		all.Reset(math.MaxInt)
		some.Reset(math.MaxInt)
		some.Only(f)
		for i := range rapid.IntRange(0, 30).Draw(t, "facts") {
			kind := rapid.SampledFrom([]trace.Kind{trace.Spawn, trace.Exit, trace.Send, trace.Receive}).Draw(t, "kind")
			subject := rapid.Uint64Range(1, 3).Draw(t, "subject")
			detail := rapid.SampledFrom([]string{"", "hello"}).Draw(t, "detail")
			for _, l := range []*trace.Log{&all, &some} {
				l.Note(int64(i/2), kind, subject, 0, uint64(i))
				l.Name(subject, string([]byte{'<', 'n', '/', byte('a' + subject), '>'}))
				if l.Keeping() && detail != "" {
					l.Detail(detail)
				}
			}
		}
		for name, write := range map[string]func(*trace.Record) string{"text": textOf, "jsonl": jsonlOf} {
			if want, got := write(all.Record().Select(f)), write(some.Record().Select(f)); got != want {
				t.Fatalf("%s of %+v:\n%s\nwant\n%s", name, f, got, want)
			}
		}
		bare := f
		bare.Paths = nil
		if got, want := len(some.Events()), len(all.Record().Select(bare).Events); got != want {
			t.Fatalf("%d facts are kept, and %d are wanted", got, want)
		}
		if err := some.Record().Verify(); err != nil {
			t.Fatal(err)
		}
	})
}

func textOf(r *trace.Record) string {
	var b bytes.Buffer
	trace.WriteText(&b, r)
	return b.String()
}

func jsonlOf(r *trace.Record) string {
	var b bytes.Buffer
	trace.WriteJSONL(&b, r)
	return b.String()
}
