package sim

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

// beat is at which times a node looks after its connections (NK7): so often, since its boot or the last change.
type beat struct {
	time  time.Duration // net_ticktime
	every time.Duration
	from  scheduler.Time
	past  uint64 // ticks until then
	timer *timer // nil if no connection needs one
	tick  uint64 // which tick that is, from 1: each has a draw of its own
}

// next is the number of the first tick after now.
func (b *beat) next(now scheduler.Time) uint64 {
	return b.past + uint64((now-b.from)/scheduler.Time(b.every)) + 1
}

// at is the time of a tick.
func (b *beat) at(tick uint64) scheduler.Time {
	return b.from + scheduler.Time(b.every)*scheduler.Time(tick-b.past)
}

// TickTime is net_ticktime of the node, as it is now.
func (p *Proc) TickTime() time.Duration { return p.node.beat.time }

// SetTickTime changes net_ticktime of the node: its next tick comes when a net_tickintensity-th of that is over. What
// else there is to such a change, so that no other node loses this one by it, is netkernel.SetNetTicktime's.
func (p *Proc) SetTickTime(d time.Duration) {
	if !p.acts() {
		return
	}
	if d <= 0 {
		raise("badarg", "set_net_ticktime", d.String())
	}
	w, n := p.w, p.node
	p.charge(redOther)
	ticking := n.beat.timer != nil
	w.dropTick(n)
	now := w.sched.Now()
	b := n.spec.Kernel.beat(d, now)
	b.past = n.beat.next(now)
	n.beat = b
	if ticking {
		w.startTicking(n)
	}
}

// beat is that of a node with that net_ticktime, from now on.
func (k Kernel) beat(tickTime time.Duration, now scheduler.Time) beat {
	if tickTime <= 0 {
		tickTime = 60 * time.Second
	}
	return beat{time: tickTime, every: max(tickTime/time.Duration(k.Intensity()), time.Millisecond), from: now}
}

// Tick sends a tick on each connection of the node on which nothing waits to be sent, beside those that its
// net_ticktime demands.
func (p *Proc) Tick() {
	if !p.acts() {
		return
	}
	p.charge(redOther)
	for _, k := range p.node.peers {
		if k != nil && k.state == up && len(k.wire.way[k.side].backlog) == 0 {
			p.w.sendTick(k)
			k.wrote = true
		}
	}
}

// startTicking lets a node look after its connections.
func (w *World) startTicking(n *Node) {
	if n.beat.timer == nil {
		w.setTick(n, n.beat.next(w.sched.Now()))
	}
}

func (w *World) setTick(n *Node, tick uint64) {
	t := w.newTimer(ticks)
	t.node = n
	id := choice.Child(choice.ID("tick", string(n.home.Node)), "", n.home.Creation)
	t.alarm = w.sched.At(n.beat.at(tick), t, id+tick*oddly)
	n.beat.timer, n.beat.tick = t, tick
	w.ticking++
}

func (w *World) dropTick(n *Node) {
	if n.beat.timer != nil {
		w.cancel(n.beat.timer)
		w.ticking--
		n.beat.timer = nil
	}
}

func (w *World) stopTicking(n *Node) {
	if !slices.ContainsFunc(n.peers, func(k *peer) bool { return k != nil && k.state == up }) {
		w.dropTick(n)
	}
}

// ticked is a node's look after its connections.
func (w *World) ticked(n *Node) {
	n.beat.timer = nil
	w.ticking--
	w.setTick(n, n.beat.tick+1)
	if n.paused {
		return
	}
	for _, k := range n.peers {
		if k != nil && k.state == up {
			w.tickPeer(k)
		}
	}
}

// tickPeer gives the other node up if nothing was read for so many ticks, and sends something if nothing was written.
func (w *World) tickPeer(k *peer) {
	if k.read {
		k.silent = 0
	} else if k.silent++; k.silent >= k.of.spec.Kernel.Intensity() {
		w.hangUp(k, netTickTimeout)
		return
	}
	if !k.wrote {
		w.sendTick(k)
	}
	k.wrote, k.read = false, false
}

func (w *World) sendTick(k *peer) {
	c := w.newParcel()
	c.step, c.size = tick, 4
	w.send(k.wire, k.side, c, stepKinds[tick], tickStream)
}

const tickStream = 0x74_69_63_6b

// calm is whether nothing can come of ticks: no fault is at work, no connection is known to one end alone, and no node
// ticks too seldom for another.
func (w *World) calm() bool {
	if w.faults > 0 || w.paused > 0 || w.halfOpen() {
		return false
	}
	for _, n := range w.nodes {
		for _, k := range n.peers {
			if k != nil && k.state == up && (k.wire.way[1-k.side].over || w.tires(k)) {
				return false
			}
		}
	}
	return true
}

// tires is whether a node may give the other up although both tick: the other ticks too seldom, or its next tick is too
// far, since it stood still, or spares itself one because it has written something.
func (w *World) tires(k *peer) bool {
	n, o := k.of, w.nodes[k.to]
	most := n.spec.Kernel.Intensity()
	if o.beat.every > n.beat.every && o.beat.every >= n.beat.every*time.Duration(most-1) {
		return true
	}
	last, next := n.beat.tick+uint64(most-1-k.silent), o.beat.tick // if it reads nothing; when the other next writes
	if k.read {
		last = n.beat.tick + uint64(most)
	}
	if other := o.known(n.home.Index); other == nil || other.wrote {
		next++
	}
	return o.beat.at(next) > n.beat.at(last-1) // what is written has a tick's time to arrive
}
