package trace

import "fmt"

// dice are a test's own chance: splitmix64.
type dice uint64

func (d *dice) word() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (d *dice) roll(n int) int { return int(d.word() % uint64(n)) }

// wild is a number of any size, small ones often.
func (d *dice) wild() uint64 { return d.word() >> d.roll(64) }

var someTexts = []string{"", "ping", `{badmatch,"x\ny"}`, "crash {badarg,STACK}\nmain.f (x.go:12)\n",
	"ü <a/b> \x00 \u2028", "{a,[1,2]}"}

// log is a log that has taken n random facts and keeps so many: like those of a run, or wild ones.
func (d *dice) log(n, keep int, wild bool) *Log {
	var l Log
	l.Reset(keep)
	if d.roll(2) == 0 {
		l.Checkpoint(uint64(1 + d.roll(10)))
	}
	at := int64(0)
	for range n {
		at += int64(d.roll(3) * d.roll(5000))
		e := Event{at, uint64(d.roll(9)), uint64(d.roll(9)), uint64(d.roll(3)), Kind(1 + d.roll(int(kinds)-1))}
		if wild {
			e = Event{int64(d.wild()) - int64(d.wild()), d.wild(), d.wild(), d.wild(), Kind(d.roll(256))}
		}
		l.Note(e.At, e.Kind, e.Subject, e.Object, e.Word)
		for _, serial := range []uint64{e.Subject, e.Object} {
			if serial != 0 && d.roll(4) > 0 {
				l.Name(serial, fmt.Sprintf("<node/proc%d>", serial))
			}
		}
		if d.roll(3) == 0 {
			l.Detail(someTexts[d.roll(len(someTexts))])
		}
	}
	return &l
}

// record is what such a log has kept: all, the first facts, a window of them or those of some kinds.
func (d *dice) record() *Record {
	n := d.roll(60)
	l := d.log(n, 1+d.roll(60), d.roll(2) == 0)
	r := l.Record()
	if d.roll(3) == 0 {
		r = r.Select(Filter{Kinds: []Kind{Kind(d.roll(20)), Slice, Send, Spawn}})
	}
	return r
}
