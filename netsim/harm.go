package netsim

import (
	"fmt"
	"strconv"
	"strings"
)

// Harm is what a fault does to a link; several things at once are possible. Harms compare with
// ==, and ParseHarm reads what String prints. The zero Harm does nothing.
type Harm struct {
	// Cut lets nothing through and tells nobody, as a firewall that drops: what is
	// sent is held until the cut is healed or the connection ends, and that somebody notices
	// is a matter of ticks and time-outs.
	Cut bool
	// Reset is a Cut that answers: connections over it break at once, and so does each
	// new one at its first signal.
	Reset bool
	// Jam holds as a Cut does, but the nodes still count as connected: Reachable
	// and Components do not see it.
	Jam bool

	Slow      int   // latencies are so many times as long, and the bandwidth is that part; 0 and 1: as ever
	Latency   Delay // is added
	Loss      Share // is added
	Bandwidth Rate  // is all there is; 0: as ever
}

// mostSlow is slow enough, and more of it together counts as so much.
const mostSlow = 1_000_000

func (h Harm) blocks() bool { return h.Cut || h.Reset || h.Jam }

// parts says whether nodes no longer count as connected.
func (h Harm) parts() bool { return h.Cut || h.Reset }

func (h Harm) check() error {
	switch {
	case h == Harm{}:
		return fmt.Errorf("harm: the zero Harm does nothing")
	case h.Slow < 0 || h.Slow > mostSlow:
		return fmt.Errorf("harm: slow is 1 to %d, not %d", mostSlow, h.Slow)
	}
	return Link{Loss: h.Loss, Bandwidth: h.Bandwidth}.check()
}

// String prints cut, reset, jam, slow=10, latency=exp(5ms), loss=3% and bandwidth=1MB/s, as it
// applies.
func (h Harm) String() string {
	var words []string
	add := func(is bool, word string) {
		if is {
			words = append(words, word)
		}
	}
	add(h.Cut, "cut")
	add(h.Reset, "reset")
	add(h.Jam, "jam")
	add(h.Slow != 0, "slow="+strconv.Itoa(h.Slow))
	add(h.Latency != Delay{}, "latency="+h.Latency.String())
	add(h.Loss != 0, "loss="+h.Loss.String())
	add(h.Bandwidth != 0, "bandwidth="+h.Bandwidth.String())
	return strings.Join(words, " ")
}

// ParseHarm reads words in any order, as String prints them.
func ParseHarm(text string) (Harm, error) {
	var h Harm
	err := settings(text, "a harm is cut, reset, jam, slow=N, latency=…, loss=… and bandwidth=…", h.set)
	if err == nil {
		err = h.check()
	}
	if err != nil {
		return Harm{}, fmt.Errorf("harm: %w", err)
	}
	return h, nil
}

func (h *Harm) set(name, value string) (known bool, err error) {
	switch name {
	case "cut":
		h.Cut = true
	case "reset":
		h.Reset = true
	case "jam":
		h.Jam = true
	case "slow":
		h.Slow, err = strconv.Atoi(value)
	case "latency":
		h.Latency, err = ParseDelay(value)
	case "loss":
		h.Loss, err = ParseShare(value)
	case "bandwidth":
		h.Bandwidth, err = ParseRate(value)
	default:
		return false, nil
	}
	if value != "" && (name == "cut" || name == "reset" || name == "jam") {
		return true, fmt.Errorf("takes no value, not %q", value)
	}
	return true, err
}
