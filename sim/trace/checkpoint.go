package trace

import "fmt"

// Chain is what a run leaves that keeps no events: its hash after every so many facts. The hash runs over
// all facts before it, so two chains that part never meet again.
type Chain struct {
	Every uint64   // how many facts lie between two marks; 0: there are no marks
	Marks []uint64 // the hash after Every, 2*Every… facts
	Hash  uint64   // the hash of all facts
	Count uint64   // how many there were
}

// Window is a stretch of facts: From is the number of its first, counted from 0, and To that of the first
// behind it.
type Window struct{ From, To uint64 }

// String prints the window as facts 512 to 1023.
func (w Window) String() string {
	if w.To == w.From+1 {
		return fmt.Sprintf("fact %d", w.From)
	}
	return fmt.Sprintf("facts %d to %d", w.From, w.To-1)
}

// marksMax is how many marks are held: with twice as many facts between them half of them go, so that a
// window is never wider than a 1024th of the run, and a log of any length is small.
const marksMax = 2048

// Checkpoint makes the log mark its hash every so many facts from now on, 0 for no more, beside whatever
// events it keeps. Marks of before are dropped.
func (l *Log) Checkpoint(every uint64) {
	k := l.more()
	k.every, k.marks = every, nil
	if every > 0 {
		k.marks = make([]uint64, l.count/every) // of facts long past we know nothing: their marks are 0
	}
	l.plan()
}

func (k *kept) mark(hash uint64) {
	k.marks = append(k.marks, hash)
	if len(k.marks) < marksMax {
		return
	}
	for i := range marksMax / 2 {
		k.marks[i] = k.marks[2*i+1]
	}
	k.marks = k.marks[:marksMax/2]
	k.every *= 2
}

// Chain is what can be said of the run without its events.
func (l *Log) Chain() Chain {
	c := Chain{Hash: l.hash, Count: l.count}
	if l.kept != nil && l.every > 0 {
		c.Every, c.Marks = l.every, append([]uint64(nil), l.marks...)
	}
	return c
}

// FirstWindow finds where two runs part: among the facts of the window is the first that differs. differ is
// false if the runs are the same. The window is as narrow as the marks of both allow: those at the same
// place are compared, and a mark of 0, from before Checkpoint was called, with none.
func FirstWindow(a, b Chain) (w Window, differ bool) {
	if a.Hash == b.Hash && a.Count == b.Count {
		return Window{}, false
	}
	w.To = min(a.Count, b.Count)
	if a.Count != b.Count {
		w.To++ // at the latest they part where one goes on and the other does not
	}
	if a.Every == 0 || b.Every == 0 {
		return w, true
	}
	for i, mark := range a.Marks {
		place := uint64(i+1) * a.Every
		other, ok := b.at(place)
		if mark == 0 || !ok {
			continue
		}
		if mark != other {
			w.To = place
			return w, true
		}
		w.From = place
	}
	return w, true
}

// at is the mark after so many facts.
func (c Chain) at(place uint64) (mark uint64, ok bool) {
	i := place / c.Every
	if place%c.Every != 0 || i == 0 || i > uint64(len(c.Marks)) {
		return 0, false
	}
	mark = c.Marks[i-1]
	return mark, mark != 0
}
