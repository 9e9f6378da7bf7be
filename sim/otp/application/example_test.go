package application_test

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
)

// cell is a server that does nothing.
type cell struct{ genserver.Base }

// treeOf is the Start of an application whose top supervisor has one child.
func treeOf(name string) func(*sim.Proc, application.StartType, any) (otp.Started, error) {
	return func(p *sim.Proc, _ application.StartType, _ any) (otp.Started, error) {
		fmt.Println("starting", name)
		return supervisor.StartLink(p, sim.Local(name+"_sup"), supervisor.Spec{Children: []supervisor.Child{
			{ID: name, Start: genserver.Start(sim.Local(name), func() *cell { return &cell{} })},
		}})
	}
}

func stopped(name string) func(*sim.Proc, any) {
	return func(*sim.Proc, any) { fmt.Println("stopped", name) }
}

// A node of two applications, one of which depends on the other. The store crashes until its supervisor
// gives up; its application is permanent, so the node goes down, in order; booted again, it is as new.
func Example() {
	release := application.Release{
		Apps: []application.Item{
			{App: application.App{Name: "kv", Env: application.Env{"shards": 4}, Start: treeOf("kv"), Stop: stopped("kv")}},
			{App: application.App{Name: "web", Deps: []sim.Atom{"kv"}, Start: treeOf("web"), Stop: stopped("web")}},
		},
		Config: map[sim.Atom]application.Env{"kv": {"shards": 8}},
	}
	w := sim.New(sim.Config{Node: "a", Boot: release.Boot})
	defer w.Close()
	w.Settle()

	w.Spawn("visitor", func(p *sim.Proc) {
		shards, _ := application.GetEnv(p, "kv", "shards")
		kv, _ := p.Whereis("kv")
		owner, _ := application.Of(p, kv)
		fmt.Println(kv, "belongs to", owner, "with", shards, "shards")
		for range 2 {
			kv, _ := p.Whereis("kv")
			p.Exit(kv, sim.Kill)
			p.Sleep(100 * time.Millisecond)
		}
	})
	w.Run(10 * time.Second)
	fmt.Println("up:", w.View().NodeUp("a"))

	w.BootNode("a")
	w.Settle()
	fmt.Println("up:", w.View().NodeUp("a"))
	// Output:
	// starting kv
	// starting web
	// <a/apps/kv/x/kv_sup/kv> belongs to kv with 8 shards
	// stopped kv
	// stopped web
	// up: false
	// starting kv
	// starting web
	// up: true
}

// Applications can be loaded and started at any time.
func ExampleEnsureAllStarted() {
	w := sim.New(sim.Config{Boot: application.Release{Run: func(p *sim.Proc) {
		application.Load(p, application.App{Name: "log", Start: treeOf("log")})
		application.Load(p, application.App{Name: "web", Deps: []sim.Atom{"log"}, Start: treeOf("web")})
		fmt.Println(application.Start(p, "web", application.Temporary))
		fmt.Println(application.EnsureAllStarted(p, application.Temporary, "web"))
		fmt.Println(application.WhichApplications(p))
	}}.Boot})
	defer w.Close()
	w.Run(time.Minute)
	// Output:
	// application: {not_started,log}
	// starting log
	// starting web
	// [log web] <nil>
	// [{web,"",""} {log,"",""} {stdlib,"ERTS  CXC 138 10",""} {kernel,"ERTS  CXC 138 10",""}] <nil>
}
