package genstatem_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
)

// SYS4: debug functions see what a machine does, in the order in which it does it.
func TestDebug_SYS4(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		second := &puppet{s: s}
		m := s.start(p, script{
			"a cast p": put,
			"a call q": func(u *puppet, e event) step {
				return u.Next("b").Reply(e.From, sim.Atom("r")).Internal(u1).StateTimeout(0, u2).TimerAt(tt, time.Second, u1)
			},
			"b internal u1": func(u *puppet, _ event) step { return u.Keep().Become(second) },
		})
		sys.Install(p, m, "s", func(_ *sim.Proc, state any, e sys.Event, _ any) any {
			s.say("%s", show(e.Term()))
			return state
		}, nil)
		cast(p, m, "p")
		if v, err := genstatem.CallAny(p, m, sim.Atom("q")); v != any(sim.Atom("r")) {
			t.Error(v, err)
		}
		otp.Stop(p, m, sim.Normal, sim.Forever)
	}).want(`{in,{cast,p},a}; a cast p; {postpone,{cast,p},a,a}
		{in,{{call,FROM},q},a}; a call q; {out,r,FROM}; {in,{internal,u1},b}; {consume,{{call,FROM},q},a,b}
		{start_timer,{{timeout,t},1000,u1,[{abs,true}]},b}; {start_timer,{state_timeout,0,u2,[]},b}
		b internal u1; {module,'*genstatem_test.puppet',b}; {consume,{internal,u1},b,b}
		b cast p; {consume,{cast,p},b,b}
		{in,{state_timeout,u2},b}; b state_timeout u2; {consume,{state_timeout,u2},b,b}
		b terminate normal; {terminate,normal,b}`)
}

// GS12: Hibernate lasts until the next message, and only if nothing else is to be done at once; HibernateAfter
// comes back.
func TestHibernate(t *testing.T) {
	asleep := func(p *sim.Proc, s *tale, m sim.PID) {
		info, _ := p.Info(m)
		s.say("asleep: %v", info.Hibernating)
	}
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		m := s.start(p, script{
			"a cast h":  func(u *puppet, _ event) step { return u.Keep().Hibernate() },
			"a cast hi": func(u *puppet, _ event) step { return u.Keep().Hibernate().Internal(u1) },
		})
		for _, c := range []sim.Atom{"h", "x", "hi"} {
			cast(p, m, c)
			asleep(p, s, m)
		}
		cast(p, m, "h")
		sys.GetState(p, m)
		asleep(p, s, m)
	}).want(`a cast h; asleep: true; a cast x; asleep: false; a cast hi; a internal u1; asleep: false
		a cast h; asleep: true`)

	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		m := s.start(p, nil, genstatem.HibernateAfter(tick))
		for range 2 {
			asleep(p, s, m)
			p.Sleep(2 * tick)
			asleep(p, s, m)
			cast(p, m, "x")
		}
	}).want("asleep: false; asleep: true; a cast x; asleep: false; asleep: true; a cast x")
}

// A machine that never rests does not stop the world.
func TestNeverRests(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		n := 0
		var again func(u *puppet, _ event) step
		again = func(u *puppet, _ event) step {
			n++
			u.s.lines = nil
			return u.Keep().Internal(u1)
		}
		m := s.start(p, script{"a cast go": again, "a internal u1": again})
		otp.Cast(p, m, sim.Atom("go"))
		for range 3 {
			p.Yield()
		}
		p.Exit(m, sim.Kill)
		p.Sleep(time.Second)
		s.lines = nil
		s.say("%v", n > 1000)
	}).want("true")
}

// connection is a state that says more than its name: it compares and prints.
type connection struct {
	phase   sim.Atom
	retries int
}

type client struct {
	genstatem.Base[connection]
	s *tale
}

func (c *client) Init(*sim.Proc) genstatem.Step[connection] { return c.Next(connection{"down", 0}) }

func (c *client) HandleEvent(_ *sim.Proc, at connection, e event) genstatem.Step[connection] {
	c.s.say("%v %v %s", at, e.Type, show(e.Content))
	switch e.Type {
	case genstatem.StateTimeoutEvent:
		at.retries++
	case genstatem.CallEvent:
		return c.Keep().Postpone()
	}
	if at.retries == 2 {
		at.phase = "up"
		return c.Next(at)
	}
	return c.Next(at).StateTimeout(time.Second, nil)
}

// SM2: states are what they compare as.
func TestStatesOfStructs(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		m, _ := genstatem.StartAlone(p, nil, func() *client { return &client{s: s} })
		otp.Cast(p, m.PID, sim.Atom("go"))
		otp.CallAny(p, m.PID, sim.Atom("q"))
	}).want(`{down 0} cast go; {down 0} call q; {down 0} state_timeout ok; {down 1} call q
		{down 1} state_timeout ok; {up 2} call q`)
}
