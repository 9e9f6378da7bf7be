// Package bench holds the programs whose speed is watched, each written twice: here, and in Erlang
// (bench.erl), so that `simrun bench` can run both in turn on one machine and print their ratio.
//
// Worlds are as users run them: the random policy, the trace's hash always on, panics caught; messages are
// not checked for mutation. This package knows no clock: whoever runs a program measures it.
package bench

import (
	_ "embed"

	"github.com/bedlam-sim/bedlam/sim"
)

// Erlang is the source of the same programs in Erlang: erlc it, then erl -run bench main NAME.
//
//go:embed bench.erl
var Erlang []byte

// Program is a benchmark.
type Program struct {
	Name   string // as in `simrun bench NAME`
	About  string
	Per    string // what one operation is
	N      int    // operations that take about half a second
	Erlang string // what the Erlang side calls it when asked; "" if it has no twin there
	Key    string // what it prints its figure under
	Goal   float64
	// Run does n operations in a world of its own, and calls start when everything is set up and the
	// operations begin.
	Run func(n int, start func())
}

// Programs are all benchmarks, in the order in which they are printed.
var Programs = []Program{
	{"ring", "1,000 processes in a ring, one token", "hop", 4_000_000, "ring", "beam.ring_tuple", 6, ring(1000, 1)},
	{"ring-busy", "1,000 processes in a ring, 1,000 tokens", "hop", 4_000_000, "ringmany", "beam.ring_1000tok", 1.5, ring(1000, 1000)},
	{"ping-pong", "two processes, a message each way in turn", "message", 4_000_000, "pingpong", "beam.pingpong_msg", 6, pingPong},
	{"ping-pong-body", "the same, written with blocking receives", "message", 2_000_000, "pingpong", "beam.pingpong_msg", 0, pingPongBodies},
	{"call", "gen_server:call, a server that never blocks", "call", 1_500_000, "call", "beam.gen_call_rt", 6, call(true)},
	{"call-any", "gen_server:call, a server that may block", "call", 1_000_000, "call", "beam.gen_call_rt", 0, call(false)},
	{"kv", "10 servers, 100 clients, gets and puts", "call", 1_000_000, "kv", "beam.kv_call_rt", 0, kv},
	{"cast", "gen_server:cast", "cast", 3_000_000, "cast", "beam.gen_cast", 1.5, cast},
	{"spawn", "spawn a process that sends a message and ends", "process", 1_500_000, "spawnexit", "beam.spawn_exit_msg", 6, spawnExit},
	{"spawn-body", "the same, written as a function", "process", 1_000_000, "spawnexit", "beam.spawn_exit_msg", 0, spawnExitBodies},
	{"link-storm", "1,000 linked processes die of one", "process", 1_000_000, "linkstorm", "beam.link_storm", 0, linkStorm},
	{"selective", "selective receive past 1,000 messages", "receive", 200_000, "selrecv", "beam.selrecv_1000", 0, selective},
	{"restart", "a supervised process is killed and restarted", "restart", 500_000, "sup", "beam.sup_kill_restart_1000sups", 15, restarts(1000)},
	{"restart-hot", "the same, all under one supervisor", "restart", 200_000, "sup", "beam.sup_kill_restart_1sup_window", 0, restarts(1)},
	{"tiny", "a whole world: a supervisor, 4 servers, 100 calls, the end", "world", 20_000, "tiny", "beam.tiny_sim", 15, tiny},
	{"timers", "set and cancel a timer while a million are pending", "timer", 4_000_000, "timers", "beam.timer_set_cancel_1Mpending", 10, timers},
}

// Find is the program of that name.
func Find(name string) (Program, bool) {
	for _, p := range Programs {
		if p.Name == name {
			return p, true
		}
	}
	return Program{}, false
}

// world runs boot to its end in a world of its own.
func world(boot sim.Body) {
	w := sim.New(sim.Config{Seed: 1, Patience: endless, Boot: boot})
	defer w.Close()
	must(w.Run(sim.Forever))
}

const endless = 1 << 62

// must panics if a program did not come to its end: a benchmark that measured a crash is worse than none.
func must(res sim.Result) {
	if res.Stop == sim.StopCrashed {
		panic("bench: " + res.Crash.Error() + "\n" + res.Crash.Stack.String())
	}
}
