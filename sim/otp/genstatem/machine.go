// Package genstatem is Erlang's gen_statem: a process that is a state machine.
//
// The user's part is a Machine: a value that is the data and holds the callbacks, and beside it a state, a
// comparable value that prints. One HandleEvent gets every event, whatever its kind, and answers with a
// Step, which says where to go and what else to do:
//
//	type State string
//
//	const (
//		Locked State = "locked"
//		Open   State = "open"
//	)
//
//	type button struct{ digit int }
//	type lock struct{}
//
//	type Door struct {
//		genstatem.Base[State]
//		code, given []int
//	}
//
//	func (d *Door) Init(p *sim.Proc) genstatem.Step[State] { return d.Next(Locked) }
//
//	func (d *Door) HandleEvent(p *sim.Proc, state State, e genstatem.Event) genstatem.Step[State] {
//		switch c := e.Content.(type) {
//		case button:
//			if state == Open {
//				return d.Keep().Postpone() // until the door is locked again
//			}
//			if d.push(c.digit); slices.Equal(d.given, d.code) {
//				return d.Next(Open).StateTimeout(10*time.Second, lock{})
//			}
//			return d.Keep()
//		case lock:
//			return d.Next(Locked)
//		}
//		return d.Keep()
//	}
//
//	otp.Must(genstatem.StartLink(p, sim.Local("door"), NewDoor))
//
// Keep, Next, Repeat, Stop and the like are methods of Base, so that the compiler knows the states' type: a
// machine of States can go to no string. States being values, and not functions, they compare and print,
// and a Coverage can say which events came in which states. Who prefers a function for every state keeps
// them in a Functions table.
//
// In which order events are handled (SM1): what steps have inserted, then what was postponed if the state
// has changed, then time-outs of 0, then messages. The state has changed if it is not equal (SM2).
//
// A callback may call others, sleep and receive; while it does, what is sent to the machine waits. If a
// callback panics, the machine terminates with {Error, Stack}; after Proc.ExitSelf(R), with R. There is no
// throw. The clients' side is Call here, which waits for ever if not told otherwise, and Cast, Reply, Stop
// of package otp.
package genstatem

import (
	"github.com/bedlam-sim/bedlam/sim"
)

// Machine is a gen_statem's data and callbacks. Embed Base for those that are not needed, and for the steps.
// A machine that is an Enterer too is called whenever it enters a state.
type Machine[S comparable] interface {
	// Init runs in the new process, which has its name already, while the starter waits. It answers Next
	// with the first state, and what else there is to do at once; or Stop, Fail, Ignore.
	Init(p *sim.Proc) Step[S]
	// HandleEvent answers Keep, Next, Repeat or Stop.
	HandleEvent(p *sim.Proc, state S, e Event) Step[S]
	// Terminate is called before the machine ends of its own will, or because its parent has ended and it
	// traps exits; not if it is killed, or dies of an exit signal (GS6).
	Terminate(p *sim.Proc, state S, reason sim.Reason)
	// CodeChange is what sys.ChangeCode calls; it answers with the state to go on in. That is no change of
	// state: nothing is entered, nothing postponed comes back. After an error the machine goes on as it is.
	CodeChange(p *sim.Proc, oldVsn any, state S, extra any) (S, error)
}

// Enterer is a machine with state enter calls (SM3): Enter is called when it starts, with old equal to state,
// when the state has changed, and after Repeat; before any event. It answers Keep, or Stop, and may set
// time-outs and reply. It may not go to another state, postpone or insert events: the machine terminates.
type Enterer[S comparable] interface {
	Enter(p *sim.Proc, old, state S) Step[S]
}

// DataHolder is for machines that want package sys to see something else than themselves as their data.
type DataHolder interface {
	Data() any
	SetData(data any)
}

// Base has the steps of a machine and the callbacks that a gen_statem's module may do without.
type Base[S comparable] struct{ Steps[S] }

// Terminate does nothing.
func (Base[S]) Terminate(*sim.Proc, S, sim.Reason) {}

// CodeChange accepts any change and keeps the state.
func (Base[S]) CodeChange(_ *sim.Proc, _ any, state S, _ any) (S, error) { return state, nil }
