package pg_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/pg"
	"pgregory.net/rapid"
)

// move is what is done to a scope: who joins, leaves, or dies.
type move struct {
	Kind  string
	Group int
	Who   []int
}

var twinGroups = []any{sim.Atom("x"), "x", sim.Tuple{sim.Atom("x"), 1}, []any{}}

const twinProcesses = 4

func drawMove(t *rapid.T) move {
	return move{
		Kind:  rapid.SampledFrom([]string{"join", "join", "join", "leave", "leave", "die"}).Draw(t, "kind"),
		Group: rapid.IntRange(0, len(twinGroups)-1).Draw(t, "group"),
		Who:   rapid.SliceOfN(rapid.IntRange(0, twinProcesses-1), 1, 4).Draw(t, "who"),
	}
}

// twin is a scope as dumb as can be: how often each is in each group.
type twin struct {
	in   [4][twinProcesses]int
	dead [twinProcesses]bool
}

func (w *twin) do(m move) string {
	joined := false
	for _, i := range m.Who {
		n := &w.in[m.Group][i]
		switch {
		case m.Kind == "die":
			w.dead[i] = true
			for g := range w.in {
				w.in[g][i] = 0
			}
		case m.Kind == "join" && !w.dead[i]:
			*n++
		case m.Kind == "leave" && *n > 0:
			*n--
			joined = true
		}
	}
	if m.Kind == "leave" && !joined {
		return "not_joined"
	}
	return "ok"
}

func (w *twin) look() string {
	text := ""
	for g, members := range w.in {
		text += fmt.Sprint(g, members, " ")
	}
	return text
}

// One node and its twin agree on every answer and on who is in after it; those who were told agree too (PG1, PG3).
func TestScope_PG1_asItsTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		moves := rapid.SliceOfN(rapid.Custom(drawMove), 1, 30).Draw(t, "moves")
		seed := rapid.Uint64().Draw(t, "seed")
		wrong := "it did not come to an end"
		w := sim.New(sim.Config{Seed: seed, Boot: func(p *sim.Proc) {
			pg.Start(p, "pg")
			wrong = drive(p, moves)
		}})
		defer w.Close()
		if w.Run(time.Hour); wrong != "" {
			t.Fatal(wrong)
		}
	})
}

// drive does to a scope and to its twin the same.
func drive(p *sim.Proc, moves []move) (wrong string) {
	var pids []sim.PID
	for range twinProcesses {
		pids = append(pids, p.Spawn("p", func(p *sim.Proc) { p.Sleep(sim.Forever) }))
	}
	ref, _, _ := pg.MonitorScope(p, "pg")
	want, told := &twin{}, &twin{}
	for i, m := range moves {
		var who []sim.PID
		for _, i := range m.Who {
			who = append(who, pids[i])
		}
		answer := errOf(nil)
		switch m.Kind {
		case "join":
			answer = errOf(pg.Join(p, "pg", twinGroups[m.Group], who...))
		case "leave":
			answer = errOf(pg.Leave(p, "pg", twinGroups[m.Group], who...))
		case "die":
			for _, pid := range who {
				p.Exit(pid, sim.Kill)
			}
		}
		p.Sleep(time.Millisecond)
		if should := want.do(m); fmt.Sprint(answer) != should {
			return fmt.Sprintf("move %d, %v: %v, and should be %s", i, m, answer, should)
		}
		is := &twin{}
		for g, group := range twinGroups {
			is.in[g] = count(pids, pg.Members(p, "pg", group))
			if count(pids, pg.LocalMembers(p, "pg", group)) != is.in[g] {
				return "local members are others"
			}
			listed := slices.ContainsFunc(pg.WhichGroups(p, "pg"), func(n any) bool { return show(n) == show(group) })
			if listed != (is.in[g] != [twinProcesses]int{}) {
				return fmt.Sprintf("move %d: group %v listed: %v", i, group, listed)
			}
		}
		if is.look() != want.look() {
			return fmt.Sprintf("move %d, %v: %s, and should be %s", i, m, is.look(), want.look())
		}
		told.hear(p, ref, pids)
		if told.look() != want.look() {
			return fmt.Sprintf("move %d, %v: told of %s, and should be of %s", i, m, told.look(), want.look())
		}
	}
	return ""
}

func count(pids, members []sim.PID) (n [twinProcesses]int) {
	for _, pid := range members {
		n[slices.Index(pids, pid)]++
	}
	return n
}

// hear keeps the account of one who is told. What left is not always what was there: who leaves is listed as asked.
func (w *twin) hear(p *sim.Proc, ref sim.Ref, pids []sim.PID) {
	for {
		m, err := sim.Any(p, sim.After(0))
		if err != nil {
			return
		}
		switch m := m.(type) {
		case pg.Joined:
			for i, n := range count(pids, m.PIDs) {
				w.in[groupOf(m.Group)][i] += n
			}
		case pg.Left:
			for i, n := range count(pids, m.PIDs) {
				k := &w.in[groupOf(m.Group)][i]
				*k = max(0, *k-n)
			}
		}
	}
}

func groupOf(group any) int {
	return slices.IndexFunc(twinGroups, func(g any) bool { return show(g) == show(group) })
}
