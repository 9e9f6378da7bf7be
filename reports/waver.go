package reports

import (
	"fmt"
	"io"
)

// A Waver is a plan that is not deterministic: run twice, it was two runs. That is worse than a broken rule, for
// then no failure can be trusted to come again.
type Waver struct {
	Scenario string
	File     string
	Seed     uint64
	Dull     bool // there is no seed
	Hashes   [2]uint64
	Text     string // where the runs first differ, for people
}

// Waver prints a plan that wavers.
func (t Text) Waver(w io.Writer, x *Waver) error {
	p := &page{Text: t}
	p.waver(x)
	return p.to(w)
}

// plan is what of a run tells what was played.
func (x *Waver) plan() *Run { return &Run{Seed: x.Seed, Dull: x.Dull} }

func (p *page) waver(x *Waver) {
	p.line(p.paint(red, "✗ "), p.paint(bold, "not deterministic"), "  ", x.Scenario, "  ", x.plan().played())
	p.labelled("expected", "two runs of one plan to be the same")
	p.labelled("got", fmt.Sprintf("hash %016x, then %016x", x.Hashes[0], x.Hashes[1]))
	p.labelled("where", x.Text)
	p.labelled("likely", "the order of a Go map, a global variable, a goroutine, time.Now or math/rand in a program")
}

// Waver is the line of a plan that wavers; its type is nondeterminism.
func (j JSON) Waver(x *Waver) error {
	return j.put(struct {
		head
		Scenario string `json:"scenario"`
		Origin
		Hashes [2]hashText `json:"hashes"`
		Text   string      `json:"text"`
		File   string      `json:"file,omitempty"`
	}{
		head{JSONVersion, "nondeterminism"}, x.Scenario, OriginOf(x.Seed, x.Dull),
		[2]hashText{hashText(x.Hashes[0]), hashText(x.Hashes[1])}, x.Text, x.File,
	})
}
