package simtest_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/simtest"
)

// FuzzShop is what a fuzz test looks like: this one has no bug to find.
func FuzzShop(f *testing.F) {
	spec := shop()
	spec.Ops.Clients = 1
	simtest.Fuzz(f, spec)
}

// input makes up bytes as a fuzzer does that knows nothing.
func input(seed uint64) (data []byte) {
	source := choice.New(seed)
	for i := range uint64(1 + source.Choose(choice.Key{Domain: choice.Plan}, 20)) {
		data = binary.LittleEndian.AppendUint64(data, source.Word(choice.Key{Domain: choice.Plan, N: i + 1}))
	}
	return data
}

// The fuzzer's body finds the bug that rapid and gopter find, and the crash replays as a plan.
func TestFuzzFindsThePlantedBug(t *testing.T) {
	for seed := range uint64(500) {
		f, _ := try(t, "FuzzShop", func(t testing.TB) { simtest.FuzzOne(t, shop(), input(seed), simtest.Unsaved()) })
		if !f.failed {
			continue
		}
		text := f.text.String()
		if !strings.HasPrefix(text, simtest.Breaks+"\nthe stock grows broken at ") || strings.Count(text, "op at ") != 2 ||
			!strings.HasPrefix(lastLine(text), "REPLAY: go test -run '^FuzzShop$'") {
			t.Errorf("%s", text)
		}
		again := search(t, shop(), t.TempDir(), simtest.Settings(token(t, text), 0, false))
		if !strings.HasPrefix(again.text.String(), strings.TrimSuffix(text, lastLine(text)+"\n")) {
			t.Errorf("found\n%s\nreplayed\n%s", text, again.text.String())
		}
		return
	}
	t.Error("not found in 500 inputs")
}

// All bytes mean a plan, the same one each time, and the text of a plan means itself.
func TestFuzzEdits(t *testing.T) {
	spec := shop()
	seen := map[string]bool{}
	for seed := range uint64(50) {
		p, q := simtest.Edited(spec, input(seed)), simtest.Edited(spec, input(seed))
		if !p.Equal(q) {
			t.Errorf("%v and %v", p, q)
		}
		seen[p.Format()] = true
		if r := simtest.Edited(spec, []byte(p.Format())); !r.Equal(p) {
			t.Errorf("its text is %v, not %v", r, p)
		}
	}
	if len(seen) < 45 {
		t.Errorf("50 inputs make %d plans", len(seen))
	}
	for _, c := range []struct {
		data string
		want plan.Plan
	}{
		{"", plan.Plan{}},
		{"\x07", plan.Plan{Seed: 7}},
		{"\x07\x00\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00", plan.Plan{Seed: 7, Without: []int{5}}},
		{"\x07\x00\x00\x00\x00\x00\x00\x00\x00\x05\x00", plan.Plan{Seed: 7}},
	} {
		if p := simtest.Edited(spec, []byte(c.data)); !p.Equal(c.want) {
			t.Errorf("%q: %v", c.data, p)
		}
	}
	three := simtest.Edited(spec, []byte("\x07\x00\x00\x00\x00\x00\x00\x00\x01\x00\x03\x00\x03\x00\x01\x00"))
	if len(three.Deviations) != 2 || three.Deviations[0].Key.Domain == three.Deviations[1].Key.Domain {
		t.Errorf("one of the declaration and one of the run: %v", three.Deviations)
	}
}
