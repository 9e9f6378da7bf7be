package gen

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Debugged reports whether package sys has anything switched on in the process. If not, no event need be made.
func (c *Core) Debugged() bool { return c.debugged }

// In tells that a message is about to be handled.
func (c *Core) In(p *sim.Proc, m *sim.Msg) {
	if c.debugged {
		c.debugIn(p, m)
	}
}

func (c *Core) debugIn(p *sim.Proc, m *sim.Msg) { c.Debug(p, sys.Event{Kind: sys.In, Msg: m.Value()}) }

// Debug tells those who look at the process of an event, newest first.
func (c *Core) Debug(p *sim.Proc, e sys.Event) {
	if !c.debugged {
		return
	}
	spies, name := c.spies(p), c.Name(p)
	left := slices.DeleteFunc(spies, func(s spy) bool { return !s.see(p, e, name) })
	if len(left) < len(spies) {
		c.setSpies(p, left)
	}
}

// spy looks at the events of a process.
type spy struct {
	id any
	eye
}

// eye is what the spies differ in.
type eye interface {
	// see looks at an event, and reports whether it wants to see the next.
	see(p *sim.Proc, e sys.Event, name any) bool
}

// spyKey is where a process keeps its spies: most have none, and Core has no room for them.
const spyKey = "$debug"

func (c *Core) spies(p *sim.Proc) []spy {
	if !c.debugged {
		return nil
	}
	spies, _ := p.Value(spyKey).([]spy)
	return spies
}

func (c *Core) setSpies(p *sim.Proc, spies []spy) {
	c.debugged = len(spies) > 0
	p.Put(spyKey, spies)
}

// find is the eye of a name; nil if there is none.
func (c *Core) find(p *sim.Proc, id any) eye {
	for _, s := range c.spies(p) {
		if term.Equal(s.id, id) {
			return s.eye
		}
	}
	return nil
}

func (c *Core) install(p *sim.Proc, id any, e eye) any {
	if c.find(p, id) == nil {
		c.setSpies(p, slices.Insert(slices.Clone(c.spies(p)), 0, spy{id, e}))
	}
	return sys.OK
}

func (c *Core) remove(p *sim.Proc, id any) any {
	c.setSpies(p, slices.DeleteFunc(c.spies(p), func(s spy) bool { return term.Equal(s.id, id) }))
	return sys.OK
}

// debugIDs are the names of the spies.
func (c *Core) debugIDs(p *sim.Proc) (ids []any) {
	for _, s := range c.spies(p) {
		ids = append(ids, s.id)
	}
	return ids
}

const unknownDebug sim.Atom = "unknown_debug"

// debugCommand does what a debug request of package sys asks.
func (c *Core) debugCommand(p *sim.Proc, what any) any {
	if what == any(sys.NoDebugDebug) {
		c.setSpies(p, nil)
		return sys.OK
	}
	t, ok := what.(sim.Tuple)
	if !ok || len(t) != 2 {
		return unknownDebug
	}
	switch t[0] {
	case any(sys.TraceDebug):
		return c.onOff(p, sys.TraceDebug, t[1], tracer{})
	case any(sys.LogDebug):
		return c.logCommand(p, t[1])
	case any(sys.StatisticsDebug):
		return c.countCommand(p, t[1])
	case any(sys.RemoveDebug):
		return c.remove(p, t[1])
	case any(sys.InstallDebug):
		if f, ok := installation(t[1]); ok {
			return c.install(p, t[1].(sim.Tuple)[0], f)
		}
	}
	return unknownDebug
}

// onOff installs or removes.
func (c *Core) onOff(p *sim.Proc, id sim.Atom, on any, e eye) any {
	switch on {
	case true:
		return c.install(p, id, e)
	case false:
		return c.remove(p, id)
	}
	return unknownDebug
}

// tracer writes every event to the trace and the log of the world.
type tracer struct{}

func (tracer) see(p *sim.Proc, e sys.Event, name any) bool {
	p.Trace("sys", e)
	p.Logf("*DBG* %s", text{e, name})
	return true
}

// text is an event in words, when anybody reads them.
type text struct {
	sys.Event
	name any
}

func (t text) String() string { return t.Text(t.name) }

// eventLog remembers the last events.
type eventLog struct {
	events []sys.Event
	max    int
}

func (l *eventLog) see(_ *sim.Proc, e sys.Event, _ any) bool {
	l.events = append(l.events, e)
	l.shorten()
	return true
}

func (l *eventLog) shorten() {
	if n := len(l.events) - l.max; n > 0 {
		l.events = slices.Delete(l.events, 0, n)
	}
}

// logCommand: true, {true, N}, false, get or print. What was logged stays when the size changes.
func (c *Core) logCommand(p *sim.Proc, arg any) any {
	log, _ := c.find(p, sys.LogDebug).(*eventLog)
	if log == nil {
		log = &eventLog{}
	}
	switch arg {
	case any(sys.GetArg):
		return sim.Tuple{sys.OK, slices.Clone(log.events)}
	case any(sys.PrintArg):
		for _, e := range log.events {
			p.Logf("*DBG* %s", text{e, c.Name(p)})
		}
		return sys.OK
	case false:
		return c.remove(p, sys.LogDebug)
	case true:
		arg = sim.Tuple{true, sys.DefaultLog}
	}
	if t, ok := arg.(sim.Tuple); ok && len(t) == 2 && t[0] == true {
		if n, ok := t[1].(int); ok && n > 0 {
			log.max = n
			log.shorten()
			return c.install(p, sys.LogDebug, log)
		}
	}
	return unknownDebug
}

// counter counts messages.
type counter struct {
	since      time.Duration
	reductions uint64
	in, out    int
}

func (n *counter) see(_ *sim.Proc, e sys.Event, _ any) bool {
	switch e.Kind {
	case sys.In:
		n.in++
	case sys.Out:
		n.out++
	}
	return true
}

// countCommand: true, false or get.
func (c *Core) countCommand(p *sim.Proc, arg any) any {
	if arg != any(sys.GetArg) {
		return c.onOff(p, sys.StatisticsDebug, arg, &counter{since: p.Now(), reductions: reductions(p)})
	}
	n, ok := c.find(p, sys.StatisticsDebug).(*counter)
	if !ok {
		return sim.Tuple{sys.OK, sim.Atom("no_statistics")}
	}
	return sim.Tuple{sys.OK, sys.Stats{
		Since: n.since, Now: p.Now(), Reductions: reductions(p) - n.reductions, MessagesIn: n.in, MessagesOut: n.out,
	}}
}

func reductions(p *sim.Proc) uint64 {
	info, _ := p.Info(p.Self())
	return info.Reductions
}

// installed is a debug function of the user's.
type installed struct {
	f     sys.Func
	state any
}

// installation takes {ID, Func, State} apart.
func installation(arg any) (*installed, bool) {
	t, ok := arg.(sim.Tuple)
	if !ok || len(t) != 3 {
		return nil, false
	}
	f, ok := t[1].(sys.Func)
	return &installed{f, t[2]}, ok && f != nil
}

// see calls the function. It has seen enough if it says Done, or crashes.
func (i *installed) see(p *sim.Proc, e sys.Event, name any) bool {
	_, ok := otp.Try(p, func() { i.state = i.f(p, i.state, e, name) })
	return ok && i.state != any(sys.Done)
}
