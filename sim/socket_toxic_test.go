package sim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"pgregory.net/rapid"
)

// Toxics print as they parse.
func TestToxic_text(t *testing.T) {
	ms := time.Millisecond
	for text, want := range map[string]sim.Toxic{
		"latency(50ms±10ms) at b:8080 upstream": {Kind: sim.LatencyToxic, Delay: 50 * ms, Jitter: 10 * ms,
			At: sim.Endpoint{Node: "b", Port: 8080}, Stream: sim.Upstream},
		"latency(50ms)":                  {Kind: sim.LatencyToxic, Delay: 50 * ms},
		"jitter(1.5s) from a downstream": {Kind: sim.JitterToxic, Jitter: 1500 * ms, From: "a", Stream: sim.Downstream},
		"slow(10) at b from a":           {Kind: sim.SlowToxic, Times: 10, At: sim.Endpoint{Node: "b"}, From: "a"},
		"bandwidth(64KiB/s) at :80":      {Kind: sim.BandwidthToxic, Rate: 64 << 10, At: sim.Endpoint{Port: 80}},
		"slow_close(1s)":                 {Kind: sim.SlowCloseToxic, Delay: 1000 * ms},
		"timeout(0s) toxicity=40%":       {Kind: sim.TimeoutToxic, Toxicity: 400_000},
		"reset_peer(2s)":                 {Kind: sim.ResetPeerToxic, Delay: 2000 * ms},
		"slicer(64B±16B, 10ms)":          {Kind: sim.SlicerToxic, Size: 64, Vary: 16, Delay: 10 * ms},
		"slicer(1KiB)":                   {Kind: sim.SlicerToxic, Size: 1024},
		"limit_data(1MB)":                {Kind: sim.LimitDataToxic, Size: 1_000_000},
	} {
		got, err := sim.ParseToxic(text)
		if err != nil || got != want {
			t.Errorf("%s is %+v, %v", text, got, err)
		}
		if want.String() != text {
			t.Errorf("%+v prints %s", want, want)
		}
	}
	same, _ := sim.ParseToxic("latency(50ms±10ms) at b:8080 upstream")
	for _, text := range []string{" latency( 50ms +- 10ms )  upstream at b:8080 ", "latency(50ms+-10ms)at b:8080 upstream"} {
		if got, err := sim.ParseToxic(text); err != nil || got != same {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
}

func TestParseToxic_errors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "wants a kind",
		"latency":                         "wants a kind",
		"latency(":                        "wants a kind",
		"lag(5ms)":                        "one of latency jitter slow bandwidth",
		"latency()":                       "wants a time",
		"latency(fast)":                   "wants a time such as 50ms",
		"latency(1ms..5ms)":               "wants a time such as 50ms",
		"latency(exp(5ms))":               "wants a time such as 50ms",
		"latency(10ms±20ms)":              "at most what it is",
		"latency(0s)":                     "no delay",
		"latency(5ms, 6ms)":               "wants one thing",
		"timeout(5s±1s)":                  "does not vary",
		"slow(x)":                         "how many times",
		"slow(1)":                         "from 2",
		"bandwidth(5)":                    "",
		"limit_data(0B)":                  "at least a byte",
		"slicer(4B±4B)":                   "by less",
		"timeout(0s) at":                  "at wants a node",
		"timeout(0s) at b at c":           "said twice",
		"timeout(0s) upstream downstream": "said twice",
		"timeout(0s) at b:0":              "from 1 to 65535",
		"timeout(0s) at b:http":           "from 1 to 65535",
		"timeout(0s) toxicity=0%":         "concerns nobody",
		"timeout(0s) toxicity=101%":       "",
		"timeout(0s) sideways":            "not \"sideways\"",
	} {
		_, err := sim.ParseToxic(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, and should say %q", text, err, want)
		}
	}
}

func drawToxic(t *rapid.T) sim.Toxic {
	span := func(name string, least int64) time.Duration {
		return time.Duration(rapid.Int64Range(least, int64(365*24*time.Hour)).Draw(t, name))
	}
	x := sim.Toxic{
		Kind: sim.ToxicKind(rapid.IntRange(1, 9).Draw(t, "kind")),
		At: sim.Endpoint{Node: sim.Atom(rapid.SampledFrom([]string{"", "b", "b@host"}).Draw(t, "at")),
			Port: rapid.IntRange(0, 65535).Draw(t, "port")},
		From:     sim.Atom(rapid.SampledFrom([]string{"", "a", "at"}).Draw(t, "from")),
		Stream:   sim.ToxicStream(rapid.IntRange(0, 2).Draw(t, "stream")),
		Toxicity: netsim.Share(rapid.IntRange(0, int(netsim.All)).Draw(t, "toxicity")),
	}
	switch x.Kind {
	case sim.LatencyToxic:
		x.Delay = span("delay", 1)
		x.Jitter = time.Duration(rapid.Int64Range(0, int64(x.Delay)).Draw(t, "jitter"))
	case sim.JitterToxic:
		x.Jitter = span("jitter", 1)
	case sim.SlowToxic:
		x.Times = rapid.IntRange(2, 1_000_000).Draw(t, "times")
	case sim.BandwidthToxic:
		x.Rate = netsim.Rate(rapid.Int64Range(1, 1<<40).Draw(t, "rate"))
	case sim.SlicerToxic:
		x.Size = netsim.Size(rapid.Int64Range(1, 1<<40).Draw(t, "size"))
		x.Vary = netsim.Size(rapid.Int64Range(0, int64(x.Size)-1).Draw(t, "vary"))
		x.Delay = span("delay", 0)
	case sim.LimitDataToxic:
		x.Size = netsim.Size(rapid.Int64Range(1, 1<<40).Draw(t, "size"))
	case sim.SlowCloseToxic:
		x.Delay = span("delay", 1)
	default:
		x.Delay = span("delay", 0)
	}
	return x
}

func TestToxic_roundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := drawToxic(t)
		if got, err := sim.ParseToxic(x.String()); err != nil || got != x {
			t.Fatalf("%s is read as %v, %v", x, got, err)
		}
	})
}

// FuzzParseToxic: whatever is read prints as it is read.
func FuzzParseToxic(f *testing.F) {
	for _, text := range []string{"latency(50ms±10ms) at b:8080 upstream",
		"slicer(64B±16B, 10ms) from a toxicity=40%", "timeout(0s)", "slow(3)", "bandwidth(1MB/s) at :80"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		x, err := sim.ParseToxic(text)
		if err != nil {
			return
		}
		if again, err := sim.ParseToxic(x.String()); err != nil || again != x {
			t.Fatalf("%q is %+v, which prints %q, which is %+v, %v", text, x, x.String(), again, err)
		}
	})
}
