// Package code is what Erlang's code server and release handler are for: versions of a module, the loading and
// purging of them on a node, and the upgrade of a running tree.
//
// A module is a name and its versions, the oldest first; each makes servers, machines, event handlers or
// supervisors anew, or is the body of a plain process:
//
//	var Counter = &code.Module{Name: "counter", Versions: []code.Version{
//		code.Server("1", func() *counter1 { return &counter1{} }),
//		code.Server("2", func() *counter2 { return &counter2{} }),
//	}}
//
//	otp.Must(genserver.StartLink(p, sim.Local("counter"), Counter.Server()))
//
// The newer version knows the way there and back: its CodeChange is told of both, and is given the old
// value, or, to go back, an empty one of the old version to fill in.
//
//	func (c *counter2) CodeChange(p *sim.Proc, oldVsn, extra any) error {
//		switch v := oldVsn.(type) {
//		case code.Up: // c is new and empty
//			c.n = v.From().(*counter1).n
//		case code.Down: // c is what is to be replaced
//			v.To().(*counter1).n = c.n
//		}
//		return nil
//	}
//
//	report, err := code.Upgrade{Steps: []code.Step{{Module: Counter, To: "2"}}}.Run(p)
//
// A node has two versions of a module at most (HOT1): Load makes the current one old, processes that run it
// go on running it, those that are started from now on run the new one. A behaviour goes over when
// its code is changed (sys.ChangeCode, Upgrade), a plain process at its next qualified call (Module.Body).
// In this it is unlike Erlang's, whose behaviours call their module by its name, and so run whatever is
// loaded with the state that they have: in Go that state would be of the wrong type. Whoever still runs
// old code when it is purged, or when a third version is loaded, is killed.
//
// What a node has loaded is forgotten when it goes down; it comes back with the first version of each.
//
// The files: module.go, version.go are what the user says; table.go is what a node knows, loader.go changes it;
// resident.go and its likes, server.go, machine.go, handler.go, supervisor.go and body.go, are what runs a
// module; upgrade.go, job.go, retreat.go upgrade a tree.
package code
