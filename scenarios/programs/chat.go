package programs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// A chat: a manager of rooms, known to the whole cluster, and sessions on all nodes. With the mistakes that are made
// most: the manager has a global name, and sessions cast to the local one, where nobody is; who is dead stays in
// the room; and a session that takes the first word of a line crashes at one without words.

func init() {
	all["chat.Rooms"] = scenarios.Program{
		About: "Knows who is in which room, and passes on what is said there. It should be registered under a global name.",
		Params: []scenarios.Param{{Name: "prune", Type: scenarios.BoolType, Default: "true", About: "whether those who " +
			"have died leave their rooms"}},
		New: func(s scenarios.Setting) genserver.Server {
			return &chatRooms{prune: arg[bool](s.Args, "prune")}
		},
	}
	all["chat.Session"] = scenarios.Program{
		About: "Somebody in a room.",
		Params: []scenarios.Param{
			{Name: "rooms", Type: scenarios.TextType, Default: "rooms", About: "the name of the manager"},
			{Name: "room", Type: scenarios.TextType, Default: "lobby", About: "which room it joins"},
			{Name: "local", Type: scenarios.BoolType, Default: "false", About: "whether it casts to the local name"},
			{Name: "careless", Type: scenarios.BoolType, Default: "false", About: "whether it takes it for granted " +
				"that a line has a first word"},
		},
		Requests: []scenarios.Request{
			{Name: "say", Call: true, About: "says something, and answers when it hears it itself", Message: func(scenarios.Args) any { return chatSay{} }},
			{Name: "type", Cast: true, About: "a line that was typed: its first word is the room, in which it says its next number",
				Params:  []scenarios.Param{{Name: "line", Type: scenarios.TextType, Default: "lobby hello", About: "the line"}},
				Message: func(a scenarios.Args) any { return chatTyped{arg[string](a, "line")} }},
		},
		New: func(s scenarios.Setting) genserver.Server {
			name := arg[string](s.Args, "rooms")
			var to sim.Addr = term.Global(name)
			if arg[bool](s.Args, "local") {
				to = sim.Name(name)
			}
			return &chatSession{rooms: to, room: arg[string](s.Args, "room"), careless: arg[bool](s.Args, "careless")}
		},
	}
	all["chat.Census"] = scenarios.Program{
		About: "Counts now and then who is in a room. If there are more than there can be, it exits with ghosts.",
		Params: []scenarios.Param{
			{Name: "rooms", Type: scenarios.TextType, Default: "rooms", About: "the global name of the manager"},
			{Name: "room", Type: scenarios.TextType, Default: "lobby", About: "which room"},
			{Name: "most", Type: scenarios.IntType, Required: true, Most: 1_000_000, About: "how many there can be"},
			{Name: "every", Type: scenarios.DurationType, Default: "1s", Least: 1, About: "how often"},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &chatCensus{rooms: term.Global(arg[string](s.Args, "rooms")), room: arg[string](s.Args, "room"), most: int(arg[int64](s.Args, "most")), every: arg[time.Duration](s.Args, "every")}
		},
	}
}

type (
	chatJoin struct {
		Room string
		Who  sim.PID
	}
	chatPublish struct {
		Room string
		From sim.PID
		N    int64
	}
	chatLine   chatPublish
	chatSay    struct{ otp.Returns[sim.Atom] }
	chatTyped  struct{ Line string }
	chatMember struct {
		otp.Returns[int]
		Room string
	}
)

type chatRooms struct {
	genserver.Base
	prune  bool
	people []chatJoin // in the order in which they came
}

// HandleCall counts who is in a room.
func (s *chatRooms) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	if r, known := req.(chatMember); known {
		n := 0
		for _, x := range s.people {
			if x.Room == r.Room {
				n++
			}
		}
		return genserver.Reply(r, n)
	}
	return s.Base.HandleCall(p, req, from)
}

// HandleCast lets somebody in, or passes on what he says.
func (s *chatRooms) HandleCast(p *sim.Proc, msg any) genserver.Result {
	switch m := msg.(type) {
	case chatJoin:
		if slices.Contains(s.people, m) {
			break
		}
		s.people = append(s.people, m)
		if s.prune {
			p.Monitor(m.Who)
		}
	case chatPublish:
		for _, x := range s.people {
			if x.Room == m.Room {
				p.Send(x.Who, chatLine(m))
			}
		}
	default:
		return s.Base.HandleCast(p, msg)
	}
	return genserver.NoReply()
}

// HandleInfo hears that somebody has died, or that his node is lost.
func (s *chatRooms) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	d, is := msg.(sim.Down)
	if !is {
		return s.Base.HandleInfo(p, msg)
	}
	s.people = slices.DeleteFunc(s.people, func(x chatJoin) bool { return any(x.Who) == d.Object })
	return genserver.NoReply()
}

type chatSession struct {
	genserver.Base
	rooms    sim.Addr
	room     string
	careless bool
	said     int64
	asking   map[int64]otp.From
}

// rejoin is how often a session says that it is there: a manager may be new, or have taken it for lost.
const rejoin = time.Second

// Init joins the room.
func (s *chatSession) Init(p *sim.Proc) genserver.InitResult {
	s.asking = map[int64]otp.From{}
	return genserver.Ok().Continue(tick)
}

// HandleContinue joins the room.
func (s *chatSession) HandleContinue(p *sim.Proc, _ any) genserver.Result { return s.join(p) }

func (s *chatSession) join(p *sim.Proc) genserver.Result {
	s.tell(p, chatJoin{s.room, p.Self()})
	p.SendAfter(rejoin, p.Self(), tick)
	return genserver.NoReply()
}

// tell casts to the manager, if there is one.
func (s *chatSession) tell(p *sim.Proc, msg any) { otp.Cast(p, s.rooms, msg) }

// HandleCall says something. It answers when it is heard.
func (s *chatSession) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	if _, known := req.(chatSay); !known {
		return s.Base.HandleCall(p, req, from)
	}
	s.said++
	s.asking[s.said] = from
	s.tell(p, chatPublish{s.room, p.Self(), s.said})
	return genserver.NoReply()
}

// HandleCast takes a line that was typed. The first word is the room; what follows is not passed on, but a number, as in say.
func (s *chatSession) HandleCast(p *sim.Proc, msg any) genserver.Result {
	typed, is := msg.(chatTyped)
	if !is {
		return s.Base.HandleCast(p, msg)
	}
	words := strings.Fields(typed.Line)
	switch {
	case len(words) > 0:
		s.said++
		s.tell(p, chatPublish{words[0], p.Self(), s.said})
	case s.careless: // [Room | Rest] = string:tokens(Line, " ")
		panic(&sim.Error{Reason: "badmatch", Op: "[Room | Rest] = string:tokens(Line)", Detail: "[]"})
	}
	return genserver.NoReply()
}

// HandleInfo hears what is said.
func (s *chatSession) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	switch m := msg.(type) {
	case chatLine:
		if from, mine := s.asking[m.N]; mine && m.From == p.Self() {
			delete(s.asking, m.N)
			otp.Reply(p, from, ok)
		}
		return genserver.NoReply()
	case sim.Atom:
		if m == tick {
			return s.join(p)
		}
	}
	return s.Base.HandleInfo(p, msg)
}

type chatCensus struct {
	genserver.Base
	rooms sim.Addr
	room  string
	most  int
	every time.Duration
}

// Init sets the first timer.
func (s *chatCensus) Init(p *sim.Proc) genserver.InitResult {
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.Ok()
}

// HandleInfo counts.
func (s *chatCensus) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if msg != any(tick) {
		return s.Base.HandleInfo(p, msg)
	}
	if n, err := otp.Call(p, s.rooms, chatMember{Room: s.room}); err == nil && n > s.most {
		p.Trace("the room holds", fmt.Sprintf("%d, where only %d can be: the dead are still there", n, s.most))
		return genserver.Stop(sim.Atom("ghosts"))
	}
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.NoReply()
}
