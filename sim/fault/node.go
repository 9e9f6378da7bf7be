package fault

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

// anyNode stands for a node that is drawn among those that are up.
const anyNode = "any"

// one is the node that is meant; ok is false if none is up.
func one(w *sim.World, node sim.Atom, key choice.Key) (name sim.Atom, ok bool) {
	if node != anyNode {
		return node, true
	}
	up := w.View().Nodes()
	if len(up) == 0 {
		return "", false
	}
	return up[w.Choose(key, len(up))], true
}

func parseNode(verb, rest string) (sim.Atom, error) {
	if rest == "" || strings.ContainsAny(rest, " \t\n@:") {
		return "", fmt.Errorf("%s wants the name of a node, or any, not %q", verb, rest)
	}
	return sim.Atom(rest), nil
}

// Halt ends a node as kill -9 does: other nodes hear that the connection was closed. Taken back, it is booted again.
type Halt struct{ Node sim.Atom }

// String prints halt b.
func (h Halt) String() string { return "halt " + string(h.Node) }

// Begin ends the node.
func (h Halt) Begin(w *sim.World, key choice.Key) (undo func(), ok bool) {
	name, ok := one(w, h.Node, key)
	ok = ok && w.HaltNode(name, h.String())
	return func() { w.BootNode(name) }, ok
}

func parseHalt(rest string) (Harm, error) {
	n, err := parseNode("halt", rest)
	return Halt{n}, err
}

// Power cuts a node's power: nobody is told. Taken back, the node is booted again.
type Power struct{ Node sim.Atom }

// String prints power b.
func (h Power) String() string { return "power " + string(h.Node) }

// Begin ends the node.
func (h Power) Begin(w *sim.World, key choice.Key) (undo func(), ok bool) {
	name, ok := one(w, h.Node, key)
	ok = ok && w.CutPower(name, h.String())
	return func() { w.BootNode(name) }, ok
}

func parsePower(rest string) (Harm, error) {
	n, err := parseNode("power", rest)
	return Power{n}, err
}

// Boot boots a node that is down.
type Boot struct{ Node sim.Atom }

// String prints boot b.
func (h Boot) String() string { return "boot " + string(h.Node) }

// Begin boots the node; of any, it boots the first that is down.
func (h Boot) Begin(w *sim.World, key choice.Key) (undo func(), ok bool) {
	return nil, w.BootNode(h.Node)
}

func parseBoot(rest string) (Harm, error) {
	n, err := parseNode("boot", rest)
	if err == nil && n == anyNode {
		err = fmt.Errorf("boot wants the name of a node")
	}
	return Boot{n}, err
}

// Pause makes a node stand still, as a long garbage collection or a frozen virtual machine does.
type Pause struct{ Node sim.Atom }

// String prints pause b.
func (h Pause) String() string { return "pause " + string(h.Node) }

// Begin stops the node.
func (h Pause) Begin(w *sim.World, key choice.Key) (undo func(), ok bool) {
	name, ok := one(w, h.Node, key)
	ok = ok && w.PauseNode(name)
	return func() { w.ResumeNode(name) }, ok
}

func parsePause(rest string) (Harm, error) {
	n, err := parseNode("pause", rest)
	return Pause{n}, err
}

// Clock makes a node's wall clock wrong. Taken back, it is right again.
type Clock struct {
	Node sim.Atom
	sim.Clock
}

// String prints clock b offset=1s drift=50 frozen.
func (h Clock) String() string {
	s := "clock " + string(h.Node)
	if h.Offset != 0 || h.Clock == (sim.Clock{}) {
		s += " offset=" + h.Offset.String()
	}
	if h.Drift != 0 {
		s += " drift=" + strconv.Itoa(h.Drift)
	}
	if h.Frozen {
		s += " frozen"
	}
	return s
}

// Begin sets the clock.
func (h Clock) Begin(w *sim.World, key choice.Key) (undo func(), ok bool) {
	name, ok := one(w, h.Node, key)
	ok = ok && w.SetClock(name, h.Clock)
	return func() { w.SetClock(name, sim.Clock{}) }, ok
}

func parseClock(rest string) (Harm, error) {
	words := strings.Fields(rest)
	if len(words) < 2 {
		return nil, fmt.Errorf("clock is like clock b offset=1s drift=50 frozen, not clock %s", rest)
	}
	h := Clock{}
	var err error
	if h.Node, err = parseNode("clock", words[0]); err != nil {
		return nil, err
	}
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		switch {
		case key == "offset":
			h.Offset, err = time.ParseDuration(value)
		case key == "drift":
			h.Drift, err = strconv.Atoi(value)
		case word == "frozen":
			h.Frozen = true
		default:
			err = fmt.Errorf("a clock has an offset, a drift in millionths, or is frozen; not %q", word)
		}
		if err != nil {
			return nil, err
		}
	}
	return h, nil
}
