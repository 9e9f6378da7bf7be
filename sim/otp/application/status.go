package application

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// Status is what an application is on a node, for those who look at a world from outside.
type Status struct {
	Name        sim.Atom
	Description string
	Vsn         string
	State       State
	Type        Type    // of one that is started; "" of others
	Master      sim.PID // zero for a library, and for one that is not started
}

// State is how far an application has come.
type State string

// The states.
const (
	Loaded   State = "loaded"
	Starting State = "starting"
	Running  State = "running"
)

// Inspect lists the applications that a node knows, by name. There are none if it has no application controller.
func Inspect(v sim.View, node sim.Atom) []Status {
	pid, _ := v.Whereis(node, Controller)
	c, ok := v.Behaviour(pid).(*controller)
	if !ok {
		return nil
	}
	var all []Status
	for _, name := range c.table.names() {
		all = append(all, c.status(name))
	}
	return all
}

func (c *controller) status(name sim.Atom) Status {
	a := c.table.loaded[name]
	st := Status{Name: name, Description: a.Description, Vsn: a.Vsn, State: Loaded}
	if s := c.starting[name]; s != nil {
		st.State, st.Type, st.Master = Starting, s.typ, c.table.masters[name]
	}
	if i := slices.IndexFunc(c.running, func(r instance) bool { return r.name == name }); i >= 0 {
		st.State, st.Type, st.Master = Running, c.started[name], c.running[i].master
	}
	return st
}

// Describe tells whose master it is, to those who look at the world from outside.
func (m *master) Describe(d *otp.Description) {
	d.Behaviour, d.Module = "application_master", m.app.module().String()
}

// Describe tells what x is.
func (x *runner) Describe(d *otp.Description) {
	d.Behaviour, d.Module = "application_master", x.app.module().String()
	d.Note = "has run start"
}
