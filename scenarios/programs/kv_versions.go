package programs

import (
	"maps"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/code"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Later versions of the store, and somebody who sees to it that it forgets nothing when it goes from one to another.

func init() {
	all["kv.Auditor"] = scenarios.Program{
		About: "Puts numbers into a store under its own path, and exits with state_lost if one is not there the next time.",
		Params: []scenarios.Param{
			{Name: "store", Type: scenarios.ProcessType, Required: true, About: "which"},
			{Name: "every", Type: scenarios.DurationType, Default: "100ms", Least: 1, About: "how often"},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &kvAuditor{setting: s, every: arg[time.Duration](s.Args, "every")}
		},
	}
}

func kvVersions() []scenarios.ProgramVersion {
	return []scenarios.ProgramVersion{
		{Vsn: "v1", About: "the first", New: func(s scenarios.Setting) genserver.Server { return newKVStore(s) }},
		{Vsn: "v2", About: "knows how often each key was written", New: func(s scenarios.Setting) genserver.Server {
			return &kvStore2{data: map[string]kvEntry{}, size: arg[bool](s.Args, "size")}
		}},
		{Vsn: "broken", About: "its code_change crashes", New: func(scenarios.Setting) genserver.Server { return &kvStoreBroken{} }},
	}
}

// kvVersion asks the second version how often a key was written.
type kvVersion struct {
	otp.Returns[int64]
	Key string
}

// kvStore2 is the second version.
type kvStore2 struct {
	genserver.Base
	data map[string]kvEntry
	size bool // it knows kvSize
}

// kvEntry is a value and how often it was written.
type kvEntry struct{ value, version int64 }

// HandleCall answers as the first version does, and knows versions too.
func (s *kvStore2) HandleCall(_ *sim.Proc, req any, _ otp.From) genserver.Result {
	switch r := req.(type) {
	case kvPut:
		s.put(r)
		return genserver.Reply(r, ok)
	case kvGet:
		if e, found := s.data[r.Key]; found {
			return genserver.Reply(r, any(e.value))
		}
		return genserver.Reply(r, any(term.Undefined))
	case kvVersion:
		return genserver.Reply(r, s.data[r.Key].version)
	case kvDelete:
		delete(s.data, r.Key)
		return genserver.Reply(r, ok)
	}
	if s.size && term.Equal(req, kvSize) {
		return genserver.ReplyAny(int64(len(s.data)))
	}
	panic(noClause("kv_store:handle_call", req))
}

func (s *kvStore2) put(r kvPut) {
	s.data[r.Key] = kvEntry{r.Value, s.data[r.Key].version + 1}
}

// HandleCast takes puts and deletes.
func (s *kvStore2) HandleCast(_ *sim.Proc, msg any) genserver.Result {
	switch r := msg.(type) {
	case kvPut:
		s.put(r)
	case kvDelete:
		delete(s.data, r.Key)
	default:
		panic(noClause("kv_store:handle_cast", msg))
	}
	return genserver.NoReply()
}

// CodeChange takes over what the first version knows, all values in their first version, or gives it back.
func (s *kvStore2) CodeChange(_ *sim.Proc, oldVsn, _ any) error {
	switch v := oldVsn.(type) {
	case code.Up:
		from := v.From().(*kvStore)
		s.size = from.size
		for key, value := range from.data {
			s.data[key] = kvEntry{value, 1}
		}
	case code.Down:
		to := v.To().(*kvStore)
		to.size = s.size
		for key, e := range s.data {
			to.data[key] = e.value
		}
	}
	return nil
}

// kvStoreBroken is a version that takes everything for a state of its own.
type kvStoreBroken struct{ kvStore2 }

// CodeChange crashes.
func (s *kvStoreBroken) CodeChange(_ *sim.Proc, oldVsn, _ any) error {
	if v, ok := oldVsn.(code.Up); ok {
		s.data = maps.Clone(v.From().(*kvStoreBroken).data)
	}
	return nil
}

type kvAuditor struct {
	genserver.Base
	setting scenarios.Setting
	every   time.Duration
	known   any // what it has put last; nil: nothing yet
	n       int64
}

// Init sets the first timer.
func (s *kvAuditor) Init(p *sim.Proc) genserver.InitResult {
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.Ok()
}

// HandleInfo looks whether the store still knows what it was told, and tells it something new.
func (s *kvAuditor) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if msg != any(tick) {
		return s.Base.HandleInfo(p, msg)
	}
	store := s.setting.Address("store")
	if s.known != nil && mustAsk(p, store, kvGet{Key: s.setting.Path}) != s.known {
		return genserver.Stop(stateLost)
	}
	s.n++
	mustAsk(p, store, kvPut{Key: s.setting.Path, Value: s.n})
	s.known = s.n
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.NoReply()
}
