package programs

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/gentcp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// The chat from outside: a door on a port, with a session for each connection, and guests who come through it.

func init() {
	room := scenarios.Param{Name: "room", Type: scenarios.TextType, Default: "lobby", About: "which room"}
	port := scenarios.Param{Name: "port", Type: scenarios.IntType, Default: "6667", Least: 1, Most: 65535, About: "the TCP port"}
	all["chat.Door"] = scenarios.Program{
		About: "Listens on a TCP port of its node. Who connects gets a session, which says in a room of " +
			"chat.Rooms what comes, line by line, and passes on what is said there.",
		Params: []scenarios.Param{{Name: "rooms", Type: scenarios.TextType, Default: "rooms", About: "the global name of the manager"}, room, port},
		New: func(s scenarios.Setting) genserver.Server {
			return &chatDoor{rooms: term.Global(arg[string](s.Args, "rooms")), room: arg[string](s.Args, "room"), port: int(arg[int64](s.Args, "port"))}
		},
	}
	all["chat.Guest"] = scenarios.Program{
		About:    "Connects to a chat.Door over TCP, and again when it is cut off.",
		Params:   []scenarios.Param{{Name: "node", Type: scenarios.TextType, Required: true, About: "where the door is"}, port},
		Requests: []scenarios.Request{{Name: "say", Call: true, About: "says something, and answers when it hears it itself", Message: func(scenarios.Args) any { return chatSay{} }}},
		New: func(s scenarios.Setting) genserver.Server {
			return &chatGuest{node: sim.Atom(arg[string](s.Args, "node")), port: int(arg[int64](s.Args, "port"))}
		},
	}
}

type chatDoor struct {
	genserver.Base
	rooms sim.Addr
	room  string
	port  int
}

// Init opens the door. Who stands at it is linked with it: when one ends so does the other, and the port is free again.
func (s *chatDoor) Init(p *sim.Proc) genserver.InitResult {
	opened, self := p.MakeRef(), p.Self()
	p.SpawnLink("porter", func(p *sim.Proc) { s.attend(p, self, opened) })
	if answer, _ := sim.Receive(p, func(m any) (doorAnswer, bool) { a, is := m.(doorAnswer); return a, is && a.Ref == opened }); answer.Err != nil {
		return genserver.StopInit(sim.Tuple{sim.Atom("listen"), answer.Err})
	}
	return genserver.Ok()
}

type doorAnswer struct {
	Ref sim.Ref
	Err error
}

// attend lets everybody in who comes.
func (s *chatDoor) attend(p *sim.Proc, door sim.PID, opened sim.Ref) {
	l, err := gentcp.Listen(p, s.port, gentcp.Active(gentcp.False), gentcp.Packet(gentcp.Line))
	p.Send(door, doorAnswer{opened, err})
	if err != nil {
		return // the door is told, and ends
	}
	for {
		var guest gentcp.Socket
		if guest, err = gentcp.Accept(p, l, sim.Forever); err != nil {
			p.ExitSelf(sim.Tuple{sim.Atom("accept"), err})
		}
		pid := p.Spawn("session", func(p *sim.Proc) { s.serve(p, guest) })
		if gentcp.ControllingProcess(p, guest, pid) == nil {
			p.Send(pid, guest)
		}
	}
}

// serve is a session: it ends with its connection.
func (s *chatDoor) serve(p *sim.Proc, guest gentcp.Socket) {
	if _, err := sim.Recv[gentcp.Socket](p, sim.After(time.Second)); err != nil {
		return
	}
	gentcp.SetOpts(p, guest, gentcp.Active(gentcp.True))
	otp.Cast(p, s.rooms, chatJoin{s.room, p.Self()})
	p.SendAfter(rejoin, p.Self(), tick)
	for {
		switch m, _ := sim.Any(p); m := m.(type) {
		case gentcp.Data:
			n, err := strconv.ParseInt(strings.TrimSpace(string(m.Bytes)), 10, 64)
			if err == nil { // what is no number nobody has said
				otp.Cast(p, s.rooms, chatPublish{s.room, p.Self(), n})
			}
		case gentcp.Closed:
			return
		case chatLine:
			line := fmt.Sprintf("%d\n", m.N)
			if m.From == p.Self() {
				line = "me " + line
			}
			if gentcp.Send(p, guest, []byte(line)) != nil {
				return
			}
		case sim.Atom:
			otp.Cast(p, s.rooms, chatJoin{s.room, p.Self()})
			p.SendAfter(rejoin, p.Self(), tick)
		}
	}
}

type chatGuest struct {
	genserver.Base
	node   sim.Atom
	port   int
	socket gentcp.Socket
	there  bool
	said   int64
	asking map[int64]otp.From
}

// Init begins to connect.
func (s *chatGuest) Init(p *sim.Proc) genserver.InitResult {
	s.asking = map[int64]otp.From{}
	return genserver.Ok().Continue(tick)
}

// HandleContinue connects.
func (s *chatGuest) HandleContinue(p *sim.Proc, _ any) genserver.Result { return s.connect(p) }

// connect connects, or tries again in a second.
func (s *chatGuest) connect(p *sim.Proc) genserver.Result {
	socket, err := gentcp.Connect(p, s.node, s.port, 2*time.Second, gentcp.Packet(gentcp.Line), gentcp.UserTimeout(5*time.Second))
	if s.socket, s.there = socket, err == nil; !s.there {
		p.SendAfter(rejoin, p.Self(), tick)
	}
	return genserver.NoReply()
}

// HandleCall says something. It answers when it is heard.
func (s *chatGuest) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	if _, known := req.(chatSay); !known {
		return s.Base.HandleCall(p, req, from)
	}
	s.said++
	if s.there && gentcp.Send(p, s.socket, []byte(fmt.Sprintf("%d\n", s.said))) == nil {
		s.asking[s.said] = from
	}
	return genserver.NoReply()
}

// HandleInfo hears what is said.
func (s *chatGuest) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	switch m := msg.(type) {
	case gentcp.Data:
		if text, mine := strings.CutPrefix(strings.TrimSpace(string(m.Bytes)), "me "); mine {
			n, _ := strconv.ParseInt(text, 10, 64)
			if from, asked := s.asking[n]; asked {
				delete(s.asking, n)
				otp.Reply(p, from, ok)
			}
		}
		return genserver.NoReply()
	case gentcp.Error:
		return genserver.NoReply() // closed follows
	case gentcp.Closed:
		clear(s.asking) // who asks gives up
		s.there = false
		return s.connect(p)
	case sim.Atom:
		if m == tick && !s.there {
			return s.connect(p)
		}
		return genserver.NoReply()
	}
	return s.Base.HandleInfo(p, msg)
}
