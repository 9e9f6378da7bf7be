package sim

// monitors is what a process monitors, by the number of the reference. The newest has a place of its own: it is a
// call's, mostly, and over before there is another.
type monitors struct {
	number uint64 // of the newest; 0 if there is none apart
	newest monitor
	older  table[uint64, monitor]
}

func (m *monitors) add(n uint64, mon monitor) {
	m.settle()
	m.number, m.newest = n, mon
}

// settle puts the newest to the others.
func (m *monitors) settle() {
	if m.number != 0 {
		m.join()
	}
}

func (m *monitors) join() {
	m.older.add(m.number, m.newest)
	m.number, m.newest = 0, monitor{}
}

// at gives a monitor to read or change; nil if there is none. It is good until the next add or remove.
func (m *monitors) at(n uint64) *monitor {
	if n == m.number {
		return &m.newest
	}
	return m.older.at(n)
}

func (m *monitors) remove(n uint64) {
	if n != m.number {
		m.settle()
		m.older.remove(n)
		return
	}
	m.number, m.newest = 0, monitor{}
}

// all lists them. It is good until the next add or remove.
func (m *monitors) all() []entry[uint64, monitor] {
	m.settle()
	return m.older.entries
}

func (m *monitors) empty() bool { return m.number == 0 && m.older.len() == 0 }

func (m *monitors) clear() {
	if m.number != 0 {
		m.number, m.newest = 0, monitor{}
	}
	m.older.clear()
}
