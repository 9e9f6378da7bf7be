package scenarios_test

import (
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// TestProgramStories: what the programs of the library do, a story each.
func TestProgramStories(t *testing.T) {
	const (
		door  = `tree: {id: s, intensity: 9, children: [{id: d, start: door.Lock, with: {code: "42"}, register: d}, {id: w, start: door.Watch, with: {door: d, every: 1600ms, most: 0s}}]}`
		lines = `tree: {id: s, intensity: 99, children: [{id: l, type: supervisor, strategy: simple_one_for_one, count: 4, intensity: 99, child: {id: n, start: phone.Line, with: {rings: 1s, talks: 2s, crash: CRASH}}}, {id: w, start: phone.Switch, with: {lines: /s/l/n, tries: 3}, register: w}]}`
		bus   = `tree: {id: s, children: [{id: m, start: events.Manager, register: m}, {id: o, start: events.Owner, with: {manager: m, crash: 100%, pause: 100ms}}]}`
		iot   = `tree: {id: s, intensity: 99, children: [{id: r, start: iot.Registry, with: {most: 1}, register: r}, {id: d, start: iot.Device, with: {registry: r, up: UP, down: 10ms, handshake: 1s, flaps: 3, within: 10s}}]}`
	)
	for name, c := range map[string]struct{ tree, load, rule string }{
		"door: who comes while it is open waits for his turn": {door,
			`[{name: e, to: d, count: 2, call: enter, at: 1s, timeout: 4s}, {name: l, to: d, call: enter, at: 2s, timeout: 4s}]`, "replies(e) == 2 && timeouts(l) == 1"},
		"door: buttons open it": {door,
			`[{name: b, to: d, cast: push, with: {button: "4"}, at: 1.7s}, {name: c, to: d, cast: push, with: {button: "2"}, at: 1.8s}]`, "exits(/s/w, stands_open) == 1"},
		"door: buttons are forgotten after a pause": {door,
			`[{name: b, to: d, cast: push, with: {button: "4"}, at: 1.7s}, {name: c, to: d, cast: push, with: {button: "2"}, at: 2.9s}]`, "exits(/s/w) == 0"},
		"door: three wrong codes raise an alarm": {door,
			`[{name: b, to: d, call: enter, with: {code: "1"}, at: [1s, 2s, 3s]}, {name: c, to: d, call: enter, at: 4s, timeout: 3s}, {name: l, to: d, call: enter, at: 4.5s, timeout: 7s}]`, "replies(b) == 3 && timeouts(c) == 1 && replies(l) == 1"},
		"door: a right code between wrong ones is as if they had not been": {door,
			`[{name: b, to: d, call: enter, with: {code: "1"}, at: [1s, 2s, 6s, 7s]}, {name: c, to: d, call: enter, at: [3s, 8s], timeout: 10ms}]`, "replies(b) == 4 && replies(c) == 2"},
		"phone: a call is put through": {replaced(lines, "CRASH", "0%"),
			`[{name: c, to: w, call: dial, at: 1s, timeout: 3100ms}]`, "replies(c) == 1"},
		"phone: a call that is hung up is over": {replaced(lines, "CRASH", "0%"),
			`[{name: c, to: w, call: dial, at: 1s, timeout: 600ms}, {name: h, to: /s/l/n, count: 99, cast: hang_up, at: 1.5s}]`, "replies(c) == 1"},
		"phone: after three crashes nobody hears of a call again": {replaced(lines, "CRASH", "100%"),
			`[{name: c, to: w, call: dial, at: 1s, timeout: 15s}]`, "timeouts(c) == 1 && exits(/s/l/n) == 3 && exits(w) == 0"},
		"phone: a line takes one call after the other": {replaced(lines, "CRASH", "0%"),
			`[{name: c, to: "/s/l/n[1]", count: 3, call: dial, at: 1s, timeout: 7s}]`, "replies(c) == 2 && timeouts(c) == 1"},
		"events: only the logger goes, and comes back": {bus,
			`[{name: e, to: m, call: event, every: 1s}, {name: gone, to: m, call: written, at: [1050ms, 2050ms]}, {name: there, to: m, call: written, at: [900ms, 1200ms]}, {name: t, to: m, call: seen, every: 1s}]`,
			"errors(gone) == 2 && replies(there) == 2 && errors(t) == 0 && exits(/s/**) == 0"},
		"iot: a connection that flaps ends the device": {replaced(iot, "UP", "10ms"), `[{name: c, to: r, call: connected, every: 1s}]`,
			"exits(/s/d, flapping) >= 4 && exits(r) == 0"},
		"iot: who connects keeps questions": {replaced(iot, "UP", "1h"), `[{name: c, to: /s/d, call: read, at: [5ms, 500ms], timeout: 2s}]`,
			"replies(c) == 2 && exits(/s/**) == 0"},
		"leader: a disk that is started again has one writer still": {`
faults: [{name: crash, every: 1s, kill: /s/d}]
tree: {id: s, intensity: 99, children: [{id: d, start: leader.Disk, register: d}, {id: c, start: leader.Candidate, with: {disk: d, every: 100ms, works: 5s}}]}`,
			`[]`, "exits(/s/d, split_brain) == 0 && exits(/s/d) >= 19"},
		"leader: whom a fence does not know begins anew": {`
faults: [{name: crash, every: 1s, kill: /s/d}]
tree: {id: s, intensity: 99, children: [{id: d, start: leader.Disk, with: {fence: true}, register: d}, {id: c, start: leader.Candidate, with: {disk: d, every: 100ms, works: 500ms}}]}`,
			`[{name: c, to: /s/c, call: terms, every: 1s, timeout: 2s}]`, "exits(/s/d, split_brain) == 0 && exits(/s/c) == 0 && replies(c) > 10"},
		"kv: a store that knows its size knows it in each version": {`
faults: [{name: up, at: 5s, upgrade: {module: kv.Store, to: v2}}, {name: crash, at: 8s, kill: /s/k}, {name: back, at: 12s, upgrade: {module: kv.Store, to: v1}}]
tree: {id: s, children: [{id: k, start: kv.Store, with: {size: true}, register: k}, {id: l, start: kv.Logger, with: {store: k, every: 700ms}}]}`,
			`[{name: v, to: k, call: version, with: {key: a}, at: [6s, 10s]}]`, "fired(up) == 1 && fired(back) == 1 && exits(/s/**) == 1 && replies(v) == 2"},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(10) {
				run := play(t, "\nrun: {for: 20s}\n"+c.tree+"\nworkloads: "+c.load+"\nexpect: [at_end: \""+c.rule+"\"]\n", seed, scenarios.RunOptions{Story: true})
				if run.Word() != reports.Holds {
					t.Fatalf("seed %d: %v", seed, told(run))
				}
			}
		})
	}
}

// TestStory_casts: of casts that nobody gets there is one line, and it is a sentence.
func TestStory_casts(t *testing.T) {
	for length, want := range map[string]string{
		"500ms": " to rooms: lost, nobody has the name", "1500ms": " to rooms, and casts once more: lost, nobody has the name",
		"2500ms": " to rooms, and casts 2 times more: lost, nobody has the name",
	} {
		run := play(t, "\nrun: {for: "+length+"}\ntree: {id: s, children: [{id: c, start: chat.Session, with: {local: true}}]}\nexpect: [always: alive(/s)]\n", 1, scenarios.RunOptions{Story: true})
		if text := storyOf(run); !strings.Contains(text, "/s/c casts #chatJoin{") || !strings.Contains(text, want) {
			t.Errorf("%s: not %q, but\n%s", length, want, text)
		}
	}
}

func replaced(text, old, new string) string { return strings.Replace(text, old, new, 1) }
