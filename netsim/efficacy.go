package netsim

// Efficacy tells of the faults, or rules, of one name whether they were good for anything. A fault
// that took no effect has tested nothing.
type Efficacy struct {
	Name     string
	Injected int    // how often
	Took     uint64 // how many verdicts it had a part in, and how many connections it broke
}

// Traffic counts verdicts.
type Traffic struct {
	Routed  uint64 // signals sent
	Arrived uint64
	Held    uint64 // each time one was
	Full    uint64
	// Lost is what was found to be, by Route or Arrive; what was held at the end of a connection, and never came up, is
	// not among them.
	Lost          uint64
	Broken        uint64 // connections, by loss, reset or a rule
	Retransmitted uint64 // packets
}

// Traffic is what there was since the beginning.
func (n *Net) Traffic() Traffic { return n.traffic }

// Efficacy is one record for each name of faults, in the order of their first injection, and
// then one for each rule.
func (n *Net) Efficacy() []Efficacy {
	var all []Efficacy
	for _, r := range n.records {
		all = append(all, *r)
	}
	for _, r := range n.book {
		all = append(all, Efficacy{Name: r.Rule.String(), Injected: 1, Took: r.took})
	}
	return all
}

// effect is a set of ways in which a verdict can be changed.
type effect uint8

const (
	blocking   effect = 1 << iota // it was held
	slowing                       // it took so many times as long
	delaying                      // it took longer by something
	throttling                    // it was longer on the wire
	losing                        // packets were lost that otherwise had not been
)

// effects are the ways in which h can change a verdict.
func (h *Harm) effects() (e effect) {
	for _, one := range []struct {
		is bool
		effect
	}{{h.blocks(), blocking}, {h.Slow > 1, slowing}, {h.Latency != Delay{}, delaying}, {h.Bandwidth != 0, throttling},
		{h.Loss != 0, losing}} {
		if one.is {
			e |= one.effect
		}
	}
	return e
}

// credit counts a verdict that was changed so for the faults on w that had a part in it.
func (w *link) credit(e effect) {
	for _, f := range w.faults {
		if f.effects&e != 0 {
			f.record.Took++
		}
	}
}
