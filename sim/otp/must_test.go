package otp_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
)

// A world whose Boot does not start what it must is no empty world that holds: it has crashed, and says of what.
func TestMust(t *testing.T) {
	child := supervisor.Child{ID: "a", Start: genserver.Start(nil, func() genserver.Base { return genserver.Base{} })}
	run := func(children ...supervisor.Child) (r sim.Result, started otp.Started) {
		w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
			started = otp.Must(supervisor.StartLink(p, nil, supervisor.Spec{Children: children}))
		}})
		defer w.Close()
		return w.Run(time.Second), started
	}
	if r, started := run(child); r.Stop == sim.StopCrashed || started.PID.IsZero() {
		t.Errorf("stopped with %v, started %v", r.Stop, started)
	}
	r, _ := run(child, child)
	if r.Stop != sim.StopCrashed || !strings.Contains(r.Crash.Error(), "duplicate_child_name") {
		t.Errorf("stopped with %v: %v", r.Stop, r.Crash)
	}
}
