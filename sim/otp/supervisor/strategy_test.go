package supervisor

import (
	"testing"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

var reasons = []sim.Reason{
	sim.Normal, sim.Shutdown, term.ShutdownWith(1), term.Tuple{sim.Shutdown}, term.Atom("boom"), sim.Killed, &term.Crash{Err: "x"},
}

// SUP6, a column a reason: normal, shutdown, {shutdown,1}, {shutdown}, boom, killed, a crash.
func TestRestart(t *testing.T) {
	for r, want := range map[Restart][2]string{
		Permanent: {"yyyyyyy", "!!!!!!!"},
		Transient: {"nnnyyyy", "...!!!!"},
		Temporary: {"nnnnnnn", "...!!!!"},
	} {
		for i, reason := range reasons {
			if got := r.again(reason); got != (want[0][i] == 'y') {
				t.Errorf("%v child, %v: restarted %v", r, reason, got)
			}
			if got := r.alarming(reason); got != (want[1][i] == '!') {
				t.Errorf("%v child, %v: reported %v", r, reason, got)
			}
		}
	}
}

// SUP12: which ends of a child that was stopped are as they should be.
func TestShutdown_obeyed(t *testing.T) {
	for _, c := range []struct {
		shutdown Shutdown
		restart  Restart
		want     string
	}{
		{Infinity, Permanent, "nynnnnn"},
		{Infinity, Transient, "yyynnnn"},
		{After(5 * s), Temporary, "yyynnnn"},
		{BrutalKill, Permanent, "nnnnnyn"},
		{BrutalKill, Temporary, "yyynnyn"},
	} {
		spec := Child{Restart: c.restart, Shutdown: c.shutdown}
		for i, reason := range reasons {
			if got := spec.obeyed(reason); got != (c.want[i] == 'y') {
				t.Errorf("%v child, shutdown %v, %v: obeyed %v", c.restart, c.shutdown, reason, got)
			}
		}
	}
}

// SUP16: the column says which of three children a, b (significant) and c have a process.
func TestAutoShutdown(t *testing.T) {
	for _, c := range []struct {
		auto  AutoShutdown
		ended string
		left  string
		want  bool
	}{
		{Never, "a", "", false},
		{AnySignificant, "a", "bc", true},
		{AnySignificant, "c", "ab", false},
		{AllSignificant, "a", "bc", false},
		{AllSignificant, "a", "c", true},
		{AllSignificant, "c", "", false},
		{AllSignificant, "a", "B", false}, // b is being retried
	} {
		tab := newTable([]Child{{ID: "a", Significant: true}, {ID: "b", Significant: true}, {ID: "c"}}, false)
		for _, r := range c.left {
			if r == 'B' {
				tab.retries(tab.named("b"), pid(9))
				continue
			}
			tab.runs(tab.named(string(r)), pid(uint64(r)))
		}
		if got := c.auto.ends(tab.named(c.ended).spec, &tab); got != c.want {
			t.Errorf("%v: %s ended, %q left: the supervisor ends %v, want %v", c.auto, c.ended, c.left, got, c.want)
		}
	}
}

// SUP7
func TestStrategy_firstOf(t *testing.T) {
	tab := newTable([]Child{{ID: "a"}, {ID: "b"}, {ID: "c"}}, false)
	b := tab.named("b")
	if got := OneForAll.firstOf(b, &tab).spec.ID; got != "a" {
		t.Errorf("one_for_all: first is %s, want a", got)
	}
	if got := RestForOne.firstOf(b, &tab).spec.ID; got != "b" {
		t.Errorf("rest_for_one: first is %s, want b", got)
	}
}

// pid is the n-th of some processes.
func pid(n uint64) sim.PID {
	if people[n] == nil {
		people[n] = &term.Identity{Serial: n}
	}
	return term.NewPID(people[n])
}

var people = map[uint64]*term.Identity{}
