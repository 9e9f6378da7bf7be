package fault

import (
	"fmt"
	"strings"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Net is a fault of the net: see netsim.Fault for what it says.
type Net struct{ netsim.Fault }

// Begin injects it. Taken back, it heals, and nothing else does.
func (h Net) Begin(w *sim.World, key choice.Key) (undo func(), ok bool) {
	id, err := w.Inject(h.Fault)
	return func() { w.Heal(id) }, err == nil
}

// took is whether faults of that name had a part in anything.
func (h Net) took(w *sim.World) bool {
	for _, e := range w.Net().Efficacy() {
		if e.Name == h.Name && e.Took > 0 {
			return true
		}
	}
	return false
}

func parseNet(text string) (Harm, error) {
	f, err := netsim.ParseFault(text)
	if err != nil {
		return nil, fmt.Errorf("%w; other faults begin with kill, exit, halt, power, boot, pause, clock or disconnect", err)
	}
	return Net{f}, nil
}

// Disconnect ends the connection of two nodes, as if the first wanted it.
type Disconnect struct{ A, B sim.Atom }

// String prints disconnect a b.
func (h Disconnect) String() string { return "disconnect " + string(h.A) + " " + string(h.B) }

// Begin ends it.
func (h Disconnect) Begin(w *sim.World, key choice.Key) (undo func(), ok bool) {
	return nil, w.Disconnect(h.A, h.B)
}

func parseDisconnect(rest string) (Harm, error) {
	words := strings.Fields(rest)
	if len(words) != 2 {
		return nil, fmt.Errorf("disconnect wants two nodes, as in disconnect a b, not %q", rest)
	}
	return Disconnect{sim.Atom(words[0]), sim.Atom(words[1])}, nil
}
