package code_test

import (
	"errors"
	"fmt"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/code"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// The module of most tests: a counter, which in its second version remembers what it was told, in its third fails
// to take over, and in its fourth crashes over it. "nothing" has no CodeChange.
func counterModule() *code.Module {
	return &code.Module{Name: "counter", Versions: []code.Version{
		code.Server("1", func() *counter1 { return &counter1{} }),
		code.Server("2", func() *counter2 { return &counter2{} }),
		code.Server("fails", func() *counter3 { return &counter3{} }),
		code.Server("crashes", func() *counter4 { return &counter4{} }),
		code.Server("nothing", func() *counter5 { return &counter5{} }),
	}}
}

type (
	add struct {
		otp.Returns[int]
		By int
	}
	total struct{ otp.Returns[string] }
)

type counter1 struct {
	genserver.Base
	n int
}

func (c *counter1) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch r := req.(type) {
	case add:
		c.n += r.By
		return genserver.Reply(r, c.n)
	case total:
		return genserver.Reply(r, fmt.Sprint("1: ", c.n))
	}
	return c.Base.HandleCall(p, req, from)
}

func (c *counter1) HandleCast(p *sim.Proc, msg any) genserver.Result {
	switch m := msg.(type) {
	case add:
		c.n += m.By
	case nap:
		p.Sleep(m.d)
	}
	return genserver.NoReply()
}

type counter2 struct {
	genserver.Base
	n       int
	history []int
}

func (c *counter2) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch r := req.(type) {
	case add:
		c.n += r.By
		c.history = append(c.history, r.By)
		return genserver.Reply(r, c.n)
	case total:
		return genserver.Reply(r, fmt.Sprint("2: ", c.n, c.history))
	}
	return c.Base.HandleCall(p, req, from)
}

func (c *counter2) HandleCast(p *sim.Proc, msg any) genserver.Result {
	if m, ok := msg.(add); ok {
		c.n += m.By
		c.history = append(c.history, m.By)
	}
	return genserver.NoReply()
}

func (c *counter2) CodeChange(p *sim.Proc, oldVsn, extra any) error {
	if x, ok := extra.(trouble); ok {
		if pid, _ := p.Whereis(x.who); x.who == "" || pid == p.Self() {
			if err := x.happens(p); err != nil || x.who != "" {
				return err
			}
		}
	}
	switch v := oldVsn.(type) {
	case code.Up:
		c.n = v.From().(*counter1).n
	case code.Down:
		v.To().(*counter1).n = c.n
	}
	return nil
}

// trouble is what an upgrade's extra makes happen in the CodeChange of one counter, or in that of all.
type trouble struct {
	who     sim.Name
	happens func(p *sim.Proc) error
}

type counter3 struct{ counter1 }

func (c *counter3) CodeChange(*sim.Proc, any, any) error { return errors.New("bad state") }

type counter4 struct{ counter1 }

func (c *counter4) CodeChange(_ *sim.Proc, oldVsn, _ any) error {
	if v, ok := oldVsn.(code.Up); ok {
		c.n = v.From().(*counter2).n // or so it thinks
	}
	return nil
}

type counter5 struct{ counter1 }
