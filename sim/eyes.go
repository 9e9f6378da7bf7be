package sim

// eyes look at each message on its way. Most worlds have none.
type eyes struct {
	mutations *mutations // nil if nobody has asked for them
	witnesses []Witness
}

func (e *eyes) sent(m *Msg, to *Proc) {
	if e.mutations != nil {
		e.mutations.sent(m, to)
	}
}

// taken is told that a process has taken a message out of its mailbox.
func (e *eyes) taken(m *Msg, by *Proc) {
	e.gone(m)
	for _, x := range e.witnesses {
		x.Took(by.Self(), m)
	}
}

// gone is told that a message is under way no more.
func (e *eyes) gone(m *Msg) {
	if e.mutations != nil {
		e.mutations.inFlight.remove(m)
	}
}

func (e *eyes) sliceEnded(p *Proc) {
	if e.mutations != nil {
		e.mutations.sliceEnded(p)
	}
}
