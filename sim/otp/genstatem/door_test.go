package genstatem_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
)

// A DoorState is where a door is.
type DoorState string

const (
	Locked DoorState = "locked"
	Open   DoorState = "open"
	Barred DoorState = "barred" // after too many wrong codes
)

// What happens to a door.
type (
	button struct{ digit int }         // somebody presses one
	pass   struct{ otp.Returns[bool] } // somebody waits for the door to open
	forget struct{}                    // nobody has pressed one for a while
	relock struct{}
	unbar  struct{}
)

// pressing is the timer that runs while a code is given.
const pressing = "pressing"

// Door has a code lock. It opens for ten seconds; a button that is pressed while it is open counts afterwards.
type Door struct {
	genstatem.Base[DoorState]
	code, given []int
	wrong       int
	waiting     []otp.From
}

// NewDoor makes the factory of doors with a code.
func NewDoor(code ...int) func() *Door { return func() *Door { return &Door{code: code} } }

// Init locks the door.
func (d *Door) Init(*sim.Proc) genstatem.Step[DoorState] { return d.Next(Locked) }

// Enter does what is to be done in a state whatever has led there.
func (d *Door) Enter(_ *sim.Proc, _, state DoorState) genstatem.Step[DoorState] {
	d.given = nil
	step := d.Keep().CancelTimer(pressing)
	switch state {
	case Open:
		for _, from := range d.waiting {
			step = step.Reply(from, true)
		}
		d.waiting, d.wrong = nil, 0
		return step.StateTimeout(10*time.Second, relock{})
	case Barred:
		return step.StateTimeout(time.Minute, unbar{})
	}
	return step
}

// HandleEvent is the door.
func (d *Door) HandleEvent(_ *sim.Proc, state DoorState, e genstatem.Event) genstatem.Step[DoorState] {
	switch req := e.Content.(type) {
	case button:
		if state != Locked {
			return d.Keep().Postpone()
		}
		return d.press(req.digit)
	case pass:
		if state == Open {
			return d.Keep().Reply(e.From, genstatem.Answer(req, true))
		}
		d.waiting = append(d.waiting, e.From)
		return d.Keep()
	case forget:
		d.given = nil
		return d.Keep()
	}
	return d.Next(Locked) // relock, unbar
}

func (d *Door) press(digit int) genstatem.Step[DoorState] {
	d.given = append(d.given, digit)
	switch {
	case len(d.given) < len(d.code):
		return d.Keep().Timer(pressing, 5*time.Second, forget{})
	case slices.Equal(d.given, d.code):
		return d.Next(Open)
	}
	if d.wrong++; d.wrong == 3 {
		return d.Next(Barred)
	}
	return d.Repeat() // which forgets what was pressed
}

func press(p *sim.Proc, door sim.Addr, digits ...int) {
	for _, digit := range digits {
		otp.Cast(p, door, button{digit})
	}
}

// A door with a code lock. Whoever asks to pass waits until somebody has opened it.
func Example() {
	var seen genstatem.Coverage
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		door := sim.Local("door")
		genstatem.StartLink(p, door, NewDoor(1, 2, 3), genstatem.Cover(&seen))
		p.Spawn("visitor", func(p *sim.Proc) {
			ok, err := genstatem.Call(p, door, pass{})
			fmt.Printf("visitor at %v: %v %v\n", p.Now().Round(time.Second), ok, err)
		})
		p.Sleep(time.Second)
		press(p, door, 3, 2, 1)
		p.Sleep(time.Second)
		press(p, door, 1, 2, 3)
		p.Sleep(time.Second)
		press(p, door, 1) // while it is open: counts when it is locked again
		p.Sleep(11 * time.Second)
		press(p, door, 2, 3)
		genstatem.Call(p, door, pass{})
		fmt.Printf("open again at %v\n", p.Now().Round(time.Second))
	}})
	defer w.Close()
	w.Run(time.Minute)
	fmt.Print(seen.Diagram())
	// Output:
	// visitor at 2s: true <nil>
	// open again at 14s
	// stateDiagram-v2
	//     locked --> open: cast button
	//     open --> locked: state_timeout relock
}

// The coverage of the example, printed: every event that may come in a state has come.
func TestDoor_coverage(t *testing.T) {
	var seen genstatem.Coverage
	seen.States(Locked, Open, Barred).Events(genstatem.Event{Type: genstatem.CastEvent, Content: button{}},
		genstatem.Event{Type: genstatem.CallEvent, Content: pass{}})
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		door := sim.Local("door")
		genstatem.StartLink(p, door, NewDoor(1, 2), genstatem.Cover(&seen))
		caller := func(p *sim.Proc) { s.say("%v", genstatem.MustCall(p, door, pass{})) }
		p.Spawn("early", caller)
		press(p, door, 1)
		p.Sleep(10 * time.Second) // forgotten
		press(p, door, 2, 2, 3, 3)
		press(p, door, 4, 4) // barred
		p.Sleep(time.Second)
		p.Spawn("late", caller)
		press(p, door, 1, 2)
		p.Sleep(65 * time.Second)
		caller(p)
		press(p, door, 1)
		p.Sleep(time.Minute)
	}).want("true; true; true")
	t.Logf("\n%s\n%s", &seen, seen.Diagram())
	want := []string{
		"locked × state_timeout unbar", "locked × state_timeout relock", "open × timer pressing forget",
		"open × state_timeout unbar", "barred × timer pressing forget", "barred × state_timeout relock",
	}
	if got := seen.Missing(); !slices.Equal(got, want) {
		t.Errorf("never came: %q", got)
	}
	if n := seen.Seen(Barred, genstatem.Event{Type: genstatem.CallEvent, Content: pass{}}); n != 1 {
		t.Errorf("pass came %d times to a barred door", n)
	}
}
