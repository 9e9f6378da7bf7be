package sim

import (
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
)

// patience is when the socket should look whether the other end is still there: what it has sent must be acknowledged
// in time, a window that stays closed is asked about, and so is one who has long been silent. waits is false
// if it waits for nothing.
func (s *Socket) patience() (at time.Duration, waits bool) {
	if !s.talks() {
		return 0, false
	}
	switch {
	case s.state == SocketArriving:
		return s.since + arriveTime, true
	case s.state != SocketOpen:
	case s.closed && s.byeSent && s.acked == s.sent:
		return s.since + lingerTime, true
	case s.gotBye && s.byeSent && s.acked == s.sent: // the other end is about to find that too
	case s.probing:
		return s.since + min(s.o.UserTimeout, keepPatience), true
	case s.sent > s.acked:
		return s.since + s.o.UserTimeout, true
	case s.out.len() > 0:
		return s.since + persistTime, true
	case s.o.Keepalive:
		return s.heard + keepIdle, true
	}
	return 0, false
}

// look is what is done when patience is over, or was when the timer was set.
func (s *Socket) look() {
	w := s.w
	at, waits := s.patience()
	switch {
	case !waits:
		return
	case at > w.time():
	case s.state == SocketArriving:
		w.vanish(s.wire, s.side)
		s.ended(w, "")
		return
	case s.closed && s.byeSent && s.acked == s.sent: // it has waited long enough for the other's last word
		w.vanish(s.wire, s.side)
		s.over("")
		return
	case s.probing || s.sent > s.acked:
		s.fail("etimedout")
		return
	default:
		s.probing, s.since = true, w.time()
		s.put(w.newSegment(probeSegment))
	}
	s.tend()
}

// tend sees to it that the socket looks in time.
func (s *Socket) tend() {
	if s.watch != nil { // it may be too early: then it looks again
		return
	}
	at, waits := s.patience()
	if !waits {
		return
	}
	w := s.w
	s.watches++
	t := w.newTimer(ticks)
	t.act = func() {
		s.watch = nil
		w.whenAwake(s.of, s.look)
	}
	t.alarm = w.sched.At(max(scheduler.Time(at), w.sched.Now()), t, s.key^s.watches*oddly)
	s.watch = t
	w.ticking++
}

// unwatch stops looking.
func (s *Socket) unwatch() {
	if s.watch != nil {
		s.w.cancel(s.watch)
		s.w.ticking--
		s.watch = nil
	}
}

// half reports whether a socket waits for an end that is not there any more.
func (s *Socket) half() bool {
	_, waits := s.patience()
	return waits && s.wire.way[1-s.side].over
}
