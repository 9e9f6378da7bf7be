package programs_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/gentcp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// The door and who stands at it end together, also when nobody can come in any more because the port was closed.
func TestChatDoor_endsWithItsPorter(t *testing.T) {
	door, _ := programs.All().Lookup("chat.Door")
	args := scenarios.Args{{Name: "rooms", Value: "rooms"}, {Name: "room", Value: "lobby"}, {Name: "port", Value: int64(6667)}}
	var w *sim.World
	var reason sim.Reason
	w = sim.New(sim.Config{Seed: 1, Boot: func(p *sim.Proc) {
		opened, err := genserver.StartLink(p, nil, func() genserver.Server { return door.New(scenarios.Setting{Args: args}) })
		if err != nil {
			t.Errorf("the door does not open: %v", err)
			return
		}
		p.TrapExit(true)
		p.Sleep(time.Second)
		for _, s := range w.View().Sockets() {
			gentcp.Close(p, s.ID)
		}
		if end, err := sim.Recv[sim.Exit](p, sim.After(time.Second)); err == nil && end.From == opened.PID {
			reason = end.Reason
		}
	}})
	defer w.Close()
	w.Run(time.Minute)
	if got := term.Format(reason); got != "{accept,closed}" {
		t.Errorf("the door ended with %s", got)
	}
}
