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

// talk is what one end does: it writes pieces of these sizes, pausing, and reads in some way.
type talk struct {
	writes []int
	pause  time.Duration
	read   string
	slow   time.Duration // after each piece read
	opts   []gentcp.Option
	half   bool // it shuts down writing, and closes when it has read all
}

// twin is both directions of one connection, each beside a plain buffer.
type twin struct {
	t              *rapid.T
	wrote, got     [2]bytes.Buffer
	most           [2]int
	errs           []error
	finished, open int
}

// end is what the process at end i does with its socket.
func (w *twin) end(p *sim.Proc, k gentcp.Socket, i int, do talk) {
	var reader sim.PID
	me := p.Self()
	reader = p.Spawn("reader", func(p *sim.Proc) {
		sim.Any(p) // until it owns the socket
		w.readAll(p, k, i, do)
		p.Send(me, "read")
		sim.Any(p) // the socket would end with it
	})
	if err := gentcp.ControllingProcess(p, k, reader); err != nil {
		w.errs = append(w.errs, err)
	}
	p.Send(reader, "go")
	n := byte(i)
	for _, size := range do.writes {
		data := make([]byte, size)
		for j := range data {
			n = n*31 + 7
			data[j] = n
		}
		w.wrote[i].Write(data)
		if err := gentcp.Send(p, k, data); err != nil {
			w.errs = append(w.errs, fmt.Errorf("send: %w", err))
		}
		if queued, _ := gentcp.Pending(p, k); queued > w.most[i] {
			w.most[i] = queued
		}
		p.Sleep(do.pause)
	}
	if err := gentcp.Shutdown(p, k, gentcp.Write); err != nil {
		w.errs = append(w.errs, fmt.Errorf("shutdown: %w", err))
	}
	sim.Any(p)
	gentcp.Close(p, k)
	w.finished++
}

// readAll reads to the end in the way that it is told.
func (w *twin) readAll(p *sim.Proc, k gentcp.Socket, i int, do talk) {
	mode := map[string]gentcp.Mode{"once": gentcp.Once, "true": gentcp.True, "3": gentcp.N(3)}[do.read]
	if do.read != "recv" && do.read != "recv 7" {
		gentcp.SetOpts(p, k, gentcp.Active(mode))
	}
	for {
		switch do.read {
		case "recv", "recv 7":
			b, err := gentcp.Recv(p, k, 0, sim.Forever)
			if err != nil {
				if err != gentcp.ErrClosed {
					w.errs = append(w.errs, fmt.Errorf("recv: %w", err))
				}
				return
			}
			w.got[i].Write(b)
			if do.read == "recv 7" && len(b) == 1 {
				if b, err = gentcp.Recv(p, k, 1, time.Millisecond); err == nil {
					w.got[i].Write(b)
				}
			}
		default:
			m, _ := sim.Any(p)
			switch m := m.(type) {
			case gentcp.Data:
				w.got[i].Write(m.Bytes)
				if do.read == "once" {
					gentcp.SetOpts(p, k, gentcp.Active(mode))
				}
			case gentcp.Passive:
				gentcp.SetOpts(p, k, gentcp.Active(mode))
			case gentcp.Closed:
				return
			default:
				w.errs = append(w.errs, fmt.Errorf("%v", m))
			}
		}
		p.Sleep(do.slow)
	}
}

func drawTalk(t *rapid.T, who string) talk {
	ms := func(name string) time.Duration {
		return time.Duration(rapid.IntRange(0, 3).Draw(t, who+name)) * time.Millisecond
	}
	d := talk{
		writes: rapid.SliceOfN(rapid.SampledFrom([]int{0, 1, 2, 10, 100, 1459, 5000, 70_000}), 0, 12).Draw(t, who+"writes"),
		pause:  ms("pause"), slow: ms("slow"),
		read: rapid.SampledFrom([]string{"recv", "recv 7", "once", "true", "3"}).Draw(t, who+"reads"),
	}
	d.opts = []gentcp.Option{
		gentcp.Active(gentcp.False), gentcp.ExitOnClose(false),
		gentcp.NoDelay(rapid.Bool().Draw(t, who+"nodelay")),
		gentcp.RecBuf(rapid.SampledFrom([]int{1, 100, 4096, 131072}).Draw(t, who+"recbuf")),
		gentcp.SndBuf(rapid.SampledFrom([]int{1, 4096, 131072}).Draw(t, who+"sndbuf")),
		gentcp.Buffer(rapid.SampledFrom([]int{1, 100, 1460, 100_000}).Draw(t, who+"buffer")),
	}
	return d
}

func sum(list []int) (n int) {
	for _, x := range list {
		n += x
	}
	return n
}

// What arrives is what was sent, once and in order, however it is cut, delayed, jammed and sliced, and all of it arrives
// if its sender closes behind it. What is queued is bounded by the high watermark and one write.
func TestTwin_everyByteOnceInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		link := netsim.Link{
			Latency: rapid.SampledFrom([]netsim.Delay{{}, netsim.Fixed(time.Millisecond), netsim.Exponential(3 * time.Millisecond), netsim.Uniform(0, 20*time.Millisecond)}).Draw(t, "latency"),
			Loss:    rapid.SampledFrom([]netsim.Share{0, 50_000}).Draw(t, "loss"),
		}
		if rapid.Bool().Draw(t, "narrow") {
			link.Bandwidth, link.Queue = 1<<20, 8<<10
		}
		source := choice.New(uint64(rapid.IntRange(0, 1<<30).Draw(t, "seed")))
		source.Unique()
		w := sim.New(sim.Config{Source: source, Link: link, Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}}})
		defer w.Close()
		for _, text := range rapid.SliceOfN(rapid.SampledFrom([]string{
			"latency(5ms±5ms)", "jitter(3ms) upstream", "slicer(1000B±999B, 1us)", "slicer(5000B) downstream", "bandwidth(1MB/s)", "slow_close(1s) at b:80", "slow(3)",
		}), 0, 3).Draw(t, "toxics") {
			x, err := sim.ParseToxic(text)
			if err == nil {
				_, err = w.AddToxic(x)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "jams") {
			at := time.Duration(rapid.IntRange(1, 200).Draw(t, "jam")) * time.Millisecond
			w.At(at, fmt.Sprint("jam", i), func() {
				id, err := w.Inject(netsim.Fault{Harm: netsim.Harm{Jam: true}, Where: netsim.OneWay([]string{"a"}, []string{"b"})})
				if err != nil {
					t.Error(err)
				}
				w.At(at+50*time.Millisecond, fmt.Sprint("heal", i), func() { w.Heal(id) })
			})
		}
		k := &twin{t: t}
		client, server := drawTalk(t, "client "), drawTalk(t, "server ")
		if sum(client.writes)+sum(server.writes) > 2000 { // else it takes all day
			more := []gentcp.Option{gentcp.RecBuf(rapid.SampledFrom([]int{5000, 65536}).Draw(t, "recbuf")), gentcp.Buffer(8192)}
			client.opts, server.opts = append(client.opts, more...), append(server.opts, more...)
		}
		w.SpawnAt("b", "server", func(p *sim.Proc) {
			l, _ := gentcp.Listen(p, 80, server.opts...)
			s, err := gentcp.Accept(p, l, sim.Forever)
			if err != nil {
				t.Error(err)
				return
			}
			gentcp.Close(p, l)
			k.end(p, s, 1, server)
		})
		w.SpawnAt("a", "client", func(p *sim.Proc) {
			p.Sleep(time.Millisecond)
			s, err := gentcp.Connect(p, "b", 80, sim.Forever, client.opts...)
			if err != nil {
				t.Error(err)
				return
			}
			k.end(p, s, 0, client)
		})
		res := w.Run(time.Hour)
		if k.finished != 2 || len(k.errs) > 0 || res.Stop != sim.StopIdle {
			t.Fatalf("%d ended, %v, %v at %v, %v, %v", k.finished, k.errs, res.Stop, res.Now, res.Deadlock, w.View().Sockets())
		}
		for i := range 2 {
			if !bytes.Equal(k.got[1-i].Bytes(), k.wrote[i].Bytes()) {
				t.Fatalf("%d bytes were written and %d read, or others", k.wrote[i].Len(), k.got[1-i].Len())
			}
			if k.most[i] > 8192+70_000 {
				t.Fatalf("%d bytes were queued", k.most[i])
			}
		}
		if left := w.View().Sockets(); len(left) > 0 {
			t.Fatalf("left: %v", left)
		}
	})
}
