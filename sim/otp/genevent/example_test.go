package genevent_test

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
)

// Count asks a Tally how many events it has seen.
type Count struct{ otp.Returns[int] }

// Tally counts events.
type Tally struct {
	genevent.Base
	n int
}

func NewTally() *Tally { return &Tally{} }

func (t *Tally) HandleEvent(p *sim.Proc, event any) genevent.Result {
	t.n++
	return genevent.Ok()
}

func (t *Tally) HandleCall(p *sim.Proc, req any) genevent.Result {
	switch r := req.(type) {
	case Count:
		return genevent.Reply(r, t.n)
	}
	return t.Base.HandleCall(p, req)
}

// Printer prints events, and crashes if it does not like one.
type Printer struct{ genevent.Base }

func NewPrinter() *Printer { return &Printer{} }

func (*Printer) HandleEvent(p *sim.Proc, event any) genevent.Result {
	if event == "fire" {
		panic("out of paper")
	}
	fmt.Println("printed:", event)
	return genevent.Ok()
}

// A handler that crashes is removed; the others have seen the event all the same, and its owner is told.
func Example() {
	bus := sim.Local("bus")
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		genevent.StartLink(p, bus)
		p.Spawn("main", func(p *sim.Proc) {
			genevent.AddHandler(p, bus, genevent.Module("tally"), NewTally)
			genevent.AddSupHandler(p, bus, genevent.Module("printer"), NewPrinter)
			for _, event := range []string{"door opened", "fire", "door closed"} {
				genevent.SyncNotify(p, bus, event)
			}
			n, err := genevent.Call(p, bus, genevent.Module("tally"), Count{})
			fmt.Println("events:", n, err)
			gone, _ := sim.Recv[genevent.HandlerExit](p)
			fmt.Println(gone)
			left, _ := genevent.WhichHandlers(p, bus)
			fmt.Println(left)
		})
	}})
	defer w.Close()
	w.Run(time.Minute)
	// Output:
	// printed: door opened
	// events: 3 <nil>
	// {gen_event_EXIT,printer,{'EXIT',{"out of paper",STACK}}}
	// [tally]
}
