package global_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
)

func lock(resource string, requester any) global.Lock {
	return global.Lock{Resource: sim.Atom(resource), Requester: requester}
}

// LCK1: a lock is shared by those who use the same requester, and gone when all of them have deleted it or ended.
func TestLock_LCK1_holders(t *testing.T) {
	c := newCluster(t, "ab")
	c.mesh()
	c.do("a", func(p *sim.Proc) {
		l, other := lock("r", 1), lock("r", 2)
		c.say("%v, again %v", global.SetLock(p, l, nil, 0), global.SetLock(p, l, nil, 0))
		c.say("another requester: %v", global.SetLock(p, other, nil, 0))
		helper, ref := p.SpawnMonitor("helper", func(p *sim.Proc) {
			c.say("another process: %v", global.SetLock(p, l, nil, 0))
			p.Sleep(sim.Forever)
		})
		p.Sleep(time.Second)
		global.DelLock(p, other, nil)
		c.say("deleted by another requester: %v", global.SetLock(p, other, nil, 0))
		global.DelLock(p, l, nil)
		c.say("deleted by one: %v", global.SetLock(p, other, nil, 0))
		p.Exit(helper, sim.Kill)
		sim.Receive(p, func(m any) (sim.Down, bool) { d, is := m.(sim.Down); return d, is && d.Ref == ref })
		p.Sleep(time.Second)
		c.say("ended: %v", global.SetLock(p, other, nil, 0))
	})
	c.want(`
		true, again true
		another requester: false
		another process: true
		deleted by another requester: false
		deleted by one: false
		ended: true`)
}

// LCK2, LCK6: all or nothing; who cannot be reached has no say; on no nodes there is nothing to ask; locks on nodes
// that do not overlap do not meet.
func TestLock_LCK2_allOrNothing(t *testing.T) {
	c := newCluster(t, "abc")
	c.mesh()
	c.do("a", func(p *sim.Proc) {
		c.say("on b: %v", global.SetLock(p, lock("r", 1), []sim.Atom{"b"}, 0))
		c.say("on a, b, c: %v", global.SetLock(p, lock("r", 2), nil, 0))
		c.say("on a, c: %v", global.SetLock(p, lock("r", 3), []sim.Atom{"a", "c"}, 0))
		c.say("on none: %v", global.SetLock(p, lock("r", 4), []sim.Atom{}, 0))
		c.say("elsewhere: %v", global.SetLock(p, lock("s", 1), []sim.Atom{"a", "nowhere"}, 0))
	})
	c.want(`
		on b: true
		on a, b, c: false
		on a, c: true
		on none: true
		elsewhere: true`)
}

// LCK3, GLB13: n retries are n+1 attempts, with pauses of at most 0.25, 0.5, 1, 2 and 4 seconds between; none means
// at once.
func TestLock_LCK3_retries(t *testing.T) {
	for n, most := range map[int]time.Duration{0: 0, 1: 250 * time.Millisecond, 5: 7750 * time.Millisecond} {
		c := newCluster(t, "a")
		c.w.SpawnAt("a", "holder", func(p *sim.Proc) {
			global.SetLock(p, lock("r", 1), nil, 0)
			p.Sleep(sim.Forever)
		})
		c.run(time.Millisecond)
		c.do("a", func(p *sim.Proc) {
			began := p.Now()
			is(t, "got it", global.SetLock(p, lock("r", 2), nil, n), false)
			if took := p.Now() - began; took > most+time.Millisecond || took < time.Duration(n)*time.Millisecond {
				t.Errorf("%d retries took %v, at most %v", n, took, most)
			}
		})
	}
}

// LCK4: trans gives the function's result, or is aborted; the lock is deleted even if the function fails, and the
// reason stays.
func TestLock_LCK4_trans(t *testing.T) {
	c := newCluster(t, "ab")
	c.mesh()
	c.do("a", func(p *sim.Proc) {
		r, ok := global.Trans(p, lock("r", 1), func() string { return "result" }, nil, 0)
		c.say("%v %v", r, ok)
		why, _ := otp.Try(p, func() {
			global.Trans(p, lock("r", 1), func() bool { p.ExitSelf(sim.Atom("why")); return true }, nil, 0)
		})
		c.say("exit %v", why)
		global.SetLock(p, lock("r", 2), nil, 0)
		_, ok = global.Trans(p, lock("r", 1), func() bool { return true }, nil, 0)
		c.say("aborted %v", !ok)
	})
	c.want("result true\nexit why\naborted true")
}

// LCK4, LCK2: across a partition both sides hold the lock, and who held it before knows nothing of it.
func TestLock_LCK4_splitBrain(t *testing.T) {
	c := newCluster(t, "ab")
	c.mesh()
	inside := 0
	for _, n := range c.nodes {
		c.w.SpawnAt(n, "critical", func(p *sim.Proc) {
			global.Trans(p, lock("r", p.Self()), func() bool {
				inside++
				c.say("%s in, %d inside", n, inside)
				p.Sleep(5 * time.Minute)
				inside--
				return true
			}, []sim.Atom{"a", "b"}, global.Infinity)
		})
		c.run(time.Minute)
	}
	c.cut("a", "b")
	c.run(3 * time.Minute)
	c.want("a in, 1 inside\nb in, 2 inside")
}

// I7: where nothing is cut, one is inside at a time, whoever is killed.
func TestLock_I7_mutualExclusion(t *testing.T) {
	for n := range tries(6) {
		c := newCluster(t, "abc", seed(n))
		c.mesh()
		inside := map[sim.PID]bool{}
		var all []sim.PID
		for i := range 9 {
			all = append(all, c.w.SpawnAt(c.nodes[i%3], "critical", func(p *sim.Proc) {
				for {
					global.Trans(p, lock("r", p.Self()), func() bool {
						for pid := range inside {
							if c.w.View().Alive(pid) {
								t.Errorf("seed %d: %v and %v are inside", n, pid, p.Self())
							}
						}
						inside[p.Self()] = true
						p.Sleep(50 * time.Millisecond)
						delete(inside, p.Self())
						return true
					}, nil, global.Infinity)
				}
			}))
		}
		for _, pid := range all[:6] {
			c.run(5 * time.Second)
			c.w.Exit(pid, sim.Kill)
		}
		c.w.Close()
	}
}

// LCK5, GLB3: who holds the lock `global` keeps all registration waiting.
func TestLock_LCK5_globalBlocks(t *testing.T) {
	c := newCluster(t, "ab")
	c.mesh()
	x := c.worker("b", "x")
	holder := c.w.SpawnAt("a", "holder", func(p *sim.Proc) {
		global.SetLock(p, lock("global", p.Self()), nil, global.Infinity)
		p.Sleep(sim.Forever)
	})
	c.run(time.Second)
	c.w.SpawnAt("b", "register", func(p *sim.Proc) { c.say("%v", global.RegisterName(p, "n", x, nil)) })
	c.run(time.Hour)
	c.say("after an hour")
	c.w.Exit(holder, sim.Kill)
	c.run(time.Minute)
	c.want("after an hour\ntrue")
}
