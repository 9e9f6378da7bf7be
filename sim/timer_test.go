package sim

import (
	"reflect"
	"testing"
	"time"
)

// A timer that is over holds on to nothing: timers are made in blocks, which outlive runs.
func TestTimer_forgets(t *testing.T) {
	boot := func(p *Proc) {
		p.Register("here", p.Self())
		for range 100 {
			p.SendAfter(time.Second, Name("here"), "fired")
			p.SendAfter(time.Second, p.Self(), "fired")
			p.CancelTimer(p.StartTimer(time.Second, p.Self(), "cancelled"))
			p.SendAfter(time.Hour, p.Self(), "pending")
		}
	}
	w := New(Config{Boot: boot})
	defer w.Close()
	w.At(2*time.Second, "act", func() {})
	w.Run(time.Minute)
	w.Reset(Config{})
	n := 0
	for k := w.spareTimers; k != nil; k = k.next {
		if n++; !reflect.DeepEqual(*k, timer{alarm: k.alarm, gen: k.gen, next: k.next}) {
			t.Fatalf("%+v", *k)
		}
	}
	if n < 200 {
		t.Errorf("only %d timers were left", n)
	}
}
