package sim

import "testing"

func TestSpawnExit(t *testing.T) {
	n := 0
	w := New(Config{Seed: 1, Keep: 100, Boot: func(p *Proc) {
		for range 100 {
			p.Spawn("x", func(p *Proc) { p.Send(p.Parent(), "d") })
			p.Await(Mark{}, func(m *Msg) bool { return true }, Forever)
			n++
		}
		_, _ = p.SpawnMonitor("b", func(p *Proc) { var m map[string]int; m["x"] = 1 })
		m, _ := Any(p)
		t.Logf("%+v", m)
	}})
	defer w.Close()
	t.Logf("%+v", w.Run(Forever))
	t.Log(n)
	for _, e := range w.log.Events() {
		t.Log(e)
	}
}
