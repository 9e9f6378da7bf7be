package mutant_test

import (
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/internal/mutant"
)

// Each mistake has a name of its own, by which it is found, and is itself and no other.
func TestList(t *testing.T) {
	seen := map[string]bool{}
	all := mutant.List()
	for i, m := range all {
		if seen[m.String()] || m.String() == "" || m.What() == "" || m.Home() == "" || strings.ContainsAny(m.String(), " |") {
			t.Errorf("mutant %d is badly named: %q, %q, %q", i, m, m.Home(), m.What())
		}
		seen[m.String()] = true
		if found, ok := mutant.Named(m.String()); !ok || found != m {
			t.Errorf("%v is not found by its name", m)
		}
		for j, o := range all {
			if m.Is(o) != (i == j) {
				t.Errorf("is %v %v? %v", m, o, m.Is(o))
			}
		}
	}
	if len(all) < 20 {
		t.Errorf("%d mutants are few", len(all))
	}
}

// The zero Mutant is no mistake.
func TestZero(t *testing.T) {
	var none mutant.Mutant
	if !none.None() || none.Is(none) || none.String() != "none" || none.What() != "" || none.Home() != "" {
		t.Errorf("%v", none)
	}
	for _, m := range mutant.List() {
		if none.Is(m) || m.Is(none) || m.None() {
			t.Errorf("none is %v", m)
		}
	}
	if _, ok := mutant.Named("none"); ok {
		t.Error("none can be planted")
	}
}
