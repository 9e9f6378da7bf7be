package scheduler

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Timed lets what is due lag: a timer that was set by [Scheduler.NotBefore] pops up to Slack late, so that time-outs
// race with messages and with each other, and a task that is ready runs when up to 511 rounds of the others
// have passed, of a slice each. Half of them do not lag, and the others by every order of magnitude. Beyond that
// whoever was due first is first.
//
// This is the timed simulation of FoundationDB (Zhou and others: FoundationDB: A Distributed Unbundled
// Transactional Key Value Store, SIGMOD 2021) with a slack, as between timed and asynchronous models. What is
// otherwise here: how long messages are under way is not drawn by the scheduler but by whoever carries them.
//
// Nobody starves: of n queued tasks none waits for more than 512*n picks; a low one, for eight times that.
type Timed struct {
	Slack Time // up to MaxSlack; 0: timers are exact
}

// MaxSlack is a day. More counts as that.
const MaxSlack = Time(24 * time.Hour)

// normal is p with a slack that it can have.
func (p Timed) normal() Timed { return Timed{min(max(p.Slack, 0), MaxSlack)} }

// String is timed(slack=100ms). ParsePolicy reads it back.
func (p Timed) String() string {
	return fmt.Sprintf("timed(slack=%v)", time.Duration(p.normal().Slack))
}

// Place draws a lag in turns, each of which is a round.
func (Timed) Place(source *choice.Source, id, n uint64) int {
	return int(lags[source.Choose(choice.Key{Domain: choice.Order, ID: id, N: n}, len(lags))])
}

// Slice is drawn as under Random.
func (Timed) Slice(source *choice.Source, id, n uint64) int32 { return Random{}.Slice(source, id, n) }

// Rank is drawn as under Random.
func (Timed) Rank(source *choice.Source, id uint64) int { return Random{}.Rank(source, id) }

// lag draws how late a timer is, 0 to Slack. Its rank has the key before this one.
func (p Timed) lag(source *choice.Source, id uint64) Time {
	slack := p.normal().Slack
	if slack == 0 {
		return 0
	}
	const most = Time(Turns - 1)
	share := Time(lags[source.Choose(choice.Key{Domain: choice.Tie, ID: id, N: 1}, len(lags))])
	return slack/most*share + slack%most*share/most
}

// lags are 32 that do not lag and 32 that grow by the same factor each, up to 511:
// round(511^((i-31)/32)). Frozen.
var lags = [64]uint16{
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 9, 10, 13, 15, 19, 23,
	27, 33, 41, 49, 60, 73, 88, 107, 131, 159, 193, 234, 285, 346, 421, 511,
}

// lateness is by how much a timer lags, in the place of its node.
type lateness struct {
	serial uint32 // whose it is
	lag    Time
}

// NotBefore sets a timer to pop alarm when the time has come, or later if the policy lets it lag, which
// only Timed does. To whoever asks how long it has, it has what it was set for, and then 0. For the rest it is At, which
// is for what must not lag: signals on their way overtake each other otherwise.
func (s *Scheduler) NotBefore(when Time, alarm any, id uint64) Timer {
	if s.soul != timed {
		return s.At(when, alarm, id)
	}
	when = max(when, s.now)
	lag := min(Timed{s.slack}.lag(s.source, id), never-when)
	t := s.At(when+lag, alarm, id)
	for int(t.index) >= len(s.late) {
		s.late = append(s.late, lateness{})
	}
	s.late[t.index] = lateness{t.serial, lag}
	return t
}

// deadline is what pending timer i was set for.
func (s *Scheduler) deadline(i uint32) Time {
	n := &s.wheel.nodes[i]
	if int(i) < len(s.late) && s.late[i].serial == n.serial {
		return n.when - s.late[i].lag
	}
	return n.when
}
