package programs

import (
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// A key-value store and a logger that asks it for what it does not know: kv_store and kv_logger of many an
// Erlang tutorial, with their mistake.

func init() {
	key := scenarios.Param{Name: "key", Type: scenarios.TextType, Required: true, About: "under which"}
	all["kv.Store"] = scenarios.Program{
		About: "A key-value store.",
		Params: []scenarios.Param{{Name: "size", Type: scenarios.BoolType, Default: "false", About: "whether it " +
			"understands what kv.Logger asks, how many keys it has; if not it crashes, as a function without a clause " +
			"for its argument"}},
		Requests: []scenarios.Request{
			{Name: "put", Call: true, Cast: true, About: "keeps a value", Params: []scenarios.Param{key, {Name: "value", Type: scenarios.IntType, Required: true, About: "what to keep"}},
				Message: func(a scenarios.Args) any { return kvPut{Key: arg[string](a, "key"), Value: arg[int64](a, "value")} }},
			{Name: "get", Call: true, About: "answers the value, or undefined", Params: []scenarios.Param{key},
				Message: func(a scenarios.Args) any { return kvGet{Key: arg[string](a, "key")} }},
			{Name: "delete", Call: true, Cast: true, About: "forgets a value", Params: []scenarios.Param{key},
				Message: func(a scenarios.Args) any { return kvDelete{Key: arg[string](a, "key")} }},
			{Name: "version", Call: true, About: "answers how often the key was written; v2", Params: []scenarios.Param{key},
				Message: func(a scenarios.Args) any { return kvVersion{Key: arg[string](a, "key")} }},
		},
		Versions: kvVersions(),
		New:      func(s scenarios.Setting) genserver.Server { return newKVStore(s) },
	}
	all["kv.Logger"] = scenarios.Program{
		About: "Asks a store for its size, again and again.",
		Params: []scenarios.Param{
			{Name: "store", Type: scenarios.ProcessType, Required: true, About: "whom it asks"},
			{Name: "every", Type: scenarios.DurationType, Default: "5s", Least: 1, About: "how often"},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &kvLogger{setting: s, every: arg[time.Duration](s.Args, "every")}
		},
	}
}

// The requests of a store.
type (
	kvPut struct {
		otp.Returns[sim.Atom]
		Key   string
		Value int64
	}
	kvGet struct {
		otp.Returns[any]
		Key string
	}
	kvDelete struct {
		otp.Returns[sim.Atom]
		Key string
	}
)

// kvSize is what the logger asks and the store does not know.
var kvSize = sim.Tuple{sim.Atom("size")}

type kvStore struct {
	genserver.Base
	data map[string]int64
	size bool // it knows kvSize
}

func newKVStore(s scenarios.Setting) *kvStore {
	return &kvStore{data: map[string]int64{}, size: arg[bool](s.Args, "size")}
}

// HandleCall answers put, get and delete, and crashes at anything else, as a function without a clause for it does.
func (s *kvStore) HandleCall(_ *sim.Proc, req any, _ otp.From) genserver.Result {
	switch r := req.(type) {
	case kvPut:
		s.data[r.Key] = r.Value
		return genserver.Reply(r, ok)
	case kvGet:
		if v, found := s.data[r.Key]; found {
			return genserver.Reply(r, any(v))
		}
		return genserver.Reply(r, any(term.Undefined))
	case kvDelete:
		delete(s.data, r.Key)
		return genserver.Reply(r, ok)
	}
	if s.size && term.Equal(req, kvSize) {
		return genserver.ReplyAny(int64(len(s.data)))
	}
	panic(noClause("kv_store:handle_call", req))
}

// HandleCast takes puts and deletes.
func (s *kvStore) HandleCast(_ *sim.Proc, msg any) genserver.Result {
	switch r := msg.(type) {
	case kvPut:
		s.data[r.Key] = r.Value
	case kvDelete:
		delete(s.data, r.Key)
	default:
		panic(noClause("kv_store:handle_cast", msg))
	}
	return genserver.NoReply()
}

type kvLogger struct {
	genserver.Base
	setting scenarios.Setting
	every   time.Duration
}

// Init sets the first timer.
func (s *kvLogger) Init(p *sim.Proc) genserver.InitResult {
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.Ok()
}

// HandleInfo asks for the size. If there is no answer the logger exits, as gen_server:call does.
func (s *kvLogger) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if msg != any(tick) {
		return s.Base.HandleInfo(p, msg)
	}
	size := mustAsk(p, s.setting.Address("store"), kvSize)
	p.Logf("the store holds %v keys", size)
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.NoReply()
}
