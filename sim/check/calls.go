package check

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// Calls is calls_end_once: a call has one outcome (I5). An answer that comes after the caller has given up, or a second one, is
// dropped on its way if it was sent to an alias, as calls do; one that lies in a mailbox for good is one too many. A call
// without any outcome shows as a deadlock, or as a monitor that never fires.
func Calls(l Limits) Rule { return AtRest("calls_end_once", l, strayReplies) }

func strayReplies(v sim.View) (flaws []Flaw, judged bool) {
	for _, pid := range v.Processes() {
		for _, m := range v.Mailbox(pid) {
			judged = true
			if r, is := m.(otp.ReplyMsg); is && r.Tag.Ref.Owner() == pid {
				flaws = append(flaws, Flaw{Key: role(pid), Got: fmt.Sprintf("%v has in its mailbox an answer that it does not await: %v", pid, r)})
			}
		}
	}
	return flaws, judged || len(v.Processes()) > 0
}
