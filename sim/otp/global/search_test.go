package global_test

import (
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
)

// The lives that mistakes are looked for in.
var lives = map[string]struct {
	live func(s *storm) []string
	how  []setup
}{
	"rounds":   {func(s *storm) []string { return s.rounds(2) }, nil},
	"chaos":    {func(s *storm) []string { return s.chaos(30) }, nil},
	"locks":    {(*storm).locks, nil},
	"flaps":    {(*storm).reconnects, []setup{near}},
	"old":      {(*storm).reconnects, []setup{near, overlapping}},
	"lastDays": {(*storm).lastDays, []setup{near}},
}

// search looks for a cluster in which a rule breaks that holds there without the mistake. A mistake of old may come
// with BugStale, which was there at its time: then that alone must not break the rule.
func search(t *testing.T, bug global.Bug, life, rule string, within uint64) (witness string, found bool) {
	var without global.Bug
	if bug != global.BugStale {
		without = bug & global.BugStale
	}
	for n := range within {
		bad, broken := live(t, n, bug, life, rule)
		if !broken {
			continue
		}
		if bug != 0 {
			if _, anyway := live(t, n, without, life, rule); anyway {
				continue
			}
		}
		t.Logf("cluster %d: %s", n, bad)
		return bad, true
	}
	return "", false
}

// live lets a cluster live and says how a rule breaks, if it does.
func live(t *testing.T, n uint64, bug global.Bug, life, rule string) (witness string, broken bool) {
	s := newStorm(t, n, append([]setup{buggy(bug)}, lives[life].how...)...)
	defer s.w.Close()
	s.renames = rule != "GLB1"
	for _, b := range lives[life].live(s) {
		if strings.HasPrefix(b, rule) {
			return b, true
		}
	}
	return "", false
}

// Mistakes that global has, or once had, are found by the rules within so many random clusters.
func TestSearch_mistakesAreFound(t *testing.T) {
	for _, c := range []struct {
		name   string
		bug    global.Bug
		life   string
		rule   string // that breaks
		within uint64
	}{
		{"B1_OTP-16033", global.BugDirect | global.BugStale, "old", "I12", 50},
		{"B2_GH-6524", global.BugLeftover, "chaos", "I12", 3000},
		{"B4_OTP-19381", global.BugReconnect | global.BugStale, "flaps", "I12", 10}, // old sessions must be answered at all
		{"B6_OTP-6428", global.BugDeadName, "rounds", "I11", 10},
		{"B7_OTP-6341", global.BugDeadLock, "locks", "I12", 50},
		{"B9_OTP-5737", global.BugNodeBack, "lastDays", "I11", 50},
		{"B10_OTP-5640", global.BugTwoNames, "rounds", "GLB1", 50},
		{"stranger", global.BugStranger | global.BugStale, "chaos", "I6", 200},
		{"standoff", global.BugStandoff, "rounds", "I10", 1000},
		{"stale", global.BugStale, "flaps", "I12", 1000},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.within >= 1000 && testing.Short() {
				t.Skip("takes ten seconds")
			}
			if _, ok := search(t, c.bug, c.life, c.rule, c.within); !ok {
				t.Errorf("not found in %d clusters", c.within)
			}
		})
	}
}

// Without a mistake the same lives break nothing. More clusters are tried with -seeds.
func TestSearch_withoutMistakesNothingIsFound(t *testing.T) {
	for _, c := range []struct{ life, rule string }{
		{"chaos", ""}, {"locks", ""}, {"flaps", ""}, {"lastDays", ""},
		{"old", "I12"}, // overlapping partitions may disagree: POP3
	} {
		t.Run(c.life, func(t *testing.T) {
			if bad, found := search(t, 0, c.life, c.rule, *seeds/3); found {
				t.Error(bad)
			}
		})
	}
}

// B11 (OTP-9212), GLB2: who has killed the holder of a name finds it free, though the name server has not heard yet.
func TestSearch_B11_deadHere(t *testing.T) {
	found := func(bug global.Bug) (dead int) {
		for n := range uint64(50) {
			c := newCluster(t, "a", seed(n), buggy(bug))
			x := c.worker("a", "x")
			c.do("a", func(p *sim.Proc) {
				global.RegisterName(p, sim.Atom("n"), x, nil)
				p.Exit(x, sim.Kill)
				if _, ok := global.WhereisName(p, sim.Atom("n")); ok {
					dead++
				}
			})
			c.w.Close()
		}
		return dead
	}
	if n := found(0); n > 0 {
		t.Errorf("a dead process was found in %d of 50 worlds", n)
	}
	if n := found(global.BugDeadHere); n == 0 {
		t.Error("the mistake was not found in 50 worlds")
	}
}
