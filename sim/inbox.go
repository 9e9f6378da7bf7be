package sim

// inbox is what has come to a process, in the order in which it came: the mailbox first, from which the process
// receives, and behind it the signals in transit, which act when it handles them. To handle a message is to move the
// border. Nothing is said of what comes behind the newest: its next is what it was.
type inbox struct {
	head   *Msg // the oldest of all, if there is anything
	border *Msg // the last of the mailbox; nil if that is empty
	tail   *Msg // the newest of all; nil if there is nothing
}

// empty reports whether there is nothing, neither in the mailbox nor in transit.
func (b *inbox) empty() bool { return b.tail == nil }

// transit reports whether there are signals in transit.
func (b *inbox) transit() bool { return b.border != b.tail }

// behind is who follows m; the oldest of all follows nil.
func (b *inbox) behind(m *Msg) *Msg {
	if m == nil {
		return b.head
	}
	return m.next
}

// push puts a signal behind all others in transit.
func (b *inbox) push(m *Msg) {
	if b.tail == nil {
		b.head = m
	} else {
		b.tail.next = m
	}
	b.tail = m
}

// accept makes m, a message and the oldest signal in transit, the last of the mailbox.
func (b *inbox) accept(m *Msg) { b.border = m }

// acceptAll does so with all in transit.
func (b *inbox) acceptAll() { b.border = b.tail }

// enter puts a message behind the last of the mailbox, before all in transit.
func (b *inbox) enter(m *Msg) {
	m.next = b.behind(b.border)
	if b.border == nil {
		b.head = m
	} else {
		b.border.next = m
	}
	if b.border == b.tail {
		b.tail = m
	}
	b.border = m
}

// remove takes out m, from the mailbox or out of transit; prev is the one before it, nil if it is the oldest of all.
func (b *inbox) remove(prev, m *Msg) *Msg {
	if prev == nil {
		b.head = m.next
	} else {
		prev.next = m.next
	}
	if m == b.border {
		b.border = prev
	}
	if m == b.tail {
		b.tail = prev
	}
	return m
}

// mailbox gives the messages in the mailbox, the oldest first.
func (p *Proc) mailbox(yield func(m *Msg) bool) {
	for m := (*Msg)(nil); m != p.inbox.border; {
		if m = p.inbox.behind(m); !yield(m) {
			return
		}
	}
}

// inTransit gives the signals in transit, the oldest first, and those that come while it does.
func (p *Proc) inTransit(yield func(m *Msg) bool) {
	for m := p.inbox.border; m != p.inbox.tail; {
		if m = p.inbox.behind(m); !yield(m) {
			return
		}
	}
}
