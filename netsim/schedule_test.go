package netsim

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

func TestFlap(t *testing.T) {
	f, err := ParseFlap("flap down=1s..3s up=2s times=2: cut at groups(a | b)")
	if err != nil {
		t.Fatal(err)
	}
	want := "[0s: inject 0 x: cut at groups(a | b) 1s: heal 0 3s: inject 1 x: cut at groups(a | b) 4s: heal 1]"
	if got := fmt.Sprint(f.Moments(choice.Dull(), "x")); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	ms := f.Moments(choice.New(1), "x")
	if down := ms[1].After; down < time.Second || down > 3*time.Second || ms[2].After != down+2*time.Second {
		t.Error(ms)
	}
}

// Each fault of a swizzle begins in the first half and ends in the second, about half of the nodes take part,
// and one node more moves no other.
func TestSwizzle(t *testing.T) {
	nodes := make([]string, 20)
	for i := range nodes {
		nodes[i] = fmt.Sprintf("n%d", i)
	}
	s := Swizzle{10 * time.Second, Harm{Jam: true}, nodes}
	if got := s.Moments(choice.Dull(), "s"); len(got) != 0 {
		t.Error("dull:", got)
	}
	part := 0
	for seed := range uint64(100) {
		all := s.Moments(choice.New(seed), "s")
		part += len(all) / 2
		began := map[int]string{}
		last := time.Duration(0)
		for _, m := range all {
			if m.After < last || m.Heal != (m.After >= s.Over/2) || m.Heal && began[m.Fault] != m.What.String() {
				t.Fatal(seed, all)
			}
			last = m.After
			began[m.Fault] = m.What.String()
		}
		fewer := Swizzle{s.Over, s.Harm, nodes[1:]}.Moments(choice.New(seed), "s")
		for _, m := range fewer {
			if !slices.ContainsFunc(all, func(o Moment) bool {
				return o.After == m.After && o.Heal == m.Heal && o.What.String() == m.What.String()
			}) {
				t.Fatal(seed, m, all)
			}
		}
	}
	if part < 800 || part > 1200 {
		t.Errorf("%d of 2000 took part", part)
	}
}
