package code_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/code"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
)

// load is a tree of counters under load while it is upgraded.
type load struct {
	clients int
	calls   int
	upgrade func(p *sim.Proc, u code.Upgrade) error

	// Of the run
	sent, errors int
	added        [counters]int
	said         [counters]int
	vsns         map[string]int
	restarts     int
	err          error
	done         bool
}

const counters = 3

func name(i int) sim.Name { return sim.Name(fmt.Sprintf("c%d", i)) }

// boot starts the tree, its clients, and the release handler.
func (l *load) boot(m *code.Module) func(p *sim.Proc) {
	return func(p *sim.Proc) {
		var kids []supervisor.Child
		for i := range counters {
			start := genserver.Start(name(i), m.Server())
			kids = append(kids, supervisor.Child{ID: string(name(i)), Start: func(p *sim.Proc, extra ...any) (otp.Started, error) {
				l.restarts++
				return start(p, extra...)
			}})
		}
		supervisor.StartLink(p, sim.Local("sup"), supervisor.Spec{Children: kids})
		for range l.clients {
			p.Spawn("client", l.client)
		}
		p.Spawn("release_handler", func(p *sim.Proc) {
			p.Sleep(time.Duration(p.Rand(1_000_000)))
			l.err = l.upgrade(p, code.Upgrade{Steps: []code.Step{{Module: m, To: "2"}}, Under: []sim.Addr{sim.Local("sup")}})
			p.Sleep(10 * time.Second)
			for i := range counters {
				l.said[i], _ = otp.Call(p, name(i), add{})
			}
			l.vsns = map[string]int{}
			for _, u := range code.Users(p, m) {
				l.vsns[u.Vsn]++
			}
			l.done = true
		})
	}
}

// client calls and casts, now this counter, now that.
func (l *load) client(p *sim.Proc) {
	for range l.calls {
		p.Sleep(time.Duration(1 + p.Rand(100_000)))
		i := p.Rand(counters)
		l.sent++
		l.added[i] += l.sent
		if p.Rand(3) == 0 {
			otp.Cast(p, name(i), add{By: l.sent})
			continue
		}
		if _, err := otp.Call(p, name(i), add{By: l.sent}); err != nil {
			l.errors++
		}
	}
}

// lossless runs it with many seeds; not a call may be lost, and nothing of what the counters know.
func (l *load) lossless(t *testing.T, check func(l *load) error) {
	t.Helper()
	seeds := uint64(1000)
	if testing.Short() {
		seeds = 50
	}
	m := counterModule()
	var w *sim.World
	for seed := range seeds {
		run := &load{clients: l.clients, calls: l.calls, upgrade: l.upgrade}
		cfg := sim.Config{Seed: seed, Boot: run.boot(m)}
		if w == nil {
			w = sim.New(cfg)
			defer w.Close()
		} else {
			w.Reset(cfg)
		}
		w.Run(time.Minute)
		err := check(run)
		switch {
		case !run.done:
			err = errors.New("it has not come to its end")
		case err != nil:
		case run.errors > 0 || run.said != run.added || run.restarts != counters:
			err = fmt.Errorf("%d of %d calls failed; %v were added, the counters say %v; %d starts", run.errors, run.sent, run.added, run.said, run.restarts)
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// "Upgrade under load loses no call and no state in 1,000 seeds", in every order, there and back again.
func TestUpgradeUnderLoad(t *testing.T) {
	for _, order := range []code.Order{code.All, code.Rolling, code.Random} {
		t.Run(string(order), func(t *testing.T) {
			l := &load{clients: 5, calls: 20, upgrade: func(p *sim.Proc, u code.Upgrade) error {
				u.Order, u.Gap = order, time.Duration(p.Rand(200_000))
				_, err := u.Run(p)
				if err == nil && p.Rand(2) == 0 {
					u.Steps[0].To = "1"
					if _, err = u.Run(p); err == nil {
						u.Steps[0].To = "2"
						_, err = u.Run(p)
					}
				}
				return err
			}}
			l.lossless(t, func(l *load) error {
				if l.err != nil || l.vsns["2"] != counters {
					return fmt.Errorf("%v, %v", l.err, l.vsns)
				}
				return nil
			})
		})
	}
}

// "An upgrade whose code_change fails rolls back in all", by an answer, a crash or too long a time, whoever it is.
func TestFailingUpgradeUnderLoad(t *testing.T) {
	for _, order := range []code.Order{code.All, code.Rolling, code.Random} {
		t.Run(string(order), func(t *testing.T) {
			l := &load{clients: 5, calls: 20, upgrade: func(p *sim.Proc, u code.Upgrade) error {
				how := p.Rand(3)
				u.Order, u.Gap, u.Patience = order, time.Duration(p.Rand(200_000)), time.Second
				u.Extra = trouble{name(p.Rand(counters)), func(p *sim.Proc) error {
					switch how {
					case 0:
						return errors.New("bad state")
					case 1:
						panic("boom")
					}
					p.Sleep(time.Duration(1100+p.Rand(1000)) * time.Millisecond)
					return nil
				}}
				_, err := u.Run(p)
				return err
			}}
			l.lossless(t, func(l *load) error {
				var f *code.Failed
				if !errors.As(l.err, &f) || f.Phase != code.Changing || len(f.Stuck) > 0 || l.vsns["1"] != counters {
					return fmt.Errorf("%v, %v", l.err, l.vsns)
				}
				return nil
			})
		})
	}
}
