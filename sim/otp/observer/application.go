package observer

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
)

// Application is an application that a node knows.
type Application struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Vsn         string `json:"vsn,omitempty"`
	State       string `json:"state"`            // loaded, starting, running
	Type        string `json:"type,omitempty"`   // permanent, transient, temporary
	Master      string `json:"master,omitempty"` // "" of a library
}

// applications lists the applications of a node.
func (l *looking) applications(node sim.Atom) []Application {
	var all []Application
	for _, a := range application.Inspect(l.view, node) {
		all = append(all, Application{
			string(a.Name), a.Description, a.Vsn, string(a.State), string(a.Type), printedPID(a.Master),
		})
	}
	return all
}
