package scenarios_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
)

const heardFile = `simrun: 1
name: heard
run: {seeds: 1..10, for: 20s}
tree: {id: kv_sup, intensity: 10, children: [{id: kv_store, start: kv.Store, register: kv_store}]}
workloads: [{name: users, to: kv_store, call: put, with: {key: k, value: 7}, every: 1s}]
faults:
  - {name: f, at: the 3rd EVENT, kill: kv_store}
`

// heard is the scenario with a fault that waits for an event. What its store may be sent besides its requests is not known.
func heard(t *testing.T, event string) (*scenarios.Scenario, *scenarios.Runner) {
	t.Helper()
	store, _ := programs.All().Lookup("kv.Store")
	store.Says = nil
	sc, ds := scenarios.Parse("heard.sim.yaml", []byte(strings.Replace(heardFile, "EVENT", event, 1)), stub{"kv.Store": store})
	if sc == nil {
		t.Fatal(ds)
	}
	r := scenarios.NewRunner(sc, nil)
	t.Cleanup(r.Close)
	return sc, r
}

// What happens is listed by the words that events name it with, and listening changes nothing.
func TestHear(t *testing.T) {
	_, r := heard(t, "exit killed of kv_store")
	before := r.Run(1, scenarios.RunOptions{}).Hash
	list := r.Hear([]uint64{1, 2}, scenarios.RunOptions{})
	if after := r.Run(1, scenarios.RunOptions{}).Hash; after != before {
		t.Errorf("the hash was %x and is %x", before, after)
	}
	if len(list) != 2 || list[0].Who != "/kv_sup" || list[1].Who != "/kv_sup/kv_store" {
		t.Fatalf("heard of %v", list)
	}
	if got := list[1].Kinds["message"]; !slices.Equal(got, []string{"put"}) {
		t.Errorf("messages %v", got)
	}
	if _, started := list[1].Kinds["start"]; !started {
		t.Error("the store does not start")
	}
}

// A run reports how often the event that a fault waits for has happened, and where that is written.
func TestFaultEvents(t *testing.T) {
	for event, want := range map[string][2]int{"message put of kv_store": {1, 3}, "message programs.kvPut of kv_store": {1, 3}, "exit killed of kv_store": {0, 0}, "start of kv_store": {0, 1}} {
		_, r := heard(t, event)
		e := r.Run(1, scenarios.RunOptions{}).Faults[0].Events[0]
		if got := [2]int{e.Came, e.Times}; got != want || e.Event != "the 3rd "+event || e.Line != 7 || e.Col != 19 {
			t.Errorf("%s: came and times are %v, want %v: %+v", event, got, want, e)
		}
	}
}

// What is meant by a word that nothing is called.
func TestMeant(t *testing.T) {
	for event, want := range map[string]string{
		"message putt of kv_store":            `did you mean "put"?`,
		"message programs.kvPutt of kv_store": `did you mean "put"?`,
		"message kv.Put of kv_store":          `did you mean "put"?`,
		"message kvput of kv_store":           `did you mean "put"?`,
		"message bananas of kv_store":         "possible are delete, get, put and version",
		"exit kiled of /kv_sup":               `did you mean "killed"?`,
		"exit bananas of /kv_sup":             "",
		"report progess of /kv_sup":           `did you mean "progress"?`,
		"start of kv_store":                   "",
		"message get of kv_store":             "",
		"message programs.kvGet of kv_store":  "",
	} {
		sc, r := heard(t, event)
		got, likely := r.Meant(sc.Faults[0], 0, r.Hear([]uint64{1}, scenarios.RunOptions{}))
		if got != want || likely != (want != "" && !strings.HasPrefix(want, "possible")) {
			t.Errorf("%s: %q, likely %v, want %q", event, got, likely, want)
		}
	}
}

// Every request of the programs that come along says which message it is, but those of handlers of event managers.
func TestRequestKind(t *testing.T) {
	for _, name := range programs.All().Names() {
		p, _ := programs.All().Lookup(name)
		for _, q := range p.Requests {
			if got := q.Kind(); got == "" && p.Kind != scenarios.EventsKind {
				t.Errorf("%s: the request %s is no message", name, q.Name)
			}
		}
	}
	if got := (scenarios.Request{Name: "x", Message: func(a scenarios.Args) any { panic("no") }}).Kind(); got != "" {
		t.Errorf("a request that minds is %q", got)
	}
}
