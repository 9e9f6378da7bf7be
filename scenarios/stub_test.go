package scenarios_test

import (
	"maps"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
)

// stub is a registry of programs for tests.
type stub map[string]scenarios.Program

func (s stub) Lookup(name string) (scenarios.Program, bool) { p, ok := s[name]; return p, ok }
func (s stub) Names() []string                              { return slices.Sorted(maps.Keys(s)) }

var stubs = stub{
	"kv.Store": {
		Params: []scenarios.Param{
			{Name: "size", Type: scenarios.IntType, Default: "100", Least: 1, Most: 1_000_000, About: "how many keys"},
			{Name: "mode", Type: scenarios.TextType, OneOf: []string{"ram", "disc"}, Default: "ram"},
		},
		Requests: []scenarios.Request{
			{Name: "put", Call: true, Cast: true, Params: []scenarios.Param{{Name: "key", Type: scenarios.TextType, Required: true}, {Name: "value", Type: scenarios.IntType, Required: true}}},
			{Name: "get", Call: true, Params: []scenarios.Param{{Name: "key", Type: scenarios.TextType, Required: true}}},
			{Name: "inc", Cast: true, Params: []scenarios.Param{
				{Name: "by", Type: scenarios.IntType, Default: "1", Least: 1, About: "by how much"},
			}},
		},
		Versions: []scenarios.ProgramVersion{{Vsn: "v1"}, {Vsn: "v2"}},
	},
	"kv.Logger": {
		Params: []scenarios.Param{
			{Name: "store", Type: scenarios.ProcessType, Required: true},
			{Name: "every", Type: scenarios.DurationType, Default: "5s", Least: 1, Most: int64(time.Hour), About: "how often"},
			{Name: "loud", Type: scenarios.BoolType},
		},
	},
	"echo": {
		Params: []scenarios.Param{
			{Name: "delay", Type: scenarios.DrawnType, Default: "0", Most: int64(time.Minute), About: "how late"},
			{Name: "loss", Type: scenarios.PercentType},
		},
		Requests: []scenarios.Request{{Name: "echo", Call: true, Params: []scenarios.Param{{Name: "text", Type: scenarios.TextType}}}},
	},
}
