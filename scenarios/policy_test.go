package scenarios_test

import (
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
)

func TestParsePolicy_mistakes(t *testing.T) {
	for text, want := range map[string]string{
		"pct(depth=0)": `depth wants a number from 1 to `,
		"ramdom":       `there is no policy "ramdom"`,
		"":             `there is no policy ""`,
	} {
		_, err := scenarios.ParsePolicy(text)
		if err == nil {
			t.Errorf("%q is a policy", text)
			continue
		}
		got := err.Error()
		if !strings.HasPrefix(got, want) || strings.Contains(got, "possible are") || strings.Count(got, "portfolio") > 1 {
			t.Errorf("%q: %s", text, got)
		}
	}
	if _, err := scenarios.ParsePolicy("pct(dept=3)"); err == nil || !strings.Contains(err.Error(), "depth") {
		t.Errorf("%v", err)
	}
}

// A policy that is none is a mistake of the caller's, not a run with another one.
func TestRunner_policyIsNone(t *testing.T) {
	sc := parsed(t, "simrun: 1\nname: x\ntree: {id: s, children: [{id: e, start: echo.Server}]}\n")
	r := scenarios.NewRunner(sc, nil)
	defer r.Close()
	defer func() {
		if v := recover(); v == nil {
			t.Error("it ran")
		}
	}()
	r.Run(1, scenarios.RunOptions{Policy: "nonsense"})
}
