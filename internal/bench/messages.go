package bench

import (
	"github.com/bedlam-sim/bedlam/sim"
)

// token is a message that is a number.
var token = sim.NewTag("token", func(m *sim.Msg) any { return int(m.Word()) })

// never is a Handler's promise not to block.
var never = sim.SpawnOptions{NoBlock: true}

// member is a process of a ring.
type member struct {
	next sim.PID
	home sim.PID
}

func (r *member) Handle(p *sim.Proc, m *sim.Msg) {
	if m.Tag() != token {
		r.next = m.Body().(sim.PID)
		return
	}
	if m.Word() == 0 {
		p.SendTagged(r.home, token, sim.Ref{}, 0, nil)
		return
	}
	p.SendTagged(r.next, token, sim.Ref{}, m.Word()-1, nil)
}

// ring passes tokens round until each has made its share of the hops.
func ring(size, tokens int) func(n int, start func()) {
	return func(n int, start func()) {
		world(func(p *sim.Proc) {
			members := makeRing(p, size)
			await(p, 1) // a warm-up round
			start()
			for i := range tokens {
				p.SendTagged(members[i], token, sim.Ref{}, int64(n/tokens), nil)
			}
			await(p, tokens)
		})
	}
}

func makeRing(p *sim.Proc, size int) []sim.PID {
	members := make([]sim.PID, size)
	for i := range members {
		members[i], _ = p.SpawnHandler("member", &member{home: p.Self()}, never)
	}
	for i, m := range members {
		p.Send(m, members[(i+1)%size])
	}
	p.SendTagged(members[0], token, sim.Ref{}, int64(size), nil)
	return members
}

// await takes n tokens out of the mailbox.
func await(p *sim.Proc, n int) {
	for range n {
		p.Await(sim.Mark{}, isToken, sim.Forever)
	}
}

func isToken(m *sim.Msg) bool { return m.Tag() == token }

// pinger sends a ball back until the count on it is used up.
type pinger struct{ home sim.PID }

func (b pinger) Handle(p *sim.Proc, m *sim.Msg) {
	if m.Word() == 0 {
		p.SendTagged(b.home, token, sim.Ref{}, 0, nil)
		return
	}
	p.SendTagged(m.Body().(sim.PID), token, sim.Ref{}, m.Word()-1, p.Self())
}

func pingPong(n int, start func()) {
	world(func(p *sim.Proc) {
		ping, _ := p.SpawnHandler("ping", pinger{p.Self()}, never)
		pong, _ := p.SpawnHandler("pong", pinger{p.Self()}, never)
		start()
		p.SendTagged(ping, token, sim.Ref{}, int64(n), pong)
		await(p, 1)
	})
}

func pingPongBodies(n int, start func()) {
	world(func(p *sim.Proc) {
		pong := p.Spawn("pong", func(p *sim.Proc) {
			for {
				m, _ := p.Await(sim.Mark{}, isToken, sim.Forever)
				p.SendTagged(m.From(), token, sim.Ref{}, 0, nil)
			}
		})
		start()
		for range n / 2 {
			p.SendTagged(pong, token, sim.Ref{}, 0, nil)
			await(p, 1)
		}
	})
}

// selective receives its own message from behind a thousand others.
func selective(n int, start func()) {
	world(func(p *sim.Proc) {
		for i := range 1000 {
			p.Send(p.Self(), i)
		}
		start()
		for i := range n {
			p.SendTagged(p.Self(), token, sim.Ref{}, int64(i), nil)
			p.Await(sim.Mark{}, func(m *sim.Msg) bool { return m.Tag() == token && m.Word() == int64(i) }, sim.Forever)
		}
	})
}
