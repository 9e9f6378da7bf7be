package programs

import (
	"maps"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
)

// Covered is all programs, with their machines counting which events come in which states.
func Covered() (scenarios.Registry, map[string]*genstatem.Coverage) {
	covered := maps.Clone(all)
	coverage := map[string]*genstatem.Coverage{}
	for name, program := range map[string]func(...genstatem.Option) scenarios.Program{"door.Lock": doorProgram, "phone.Line": lineProgram, "iot.Device": deviceProgram} {
		coverage[name] = &genstatem.Coverage{}
		covered[name] = program(genstatem.Cover(coverage[name]))
	}
	return covered, coverage
}
