package global_test

import (
	"flag"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
)

var (
	seeds = flag.Uint64("seeds", 300, "how many random clusters to try")
	from  = flag.Uint64("from", 0, "the first of them, if nothing is to be found")
)

// tries is how many random clusters a test of n parts tries in each: a tenth with -short, since clusters of seven nodes
// take a minute under the race detector.
func tries(parts uint64) uint64 {
	if testing.Short() {
		parts *= 10
	}
	return *seeds / parts
}

// A storm is what happens to a random cluster: registrations, ends, partitions, halts.
type storm struct {
	*cluster
	r       *rand.Rand
	workers []sim.PID
	faults  []netsim.FaultID
}

// newStorm is one of two nodes, or more, but not more than most.
func newStorm(t testing.TB, most int, n uint64, how ...setup) *storm {
	r := rand.New(rand.NewPCG(n, 1))
	nodes := "abcdefg"[:2+r.IntN(most-1)]
	how = append([]setup{seed(n), kernel(sim.Kernel{TickTime: 4 * time.Second}), latency(0, time.Duration(r.IntN(20))*time.Millisecond)}, how...)
	return &storm{cluster: newCluster(t, nodes, how...), r: r}
}

func (s *storm) node() sim.Atom { return s.nodes[s.r.IntN(len(s.nodes))] }

func (s *storm) name() sim.Atom { return []sim.Atom{"k", "l", "m", "n"}[s.r.IntN(4)] }

// fresh starts a worker.
func (s *storm) fresh() sim.PID {
	pid := s.worker(s.node(), "w")
	if !pid.IsZero() {
		s.workers = append(s.workers, pid)
	}
	return pid
}

// blow makes random moves.
func (s *storm) blow(moves []func(s *storm), steps int) {
	for range steps {
		moves[s.r.IntN(len(moves))](s)
		switch s.r.IntN(4) {
		case 0:
			s.run(time.Duration(s.r.IntN(20)) * time.Millisecond)
		case 1:
			s.run(time.Duration(s.r.IntN(500)) * time.Millisecond)
		case 2:
			s.run(time.Duration(s.r.IntN(5000)) * time.Millisecond)
		}
	}
}

// clear ends what is wrong with the network.
func (s *storm) clear() {
	s.w.HealAll()
	for _, n := range s.nodes {
		s.w.ResumeNode(n)
		s.w.BootNode(n)
	}
}

func (s *storm) register() {
	name, pid := s.name(), s.fresh()
	s.by(pid, func(p *sim.Proc) { global.RegisterName(p, name, pid, nil) })
}

// by has the node of a worker do something for it. Others may not know that node: if it is to be registered by a node
// that is not connected to it, each node connects for itself, and those that fail go without the name, for good.
func (s *storm) by(pid sim.PID, body sim.Body) {
	if !pid.IsZero() {
		s.w.SpawnAt(pid.Node(), "register", body)
	}
}

func (s *storm) reRegister() {
	name, pid := s.name(), s.fresh()
	s.by(pid, func(p *sim.Proc) { global.ReRegisterName(p, name, pid, nil) })
}

// registerOld registers a worker that may have a name.
func (s *storm) registerOld() {
	if len(s.workers) > 0 {
		name, pid := s.name(), s.workers[s.r.IntN(len(s.workers))]
		s.by(pid, func(p *sim.Proc) { global.RegisterName(p, name, pid, nil) })
	}
}

func (s *storm) unregister() {
	name := s.name()
	s.w.SpawnAt(s.node(), "unregister", func(p *sim.Proc) { global.UnregisterName(p, name) })
}

func (s *storm) kill() {
	if len(s.workers) > 0 {
		s.w.Exit(s.workers[s.r.IntN(len(s.workers))], sim.Kill)
	}
}

func (s *storm) join1() {
	a, b := s.node(), s.node()
	s.w.SpawnAt(a, "join", func(p *sim.Proc) { p.ConnectNode(b) })
}

func (s *storm) part() {
	var left, right []string
	for _, n := range s.nodes {
		switch s.r.IntN(3) {
		case 0:
			left = append(left, string(n))
		case 1:
			right = append(right, string(n))
		}
	}
	if len(left) > 0 && len(right) > 0 {
		id, err := s.w.Inject(netsim.Fault{Harm: netsim.Harm{Cut: true}, Where: netsim.Groups(left, right)})
		if err != nil {
			s.t.Fatal(err)
		}
		s.faults = append(s.faults, id)
	}
}

func (s *storm) heal() {
	if n := len(s.faults); n > 0 {
		s.w.Heal(s.faults[n-1])
		s.faults = s.faults[:n-1]
	}
}

func (s *storm) disconnect() {
	if a, b := s.node(), s.node(); a != b {
		s.w.Disconnect(a, b)
	}
}

// flap loses a connection and makes it again at once.
func (s *storm) flap() {
	a, b := s.node(), s.node()
	if a != b {
		s.w.Disconnect(a, b)
		s.w.SpawnAt(b, "join", func(p *sim.Proc) { p.ConnectNode(a) })
	}
}

func (s *storm) halt() { s.w.HaltNode(s.node(), "storm") }

func (s *storm) boot() {
	s.w.BootNode(s.node())
	s.run(time.Millisecond)
}

func (s *storm) pause() { s.w.PauseNode(s.node()) }

func (s *storm) resume() { s.w.ResumeNode(s.node()) }

// lock has a process hold a lock for a while; it may be killed.
func (s *storm) lock() {
	d := time.Duration(s.r.IntN(1000)) * time.Millisecond
	pid := s.w.SpawnAt(s.node(), "lock", func(p *sim.Proc) {
		id := global.Lock{Resource: sim.Atom("r"), Requester: p.Self()}
		global.Trans(p, id, func() bool { p.Sleep(d); return true }, nil, 3)
	})
	if !pid.IsZero() {
		s.workers = append(s.workers, pid)
	}
}

var (
	users = []func(s *storm){
		(*storm).register, (*storm).register, (*storm).register, (*storm).reRegister, (*storm).registerOld, (*storm).unregister, (*storm).kill, (*storm).lock,
	}
	network = []func(s *storm){
		(*storm).part, (*storm).heal, (*storm).disconnect, (*storm).flap, (*storm).halt, (*storm).boot, (*storm).join1,
	}
	// everything is all at once, and nodes that stand still and do not know what has become of the others meanwhile.
	everything = slices.Concat(users, network, []func(s *storm){(*storm).join1, (*storm).pause, (*storm).resume, (*storm).resume})
)

// rounds lets a cluster go to pieces, each part be used, and all come together again, and says what does not hold
// whenever it is quiet.
func (s *storm) rounds(n int) (bad []string) {
	for range n {
		s.mesh()
		s.blow(network, 1+s.r.IntN(4))
		s.run(40 * time.Second)
		s.blow(users, 8)
		s.run(40 * time.Second)
		bad = append(bad, s.broken()...)
		s.clear()
		s.run(10 * time.Second)
		s.mesh()
		s.run(40 * time.Second)
		if bad = append(bad, s.broken()...); bad != nil {
			break
		}
	}
	return bad
}

// chaos is all at once.
func (s *storm) chaos(steps int) []string {
	s.mesh()
	s.blow(everything, steps)
	s.clear()
	s.run(3 * time.Minute)
	s.mesh()
	s.run(time.Minute)
	return s.broken()
}

// locks is processes that hold locks and are killed.
func (s *storm) locks() []string {
	s.mesh()
	s.blow([]func(s *storm){(*storm).lock, (*storm).lock, (*storm).kill}, 12)
	s.run(time.Minute)
	return s.broken()
}

// busy gives all nodes much to do, so that what they are told lies in their mailboxes for a while.
func (s *storm) busy() {
	for range 20 {
		s.w.SpawnAt(s.node(), "busy", func(p *sim.Proc) {
			for range 50 {
				p.Reductions(4000)
			}
		})
	}
}

// reconnects is connections that go and come back at once, again and again, between busy nodes.
func (s *storm) reconnects() []string {
	s.mesh()
	for range 10 {
		s.busy()
		for range 10 {
			s.flap()
			s.run(time.Duration(s.r.IntN(5000)) * time.Microsecond)
		}
		s.register()
		s.run(time.Duration(s.r.IntN(1000)) * time.Millisecond)
	}
	s.run(40 * time.Second)
	return s.broken()
}

// lastDays is the same, after which all that had names end.
func (s *storm) lastDays() []string {
	s.reconnects()
	for _, pid := range s.workers {
		s.w.Exit(pid, sim.Kill)
	}
	s.run(time.Minute)
	return s.broken()
}

// overlapping lets partitions overlap, as OTP did before 25.
func overlapping(_ *cluster, cfg *sim.Config) {
	for i := range cfg.Nodes {
		cfg.Nodes[i].Kernel.AllowOverlap = true
	}
}

// near makes all nodes near each other.
func near(_ *cluster, cfg *sim.Config) { cfg.Link.Latency = netsim.Uniform(0, time.Millisecond) }

// I6, I10, I11, I12: whatever breaks, when it is quiet each part of a cluster agrees, and when all have connected all
// do.
func TestRandom_quietClustersAgree(t *testing.T) {
	for n := *from; n < *from+tries(1); n++ {
		s := newStorm(t, 7, n)
		s.renames = true
		if bad := s.rounds(2); bad != nil {
			t.Fatalf("seed %d, %d nodes, at %v:\n%s", n, len(s.nodes), s.w.View().Now(), strings.Join(bad, "\n"))
		}
		s.close()
	}
}
