package global_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"pgregory.net/rapid"
)

// twin is what global is on a quiet network: a map of names and a map of locks.
type twin struct {
	names map[int]sim.PID
	locks map[int][]holding
}

type holding struct {
	requester int
	pid       sim.PID
}

func (m *twin) register(name int, pid sim.PID, dead bool) bool {
	if _, taken := m.names[name]; taken {
		return false
	}
	for _, other := range m.names {
		if other == pid {
			return false
		}
	}
	if !dead {
		m.names[name] = pid
	}
	return true
}

func (m *twin) end(pid sim.PID) {
	for name, holder := range m.names {
		if holder == pid {
			delete(m.names, name)
		}
	}
	for r, hs := range m.locks {
		m.locks[r] = slices.DeleteFunc(hs, func(h holding) bool { return h.pid == pid })
	}
}

func (m *twin) set(resource, requester int, pid sim.PID) bool {
	for _, h := range m.locks[resource] {
		if h.requester != requester {
			return false
		}
	}
	if h := (holding{requester, pid}); !slices.Contains(m.locks[resource], h) {
		m.locks[resource] = append(m.locks[resource], h)
	}
	return true
}

func (m *twin) String() string {
	var words []string
	for name, pid := range m.names {
		words = append(words, fmt.Sprintf("%d=%d", name, pid.Identity().Serial))
	}
	for r, hs := range m.locks {
		for _, h := range hs {
			words = append(words, fmt.Sprintf("%d locked for %d by %d", r, h.requester, h.pid.Identity().Serial))
		}
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

// seen is what a node knows, in the same words.
func seen(i global.Info) string {
	var words []string
	for _, e := range i.Names {
		words = append(words, fmt.Sprintf("%v=%d", e.Name, e.PID.Identity().Serial))
	}
	for _, l := range i.Locks {
		for _, pid := range l.Holders {
			words = append(words, fmt.Sprintf("%v locked for %v by %d", l.Resource, l.Requester, pid.Identity().Serial))
		}
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

// errand is what a puppet is to do.
type errand func(p *sim.Proc)

// GLB1, LCK1, LCK2: on a quiet network names and locks are maps, the same on all nodes.
func TestTwin(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := newCluster(t, "abc"[:rapid.IntRange(1, 3).Draw(r, "nodes")], seed(rapid.Uint64().Draw(r, "seed")))
		defer c.w.Close()
		c.mesh()
		m := &twin{map[int]sim.PID{}, map[int][]holding{}}
		var puppets []sim.PID
		for i := range 5 {
			puppets = append(puppets, c.w.SpawnAt(c.nodes[i%len(c.nodes)], "puppet", func(p *sim.Proc) {
				for {
					do, _ := sim.Recv[errand](p)
					do(p)
				}
			}))
		}
		small := rapid.IntRange(0, 2)
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			pid, other := rapid.SampledFrom(puppets).Draw(r, "who"), rapid.SampledFrom(puppets).Draw(r, "whom")
			name, requester := small.Draw(r, "name"), small.Draw(r, "requester")
			if !c.w.View().Alive(pid) {
				continue
			}
			have := func(do func(p *sim.Proc) bool) (yes bool) {
				done := false
				c.w.Send(pid, errand(func(p *sim.Proc) { yes, done = do(p), true }))
				if c.run(time.Minute); !done {
					r.Fatal("not done after a minute")
				}
				return yes
			}
			var got, want bool
			switch what := rapid.SampledFrom([]string{"register", "re_register", "unregister", "set", "del", "kill", "trans"}).Draw(r, "what"); what {
			case "register":
				got = have(func(p *sim.Proc) bool { return global.RegisterName(p, name, other, nil) })
				want = m.register(name, other, !c.w.View().Alive(other))
			case "re_register":
				have(func(p *sim.Proc) bool { global.ReRegisterName(p, name, other, nil); return true })
				if m.names[name] = other; !c.w.View().Alive(other) {
					delete(m.names, name)
				}
			case "unregister":
				have(func(p *sim.Proc) bool { global.UnregisterName(p, name); return true })
				delete(m.names, name)
			case "set":
				got = have(func(p *sim.Proc) bool {
					return global.SetLock(p, global.Lock{Resource: name, Requester: requester}, nil, 0)
				})
				want = m.set(name, requester, pid)
			case "del":
				have(func(p *sim.Proc) bool {
					global.DelLock(p, global.Lock{Resource: name, Requester: requester}, nil)
					return true
				})
				m.locks[name] = slices.DeleteFunc(m.locks[name], func(h holding) bool { return h == holding{requester, pid} })
			case "trans":
				got = have(func(p *sim.Proc) bool {
					_, ok := global.Trans(p, global.Lock{Resource: "other", Requester: requester}, func() int { return 1 }, nil, 0)
					return ok
				})
				want = true
			case "kill":
				c.w.Exit(pid, sim.Kill)
				c.run(time.Minute)
				m.end(pid)
			}
			if got != want {
				r.Fatalf("got %v, want %v", got, want)
			}
			for _, n := range c.nodes {
				if info, _ := global.Of(c.w.View(), n); seen(info) != m.String() {
					r.Fatalf("%s knows %s; it is %s", n, seen(info), m)
				}
			}
		}
	})
}

// The same seed gives the same run, in a world of its own and in one that others have used.
func TestTwin_sameSeedSameRun(t *testing.T) {
	hash := func(n uint64) (uint64, uint64) {
		s := newStorm(t, 5, n)
		defer s.w.Close()
		s.chaos(30)
		r := s.w.Run(time.Second)
		return r.Hash, r.Events
	}
	var first uint64
	for n := range uint64(20) {
		h1, e1 := hash(n)
		h2, e2 := hash(n)
		if h1 != h2 || e1 != e2 {
			t.Errorf("seed %d: %x after %d facts, then %x after %d", n, h1, e1, h2, e2)
		}
		if n > 0 && h1 == first {
			t.Errorf("seed %d runs as seed 0 does", n)
		}
		if n == 0 {
			first = h1
		}
	}
}
