package programs

import (
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// Web sockets that ask a pool of database connections: two branches of one tree.

func init() {
	all["web.Socket"] = scenarios.Program{
		About: "One user's connection. For a page it asks the database, and says so if it cannot.",
		Params: []scenarios.Param{{Name: "db", Type: scenarios.ProcessType, Required: true, About: "connections to the " +
			"database; each request draws one"}},
		Requests: []scenarios.Request{
			{Name: "page", Call: true, About: "answers {ok, Page}, or {error, Reason} if the database did not answer", Message: func(scenarios.Args) any { return page{} }},
			{Name: "close", Cast: true, About: "ends normally, as when a user goes"},
		},
		New: func(s scenarios.Setting) genserver.Server { return &socket{setting: s} },
	}
	all["db.Connection"] = scenarios.Program{
		About: "A connection to a database.",
		Params: []scenarios.Param{{Name: "takes", Type: scenarios.DrawnType, Default: "1ms..5ms", About: "how long a query " +
			"takes; the next one waits meanwhile"}},
		Requests: []scenarios.Request{
			{Name: "query", Call: true, About: "answers how many queries this connection has answered", Message: func(scenarios.Args) any { return query{} }},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &connection{takes: arg[scenarios.Drawn](s.Args, "takes")}
		},
	}
}

type (
	page  struct{ otp.Returns[sim.Tuple] }
	query struct{ otp.Returns[int64] }
)

type socket struct {
	genserver.Base
	setting scenarios.Setting
}

// HandleCall answers a page. A database that is away is no reason for a socket to crash.
func (s *socket) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(page)
	if !known {
		return s.Base.HandleCall(p, req, from)
	}
	rows, err := ask(p, s.setting.Pick(p, "db"), query{})
	if err != nil {
		return genserver.Reply(r, sim.Tuple{sim.Atom("error"), otp.ExitReason(err)})
	}
	return genserver.Reply(r, sim.Tuple{ok, rows})
}

// HandleCast closes the socket.
func (s *socket) HandleCast(p *sim.Proc, msg any) genserver.Result {
	if msg == any(sim.Atom("close")) {
		return genserver.Stop(sim.Normal)
	}
	return s.Base.HandleCast(p, msg)
}

type connection struct {
	genserver.Base
	takes   scenarios.Drawn
	queries int64
}

// HandleCall answers a query after a while.
func (s *connection) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(query)
	if !known {
		return s.Base.HandleCall(p, req, from)
	}
	p.Sleep(s.takes.Draw(p.Rand))
	s.queries++
	return genserver.Reply(r, s.queries)
}
