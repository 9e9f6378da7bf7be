package netsim

import (
	"math/bits"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// profile is a Link with the faults on it, prepared for use. Many links share one, and none
// is changed once made, so that a heal restores exactly: what is left is what was there.
type profile struct {
	spec    Link
	latency law
	extras  []extra
	slow    uint64
	cost    uint64 // nanoseconds on the wire of a byte, * 2^-32; 0: none
	queue   int64  // 0: without limit
	blocked bool   // a cut, reset or jam is on it
	parted  bool   // a cut or reset
	reset   bool
	harmed  bool // there are faults on it
	plain   bool // a latency is all
	retries uint8
	tries   [mostRetries + 1]uint32        // a draw below the i-th means that transmission i was lost too
	waits   [mostRetries + 2]time.Duration // how long i lost transmissions delay a packet
}

// extra is a delay besides the latency, with the salt that makes its draws its own.
type extra struct {
	law   law
	salt  uint64
	fault bool // it is none of the link's own
}

// salts tell the draws about one signal on one link apart. They are of choice.ID's making,
// so that a link's identity with one of them put in is nobody else's.
var (
	jitterSalt = choice.ID("netsim", "jitter")
	resumeSalt = choice.ID("netsim", "resume")
	endSalt    = choice.ID("netsim", "end")
)

// lossGrain is how finely the chance of a loss is cut. 0, the dull answer, never is one.
const lossGrain = 1 << 30

// newProfile prepares a link with the faults on it, in whatever order.
func newProfile(k Link, faults []*fault) *profile {
	p := &profile{spec: k, latency: k.Latency.law(), slow: 1, queue: int64(k.Queue), harmed: len(faults) > 0}
	if k.Jitter != (Delay{}) {
		p.extras = append(p.extras, extra{k.Jitter.law(), jitterSalt, false})
	}
	rate, loss := k.Bandwidth, k.Loss
	for _, f := range faults {
		h := &f.Harm
		p.blocked = p.blocked || h.blocks()
		p.parted = p.parted || h.parts()
		p.reset = p.reset || h.Reset
		p.slow = min(p.slow*uint64(max(h.Slow, 1)), mostSlow)
		if h.Latency != (Delay{}) {
			p.extras = append(p.extras, extra{h.Latency.law(), f.salt, true})
		}
		loss = min(loss+h.Loss, All)
		if h.Bandwidth != 0 && (rate == 0 || h.Bandwidth < rate) {
			rate = h.Bandwidth
		}
	}
	p.cost = cost(rate)
	p.losses(loss, k.Retries, k.RTO)
	p.plain = !p.harmed && p.cost == 0 && p.tries[0] == 0 && len(p.extras) == 0
	return p
}

// cost is what a byte costs on a wire of so many bytes a second: it fits for a rate of 1.
func cost(r Rate) uint64 {
	if r == 0 {
		return 0
	}
	const second = uint64(time.Second)
	c, _ := bits.Div64(second>>32, second<<32, uint64(r))
	return c
}

// losses sets how likely it is that a packet is lost once, twice and so on, and what
// that costs.
func (p *profile) losses(loss Share, retries int, rto time.Duration) {
	if retries == 0 {
		retries = mostRetries
	}
	if rto == 0 {
		rto = ordinaryRTO
	}
	p.retries = uint8(retries)
	likely := uint64(lossGrain)
	for i := range p.tries {
		likely = likely * uint64(loss) / uint64(All)
		p.tries[i] = uint32(min(likely, lossGrain-1))
		p.waits[i+1] = p.waits[i] + rto
		rto = min(2*rto, longestRTO)
	}
}

// onWire is how long size bytes are on the wire.
func (p *profile) onWire(size int64) time.Duration {
	hi, lo := bits.Mul64(uint64(size), p.cost)
	if hi>>31 != 0 {
		return longest
	}
	return p.slowed(time.Duration(hi<<32 | lo>>32))
}

// slowed is what becomes of a duration.
func (p *profile) slowed(d time.Duration) time.Duration {
	if p.slow == 1 {
		return min(d, longest)
	}
	hi, lo := bits.Mul64(uint64(d), p.slow)
	if hi != 0 {
		return longest
	}
	return time.Duration(min(lo, uint64(longest)))
}

// lost says how often in a row a packet is lost, from one draw: the more, the greater the
// answer. It is more than retries if the sender gives up.
func (p *profile) lost(answer uint32) int {
	unlikely := lossGrain - 1 - answer
	n := 0
	for n <= int(p.retries) && unlikely < p.tries[n] {
		n++
	}
	return n
}
