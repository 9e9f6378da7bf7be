package programs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
)

// Arguments that no run could make sense of are mistakes of the file.
func TestLimits(t *testing.T) {
	for _, c := range []struct{ program, args, is string }{
		{"child.Parent", "most: -1", "too small"},
		{"child.Parent", "every: 0", "too small"},
		{"quorum.Counter", "nodes: 0", "too small"},
		{"tolerant.Server", "workers: -3", "too small"},
		{"tolerant.Server", "works: 0", "too small"},
		{"ring.Master", "size: -4", "too small"},
		{"ring.Master", "size: 1001", "too large"},
		{"chat.Door", "port: 70000", "too large"},
		{"chat.Door", "port: 0", "too small"},
		{"bank.Bank", "accounts: 1", "too small"},
	} {
		file := fmt.Sprintf("simrun: 1\nname: x\ntree: {id: s, children: [{id: a, start: %s, with: {%s}}]}\n", c.program, c.args)
		_, ds := scenarios.Parse("x.yaml", []byte(file), programs.All())
		if len(ds) != 1 || ds[0].Code != scenarios.OutOfRange || !strings.HasSuffix(ds[0].Message, c.is) || ds[0].Hint == "" {
			t.Errorf("%s, %s: %v", c.program, c.args, ds)
		}
	}
}

// unlimited are the numbers that may be anything.
var unlimited = []string{"counter.Counter from", "kv.Store put value", "pool.Worker job number"}

// Every number of every program has limits, and every pause between two happenings one below: without one time stands still.
func TestLimits_areEverywhere(t *testing.T) {
	var without []string
	look := func(who string, params []scenarios.Param) {
		for _, p := range params {
			if (p.Type == scenarios.IntType || p.Name == "every") && p.Limits() == "" {
				without = append(without, who+" "+p.Name)
			}
		}
	}
	all := programs.All()
	for _, name := range all.Names() {
		p, _ := all.Lookup(name)
		look(name, p.Params)
		for _, q := range p.Requests {
			look(name+" "+q.Name, q.Params)
		}
	}
	if fmt.Sprint(without) != fmt.Sprint(unlimited) {
		t.Errorf("without limits: %q", without)
	}
}
