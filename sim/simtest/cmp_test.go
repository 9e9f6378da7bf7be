package simtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/simtest"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// What two runs have talked about is equal if it prints the same: PIDs are paths.
func TestCmpOptions(t *testing.T) {
	type talk struct {
		Who   sim.PID
		What  sim.Ref
		When  sim.Timer
		Why   sim.Reason
		Kids  []sim.PID
		Error error
	}
	say := func(role string) (v talk) {
		w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
			v.Who, v.What, v.When = p.Spawn(role, func(*sim.Proc) {}), p.MakeRef(), p.SendAfter(time.Second, p.Self(), 1)
			v.Why, v.Error = &term.Crash{Err: "x"}, fmt.Errorf("in vain: %w", sim.ErrTimeout)
		}})
		defer w.Close()
		w.Run(time.Second)
		return v
	}
	a, b, c := say("x"), say("x"), say("y")
	b.Kids, b.Error = []sim.PID{}, sim.ErrTimeout
	b.Why.(*term.Crash).Stack = term.Callers(0)
	if d := cmp.Diff(a, b, simtest.CmpOptions()); d != "" {
		t.Errorf("two runs of the same differ: %s", d)
	}
	if cmp.Equal(a, c, simtest.CmpOptions()) {
		t.Error("another process is the same")
	}
}

// Trap: what cmp.Diff prints is not stable. No text of this package is made with it.
func TestNoTextIsMadeByCmp(t *testing.T) {
	files, _ := filepath.Glob("*.go")
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(src)) {
			if !strings.HasSuffix(f, "_test.go") && strings.Contains(line, "cmp.Diff(") {
				t.Errorf("%s: %s", f, line)
			}
		}
	}
	if len(files) < 10 {
		t.Errorf("read %d files", len(files))
	}
}
