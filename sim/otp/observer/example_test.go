package observer_test

import (
	"os"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/observer"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
)

// counter is a server that does nothing.
type counter struct{ genserver.Base }

// A tree is looked at, and goes on as if nobody had.
func Example() {
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		supervisor.StartLink(p, sim.Local("sup"), supervisor.Spec{
			Intensity: supervisor.Restarts(3, 10*time.Second),
			Children: []supervisor.Child{
				{ID: "counter", Start: genserver.Start(sim.Local("counter"), func() *counter { return &counter{} })},
			},
		})
		p.Spawn("monkey", func(p *sim.Proc) {
			for {
				p.Sleep(time.Second)
				pid, _ := p.Whereis("counter")
				p.Exit(pid, sim.Kill)
			}
		})
	}})
	defer w.Close()
	w.Run(2500 * time.Millisecond)
	observer.Look(w.View()).WriteTree(os.Stdout, observer.Text{})
	w.Run(time.Minute)
	// Output:
	// local
	// ├─ sup         running  supervisor one_for_one             2/3 in 10s  <local/sup>
	// │  └─ counter  running  gen_server *observer_test.counter              <local/sup/counter.3>
	// └─ monkey      running  observer_test.Example.func1.2                  <local/monkey>
}
