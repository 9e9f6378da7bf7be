package sim

import (
	"fmt"
	"testing"
	"time"
)

func TestPingPong(t *testing.T) {
	var got []any
	w := New(Config{Seed: 1, Patience: 1 << 60, Boot: func(p *Proc) {
		echo := p.Spawn("echo", func(p *Proc) {
			for {
				m, _ := Any(p)
				pair := m.([2]any)
				p.Send(pair[0].(PID), pair[1])
			}
		})
		for i := range 3 {
			p.Send(echo, [2]any{p.Self(), i})
			m, _ := Recv[int](p)
			got = append(got, m)
		}
		p.Sleep(time.Second)
		p.Exit(echo, Kill)
		got = append(got, p.Alive(echo))
	}})
	defer w.Close()
	res := w.Run(time.Minute)
	t.Log(got, res)
}

func TestExitTable(t *testing.T) {
	w := New(Config{Seed: 1, Keep: 1000, Boot: func(p *Proc) {
		a, ref := p.SpawnMonitor("a", func(p *Proc) { defer p.Send(p.Parent(), "from the dead"); p.Sleep(Forever) })
		p.Link(a)
		p.Exit(a, "boom")
		for {
			m, err := Any(p, After(time.Second))
			if err != nil {
				break
			}
			t.Log(m, ref)
		}
		_, ref = p.SpawnMonitor("b", func(p *Proc) { var m map[string]int; m["x"] = 1 })
		m, _ := Any(p)
		t.Log(m)
		d := m.(Down)
		t.Log(d.Reason.(interface{ Error() string }).Error())
	}})
	defer w.Close()
	res := w.Run(time.Minute)
	t.Log(res)
	for i := range 3 {
		w.Reset(Config{Seed: uint64(i), Boot: func(p *Proc) { p.Sleep(time.Hour) }})
		t.Log(w.Run(time.Minute))
	}
}

func BenchmarkRing(b *testing.B) {
	for _, size := range []int{10, 1000} {
		for _, tokens := range []int{1, size} {
			b.Run(fmt.Sprint(size, "/", tokens), func(b *testing.B) {
				b.ReportAllocs()
				tok := NewTag("tok", nil)
				w := New(Config{Seed: 1, Patience: 1 << 60, Boot: func(p *Proc) {
					var ring []PID
					var next = make([]PID, size)
					n := 0
					for i := range size {
						pid, _ := p.SpawnHandler("node", HandlerFunc(func(p *Proc, m *Msg) {
							n++
							if n >= b.N {
								p.w.Halt()
							}
							p.SendTagged(next[i], tok, Ref{}, m.Word()-1, nil)
						}), SpawnOptions{NoBlock: true})
						ring = append(ring, pid)
					}
					for i := range ring {
						next[i] = ring[(i+1)%size]
					}
					for i := range tokens {
						p.SendTagged(ring[i], tok, Ref{}, int64(b.N), nil)
					}
				}})
				defer w.Close()
				b.ResetTimer()
				w.Run(Forever)
			})
		}
	}
}

func BenchmarkBlockingPingPong(b *testing.B) {
	b.ReportAllocs()
	ping := NewTag("ping", nil)
	w := New(Config{Seed: 1, Patience: 1 << 60, Boot: func(p *Proc) {
		echo, _ := p.SpawnHandler("echo", HandlerFunc(func(p *Proc, m *Msg) { p.SendTagged(m.From(), ping, Ref{}, 0, nil) }), SpawnOptions{NoBlock: true})
		for range b.N {
			p.SendTagged(echo, ping, Ref{}, 0, nil)
			p.Await(Mark{}, func(m *Msg) bool { return m.Tag() == ping }, Forever)
		}
	}})
	defer w.Close()
	b.ResetTimer()
	w.Run(Forever)
}

func BenchmarkSpawnExit(b *testing.B) {
	b.ReportAllocs()
	w := New(Config{Seed: 1, Patience: 1 << 60, Boot: func(p *Proc) {
		for range b.N {
			p.Spawn("x", func(p *Proc) { p.Send(p.Parent(), "d") })
			p.Await(Mark{}, func(m *Msg) bool { return true }, Forever)
		}
	}})
	defer w.Close()
	b.ResetTimer()
	w.Run(Forever)
}

type once struct{}

func (once) Start(p *Proc)      { p.Send(p.Parent(), "d"); p.Terminate(Normal) }
func (once) Handle(*Proc, *Msg) {}

func BenchmarkSpawnHandlerExit(b *testing.B) {
	b.ReportAllocs()
	w := New(Config{Seed: 1, Patience: 1 << 60, Boot: func(p *Proc) {
		for range b.N {
			p.SpawnHandler("x", once{}, SpawnOptions{NoBlock: true})
			p.Await(Mark{}, func(m *Msg) bool { return true }, Forever)
		}
	}})
	defer w.Close()
	b.ResetTimer()
	w.Run(Forever)
}
