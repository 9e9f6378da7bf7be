package gentcp_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp/gentcp"
	"pgregory.net/rapid"
)

// harm does something to a world of nodes a and b.
var harms = map[string]func(w *sim.World){
	"halt a":     func(w *sim.World) { w.HaltNode("a", "test") },
	"halt b":     func(w *sim.World) { w.HaltNode("b", "test") },
	"dark a":     func(w *sim.World) { w.CutPower("a", "test") },
	"dark b":     func(w *sim.World) { w.CutPower("b", "test") },
	"boot":       func(w *sim.World) { w.BootNode("a"); w.BootNode("b") },
	"pause a":    func(w *sim.World) { w.PauseNode("a") },
	"pause b":    func(w *sim.World) { w.PauseNode("b") },
	"resume":     func(w *sim.World) { w.ResumeNode("a"); w.ResumeNode("b") },
	"cut":        fault(netsim.Harm{Cut: true}),
	"reset":      fault(netsim.Harm{Reset: true}),
	"jam":        fault(netsim.Harm{Jam: true}),
	"heal":       func(w *sim.World) { w.HealAll() },
	"reset_peer": toxin("reset_peer(5ms) upstream"),
	"timeout":    toxin("timeout(20ms) downstream toxicity=50%"),
	"limit_data": toxin("limit_data(3000B)"),
	"slicer":     toxin("slicer(100B±50B, 1ms)"),
	"latency":    toxin("latency(3ms±3ms)"),
}

func fault(h netsim.Harm) func(w *sim.World) {
	return func(w *sim.World) {
		w.Inject(netsim.Fault{Harm: h, Where: netsim.Groups([]string{"a"}, []string{"b"})})
	}
}

func toxin(text string) func(w *sim.World) {
	return func(w *sim.World) {
		x, err := sim.ParseToxic(text)
		if err == nil {
			_, err = w.AddToxic(x)
		}
		if err != nil {
			panic(err)
		}
	}
}

var harmNames = []string{"boot", "cut", "dark a", "dark b", "halt a", "halt b", "heal", "jam", "latency", "limit_data", "pause a", "pause b", "reset", "reset_peer", "resume", "slicer", "timeout"}

// stream is one direction of one connection.
type stream struct{ wrote, got bytes.Buffer }

// Whatever breaks, what has been read is the beginning of what was sent, everybody who waits is told sooner or later, and
// no socket is left that nobody has.
func TestChaos_prefix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := choice.New(uint64(rapid.IntRange(0, 1<<30).Draw(t, "seed")))
		source.Unique()
		streams := map[[2]sim.Endpoint]*stream{}
		at := func(from, to sim.Endpoint, life uint32) *stream {
			k := [2]sim.Endpoint{from, to}
			if streams[k] == nil {
				streams[k] = new(stream)
			}
			return streams[k]
		}
		living := 0
		// use writes and reads until the connection is over.
		use := func(p *sim.Proc, s gentcp.Socket) {
			here, _ := gentcp.Sockname(p, s)
			there, err := gentcp.Peername(p, s)
			if err != nil {
				gentcp.Close(p, s)
				return
			}
			living++
			defer func() { living-- }()
			p.SpawnLink("writer", func(p *sim.Proc) {
				for i := range 20 {
					data := bytes.Repeat([]byte{byte(i)}, 1+p.Rand(2000))
					at(here, there, 0).wrote.Write(data)
					if gentcp.Send(p, s, data) != nil {
						return
					}
					p.Sleep(time.Duration(p.Rand(3)) * time.Millisecond)
				}
				gentcp.Shutdown(p, s, gentcp.Write)
			})
			for {
				b, err := gentcp.Recv(p, s, 0, 40*time.Minute)
				if err != nil {
					gentcp.Close(p, s)
					return
				}
				at(there, here, 0).got.Write(b)
			}
		}
		boot := func(p *sim.Proc) {
			switch p.Node() {
			case "b":
				p.Spawn("server", func(p *sim.Proc) {
					l, err := gentcp.Listen(p, 80, passive, gentcp.ExitOnClose(false), gentcp.RecBuf(5000))
					if err != nil {
						t.Error(err)
					}
					for {
						s, err := gentcp.Accept(p, l, sim.Forever)
						if err != nil {
							t.Error(err)
							return
						}
						gentcp.ControllingProcess(p, s, p.Spawn("session", func(p *sim.Proc) { p.Sleep(0); use(p, s) }))
					}
				})
			case "a":
				p.Spawn("client", func(p *sim.Proc) {
					for range 3 {
						p.Sleep(time.Millisecond)
						if s, err := gentcp.Connect(p, "b", 80, sim.Forever, passive, gentcp.ExitOnClose(false), gentcp.SndBuf(3000)); err == nil {
							use(p, s)
						}
					}
				})
			}
		}
		w := sim.New(sim.Config{Source: source, Link: netsim.Link{Latency: netsim.Exponential(time.Millisecond)}, Boot: boot, Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}}})
		defer w.Close()
		var done []string
		for i := range rapid.IntRange(0, 8).Draw(t, "harms") {
			name := rapid.SampledFrom(harmNames).Draw(t, "harm")
			when := time.Duration(rapid.IntRange(0, 100_000).Draw(t, "us")) * time.Microsecond
			done = append(done, fmt.Sprint(name, " ", when))
			w.At(when, fmt.Sprint("harm", i), func() { harms[name](w) })
		}
		w.Run(time.Minute)
		w.HealAll()
		w.ResumeNode("a")
		w.ResumeNode("b")
		w.Run(12 * time.Hour)
		for k, s := range streams {
			if !bytes.HasPrefix(s.wrote.Bytes(), s.got.Bytes()) {
				t.Fatalf("%v: %v: %d bytes were written and %d read that are others", done, k, s.wrote.Len(), s.got.Len())
			}
		}
		for _, s := range w.View().Sockets() {
			if s.State.String() != "listening" && s.Owner.IsZero() {
				t.Fatalf("%v: left: %v, %v", done, s, w.View().Sockets())
			}
		}
	})
}
