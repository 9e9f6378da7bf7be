package sim

// A Witness is an Observer that is also told which messages processes take out of their mailboxes: for those who wait
// for something to happen. It must not change the world while it is told; what it wants to do it does by World.At, now,
// and Interrupt lets that come as soon as may be.
type Witness interface {
	Observer
	// Took is told that the process that runs has taken a message. The message must not be kept.
	Took(by PID, m *Msg)
}

// Watch tells x of all that happens from now on, until the world is Reset, beside whom Config names. A world that is
// watched runs as it would otherwise, and a little slower.
func (w *World) Watch(x Witness) {
	if o := w.cfg.Observer; o != nil {
		w.cfg.Observer = observers{o, x}
	} else {
		w.cfg.Observer = x
	}
	if w.eyes == nil {
		w.eyes = new(eyes)
	}
	w.eyes.witnesses = append(w.eyes.witnesses, x)
}

// observers are told one after the other.
type observers [2]Observer

// Observe tells both.
func (o observers) Observe(f Fact) {
	o[0].Observe(f)
	o[1].Observe(f)
}

// Interrupt ends the slice of the process that runs, as if it were used up, as soon as the process may be interrupted:
// what is due now comes before anything else that it does. A handler that never blocks finishes with its message first.
// It is for a Witness that is being told something; the rest of the slice is not charged.
func (w *World) Interrupt() {
	if p := w.current; p != nil && p.state == running && p.budget > 0 {
		p.slice -= p.budget
		p.budget = 0
	}
}
