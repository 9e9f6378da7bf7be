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
func search(t *testing.T, most int, bug global.Bug, life, rule string, within uint64) (witness string, found bool) {
	var without global.Bug
	if bug != global.BugStale {
		without = bug & global.BugStale
	}
	first := uint64(0)
	if bug == 0 {
		first = *from
	}
	for n := first; n < first+within; n++ {
		bad, broken := live(t, most, n, bug, life, rule)
		if !broken {
			continue
		}
		if bug != 0 {
			if _, anyway := live(t, most, n, without, life, rule); anyway {
				continue
			}
		}
		t.Logf("cluster %d: %s", n, bad)
		return bad, true
	}
	return "", false
}

// live lets a cluster live and says how a rule breaks, if it does.
func live(t *testing.T, most int, n uint64, bug global.Bug, life, rule string) (witness string, broken bool) {
	s := newStorm(t, most, n, append([]setup{buggy(bug)}, lives[life].how...)...)
	defer s.close()
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
		{"B1_OTP-16033", global.BugDirect, "old", "I12", 50},
		{"B2_GH-6524", global.BugLeftover, "chaos", "I12", 3000},
		{"B4_OTP-19381", global.BugReconnect | global.BugStale, "flaps", "I12", 10}, // old sessions must be answered at all
		{"B6_OTP-6428", global.BugDeadName, "rounds", "I11", 10},
		{"B7_OTP-6341", global.BugDeadLock, "locks", "I12", 50},
		{"B9_OTP-5737", global.BugNodeBack, "lastDays", "I11", 50},
		{"B10_OTP-5640", global.BugTwoNames, "rounds", "GLB1", 50},
		{"stranger", global.BugStranger | global.BugStale, "chaos", "I6", 2000},
		{"standoff", global.BugStandoff, "rounds", "I10", 1000},
		{"stale", global.BugStale, "flaps", "I12", 1000},
	} {
		t.Run(c.name, func(t *testing.T) {
			// Without -short these are looked for. With it, and so under the race detector, the same lives are led by clusters
			// with the other mistakes, and with none.
			if c.within >= 1000 && testing.Short() {
				t.Skip("takes hundreds of clusters")
			}
			if _, ok := search(t, 5, c.bug, c.life, c.rule, c.within); !ok {
				t.Errorf("not found in %d clusters", c.within)
			}
		})
	}
}

// Without a mistake the same lives break nothing. More clusters are tried with -seeds, other ones with -from.
func TestSearch_withoutMistakesNothingIsFound(t *testing.T) {
	for _, c := range []struct{ life, rule string }{
		{"chaos", ""}, {"locks", ""}, {"flaps", ""}, {"lastDays", ""},
		{"old", "I12"}, // overlapping partitions may disagree: POP3
	} {
		t.Run(c.life, func(t *testing.T) {
			if bad, found := search(t, 7, 0, c.life, c.rule, tries(3)); found {
				t.Error(bad)
			}
		})
	}
}

// I6, I10, I12: clusters in which something once did not hold.
func TestSearch_remembered(t *testing.T) {
	for _, c := range []struct {
		most int
		life string
		ns   []uint64
		harm string
	}{
		{5, "flaps", []uint64{10634, 12843}, "a session gave names of a node that one side had lost meanwhile; who met that node later did not pass them on"},
		{5, "flaps", []uint64{13072, 15508, 20615, 24433, 27673, 31660, 33099, 34365, 38604}, "a node lacked names that the others had"},
		{5, "flaps", []uint64{31442}, "a told c that it knew b, then let go of b because d had lost b, and c had heard of d first"},
		{5, "chaos", []uint64{21620}, "a node lacked names that the others had"},
		{5, "chaos", []uint64{28322}, "a node to be disconnected was heard of again, and known without its names when it came back"},
		{7, "chaos", []uint64{201759}, "a name was given anew on some nodes when the one that gave it was lost"},
		{7, "chaos", []uint64{204769}, "a name was freed on some nodes when the one that freed it was lost"},
		{7, "chaos", []uint64{302660}, "a repair gave names of a node that was not known"},
	} {
		for _, n := range c.ns {
			if bad, broken := live(t, c.most, n, 0, c.life, ""); broken {
				t.Errorf("%s %d, %d nodes at most: %s: %s", c.life, n, c.most, c.harm, bad)
			}
		}
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
