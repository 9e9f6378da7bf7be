package observer

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Timer is a timer that runs.
type Timer struct {
	Left  time.Duration `json:"left"`            // until it is due
	Kind  string        `json:"kind"`            // send_after, start_timer, wait, world: see sim.PendingKind
	Owner string        `json:"owner,omitempty"` // who started it, or waits; "" if it is the world's own
	To    string        `json:"to,omitempty"`    // whom it sends to
	Sends string        `json:"sends,omitempty"` // what it sends, or what its receiver says that it is for
}

// timers makes the table of timers, and notes who waits how long.
func (l *looking) timers() []Timer {
	var all []Timer
	for _, t := range l.view.Timers() {
		if t.Kind == sim.PendingWait {
			l.left[t.Owner] = t.Left
		}
		row := Timer{Left: t.Left, Kind: string(t.Kind), Owner: printedPID(t.Owner)}
		if t.To != nil {
			row.To, row.Sends = t.To.Address(), otp.DescribeTimer(l.view, t)
			if row.Sends == "" {
				row.Sends = cut(term.Format(t.Message), messageLength)
			}
		}
		all = append(all, row)
	}
	return all
}
