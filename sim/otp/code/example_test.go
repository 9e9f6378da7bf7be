package code_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/code"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
)

// deposit and balance are what a till is asked.
type (
	deposit struct {
		otp.Returns[int]
		Cents int
	}
	balance struct{ otp.Returns[string] }
)

// till1 knows how much is in it.
type till1 struct {
	genserver.Base
	cents int
}

func (s *till1) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch r := req.(type) {
	case deposit:
		s.cents += r.Cents
		return genserver.Reply(r, s.cents)
	case balance:
		return genserver.Reply(r, fmt.Sprintf("%d cents", s.cents))
	}
	return s.Base.HandleCall(p, req, from)
}

// till2 knows euros too, and the way from there to here and back. It does not care for debts.
type till2 struct{ till1 }

func (s *till2) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	if r, ok := req.(balance); ok {
		return genserver.Reply(r, fmt.Sprintf("€ %d.%02d", s.cents/100, s.cents%100))
	}
	return s.till1.HandleCall(p, req, from)
}

func (s *till2) CodeChange(_ *sim.Proc, oldVsn, _ any) error {
	switch v := oldVsn.(type) {
	case code.Up:
		s.cents = v.From().(*till1).cents
	case code.Down:
		v.To().(*till1).cents = s.cents
	}
	if s.cents < 0 {
		return errors.New("debt")
	}
	return nil
}

// The code of a tree is changed while it runs. The second time one of its servers cannot follow: all stay where they are.
func Example() {
	till := &code.Module{Name: "till", Versions: []code.Version{
		code.Server("1", func() *till1 { return &till1{} }),
		code.Server("2", func() *till2 { return &till2{} }),
	}}
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		supervisor.StartLink(p, sim.Local("shop"), supervisor.Spec{Children: []supervisor.Child{
			{ID: "left", Start: genserver.Start(sim.Local("left"), till.Server())},
			{ID: "right", Start: genserver.Start(sim.Local("right"), till.Server())},
		}})
		p.Spawn("main", func(p *sim.Proc) {
			for _, cents := range []int{1999, -2500} {
				otp.Call(p, sim.Local("left"), deposit{Cents: 100})
				otp.Call(p, sim.Local("right"), deposit{Cents: cents})
				up := code.Upgrade{Steps: []code.Step{{Module: till, To: "2"}}, Under: []sim.Addr{sim.Local("shop")}}
				done, err := up.Run(p)
				fmt.Println(len(done.Changed), "changed,", err)
				left, _ := otp.Call(p, sim.Local("left"), balance{})
				right, _ := otp.Call(p, sim.Local("right"), balance{})
				fmt.Println(left, "and", right)
				up.Steps[0].To = "1"
				up.Run(p)
			}
		})
	}})
	defer w.Close()
	w.Run(time.Minute)
	// Output:
	// 2 changed, <nil>
	// € 1.00 and € 19.99
	// 0 changed, upgrade: {code_change,<local/shop/right>,till,{error,debt}}
	// 200 cents and -501 cents
}
