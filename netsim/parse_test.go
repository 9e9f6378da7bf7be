package netsim

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Values drawn by rapid.

func genDuration() *rapid.Generator[time.Duration] {
	return rapid.Custom(func(t *rapid.T) time.Duration {
		units := []time.Duration{1, time.Microsecond, time.Millisecond, time.Second, time.Hour, day}
		unit := rapid.SampledFrom(units).Draw(t, "unit")
		return unit * time.Duration(rapid.Int64Range(0, int64(longest/unit)).Draw(t, "n"))
	})
}

func genMode() *rapid.Generator[Delay] {
	return rapid.Custom(func(t *rapid.T) Delay {
		a := max(1, genDuration().Draw(t, "a"))
		b := max(1, genDuration().Draw(t, "b"))
		switch rapid.IntRange(0, 5).Draw(t, "shape") {
		case 1:
			return Uniform(min(a, b), max(a, b))
		case 2:
			return Exponential(a)
		case 3:
			return Normal(a, b)
		case 4:
			a = min(a, b)
			return LogNormal(a, min(b, a<<max(0, min(20, 61-bitsOf(a)))))
		case 5:
			return Pareto(a, rapid.IntRange(100, 1_000_000).Draw(t, "exponent"))
		}
		return Fixed(a - 1)
	})
}

func bitsOf(d time.Duration) (n int) {
	for ; d > 0; d >>= 1 {
		n++
	}
	return n
}

func genDelay() *rapid.Generator[Delay] {
	return rapid.Custom(func(t *rapid.T) Delay {
		d := genMode().Draw(t, "main")
		if rapid.Bool().Draw(t, "bimodal") {
			d = Bimodal(d, genMode().Draw(t, "tail"), genShare().Draw(t, "share"))
		}
		return d
	})
}

func genShare() *rapid.Generator[Share] { return rapid.Map(rapid.Int32Range(0, int32(All)), toShare) }

func toShare(n int32) Share { return Share(n) }

func genSize() *rapid.Generator[Size] {
	return rapid.Custom(func(t *rapid.T) Size {
		u := rapid.SampledFrom(sizeUnits).Draw(t, "unit")
		return Size(u.size * rapid.Int64Range(0, mostBytes/u.size).Draw(t, "n"))
	})
}

func genLink() *rapid.Generator[Link] {
	return rapid.Custom(func(t *rapid.T) (k Link) {
		if rapid.Bool().Draw(t, "latency?") {
			k.Latency = genDelay().Draw(t, "latency")
		}
		if rapid.Bool().Draw(t, "more?") {
			k.Jitter = genDelay().Draw(t, "jitter")
			k.Bandwidth = Rate(genSize().Draw(t, "bandwidth"))
			k.Queue = genSize().Draw(t, "queue")
			k.Loss = genShare().Draw(t, "loss")
			k.Retries = rapid.IntRange(0, mostRetries).Draw(t, "retries")
			k.RTO = genDuration().Draw(t, "rto") % longestRTO
		}
		return k
	})
}

func genHarm() *rapid.Generator[Harm] {
	return rapid.Custom(func(t *rapid.T) Harm {
		h := Harm{Slow: rapid.IntRange(0, 3).Draw(t, "slow"), Loss: genShare().Draw(t, "loss") / 4}
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			h.Cut = true
		case 1:
			h.Jam = true
		case 2:
			h.Reset = true
		case 3:
			h.Latency = genDelay().Draw(t, "latency")
			h.Bandwidth = Rate(genSize().Draw(t, "bandwidth"))
		}
		if h == (Harm{}) {
			h.Cut = true
		}
		return h
	})
}

// genPartition draws a partition of some of the names.
func genPartition(names []string) *rapid.Generator[Partition] {
	return rapid.Custom(func(t *rapid.T) Partition {
		all := rapid.Permutation(names).Draw(t, "order")
		cut := func(label string) (g []string) {
			n := rapid.IntRange(1, max(1, len(all)-2)).Draw(t, label)
			n = min(n, len(all))
			g, all = all[:n:n], all[n:]
			return g
		}
		switch rapid.IntRange(0, 5).Draw(t, "pattern") {
		case 1:
			return Groups(cut("a"), cut("b"))
		case 2:
			return OneWay(cut("from"), []string{Others})
		case 3:
			return Isolate(cut("nodes")...)
		case 4:
			if len(all) > 2 {
				return Bridge(all[:1:1], all[1:2:2], []string{Others})
			}
		case 5:
			if len(all) >= 4 {
				return Ring(all...)
			}
		}
		return Groups(cut("one"), []string{Others})
	})
}

var fiveNodes = []string{"a", "b@host", "c-3", "d.e", "f:80"}

// same checks that x prints as it parses.
func same[X any](t *rapid.T, x X, parse func(string) (X, error)) {
	t.Helper()
	text := fmt.Sprint(x)
	got, err := parse(text)
	if err != nil {
		t.Fatalf("%#v prints as %q: %v", x, text, err)
	}
	if !reflect.DeepEqual(got, x) {
		t.Fatalf("%#v prints as %q, which is %#v", x, text, got)
	}
}

// Values print as they parse.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		same(t, genDelay().Draw(t, "delay"), ParseDelay)
		same(t, genShare().Draw(t, "share"), ParseShare)
		same(t, genSize().Draw(t, "size"), ParseSize)
		same(t, Rate(genSize().Draw(t, "rate")), ParseRate)
		same(t, genLink().Draw(t, "link"), ParseLink)
		harm := genHarm().Draw(t, "harm")
		same(t, harm, ParseHarm)
		where := genPartition(fiveNodes).Draw(t, "where")
		same(t, where, ParsePartition)
		name := rapid.OneOf(rapid.String(), rapid.StringMatching("[a-z:/ ]*")).Draw(t, "name")
		same(t, Fault{name, harm, where}, ParseFault)
		same(t, Flap{genDelay().Draw(t, "down"), genDelay().Draw(t, "up"),
			rapid.IntRange(1, mostTimes).Draw(t, "times"), harm, where}, ParseFlap)
		same(t, Swizzle{genDuration().Draw(t, "over"), harm, fiveNodes[rapid.IntRange(0, 4).Draw(t, "n"):]}, ParseSwizzle)
		rule := Rule{Kind: rapid.SampledFrom([]string{"", "tick", "gen_*", "a:"}).Draw(t, "kind"),
			From:   rapid.SampledFrom([]string{"", "a"}).Draw(t, "from"),
			Action: Action(rapid.IntRange(0, 2).Draw(t, "action"))}
		if rule.Action == DelayIt {
			rule.Delay = genDelay().Draw(t, "more")
		}
		same(t, rule, ParseRule)
	})
}

func TestRoundTrip_zero(t *testing.T) {
	if k, err := ParseLink(Link{}.String()); err != nil || k != (Link{}) {
		t.Error(k, err)
	}
	if d, err := ParseDelay(Delay{}.String()); err != nil || d != (Delay{}) {
		t.Error(d, err)
	}
	if p, err := ParsePartition(Partition{}.String()); err != nil || p.String() != "none" {
		t.Error(p, err)
	}
}

// What people write, and what becomes of it.
func TestParse(t *testing.T) {
	for _, c := range []struct{ kind, text, want string }{
		{"delay", "0", "0s"},
		{"delay", "5000us", "5ms"},
		{"delay", "1d12h", "1d12h"},
		{"delay", "1500µs", "1.5ms"},
		{"delay", "3s..3s", "3s"},
		{"delay", "normal(5ms, 1ms)", "normal(5ms,1ms)"},
		{"delay", "pareto(1ms,1.50)", "pareto(1ms,1.5)"},
		{"delay", "choice(500ms:10%,1ms:90%)", "choice(500ms:10%, 1ms:90%)"},
		{"delay", "choice(1ms:0.5, lognormal(p50=2ms,p99=25ms):1/2)", "choice(1ms:50%, lognormal(p50=2ms,p99=25ms):50%)"},
		{"delay", "choice(1ms:100%, 5ms:0%)", "1ms"},
		{"delay", "5", `! duration "5" has no unit; did you mean 5ms?`},
		{"delay", "-5ms", `! duration "-5ms" is negative`},
		{"delay", "5s..1s", `! delay 5s..1s ends before it begins`},
		{"delay", "exp(0s)", `! delay: the mean of exp(0s) must not be 0`},
		{"delay", "exp(1s", `! delay wants`},
		{"delay", "poisson(1s)", `! delay wants`},
		{"delay", "lognormal(2ms,25ms)", `! delay "lognormal(2ms,25ms)": wanted is lognormal(p50=5ms,p99=25ms)`},
		{"delay", "lognormal(p50=25ms,p99=2ms)", `! delay lognormal(p50=25ms,p99=2ms) wants 0 < p50`},
		{"delay", "choice(1ms:90%, 500ms:20%)", `! delay "choice(1ms:90%, 500ms:20%)": the shares are 110% together`},
		{"delay", "choice(choice(1ms:50%, 2ms:50%):50%, 1s:50%)", `! delay: a choice of choices`},
		{"delay", "40000d", `! duration wants`},
		{"share", "50ppm", "0.005%"},
		{"share", "1/20", "5%"},
		{"share", "1", "100%"},
		{"share", "40", `! share "40" is above 1; did you mean 40%?`},
		{"share", "1/3", `! share "1/3" is finer than a millionth`},
		{"share", "1/0", `! share wants`},
		{"share", "-5%", `! share wants`},
		{"share", "200%", `! share "200%" is more than all`},
		{"size", "1024KiB", "1MiB"},
		{"size", "1.5kB", "1500B"},
		{"size", "0.3B", `! size "0.3B" is not a whole number`},
		{"size", "12", `! size wants`},
		{"rate", "1000000B/s", "1MB/s"},
		{"rate", "1MB", `! rate wants`},
		{"link", "loss=5%  latency=1ms", "latency=1ms loss=5%"},
		{"link", "latency=choice(1ms:90%, 500ms:10%) rto=1s", "latency=choice(1ms:90%, 500ms:10%) rto=1s"},
		{"link", "", "! link: nothing was given"},
		{"link", "speed=3", `! link: "speed=3" is not known; a link has`},
		{"link", "loss=1% loss=2%", `! link: loss stands twice`},
		{"link", "retries=20", `! link: retries are 1 to 15, not 20`},
		{"harm", "loss=5% slow=3 cut", "cut slow=3 loss=5%"},
		{"harm", "cut=5", `! harm: cut: takes no value`},
		{"harm", "slow=-1", `! harm: harm: slow is`},
		{"partition", "groups(a b|c)", "groups(a b | c)"},
		{"partition", "oneway(a->b c)", "oneway(a -> b c)"},
		{"partition", "groups(a)", `! partition "groups(a)": groups are two at least`},
		{"partition", "groups(a | a)", `! partition "groups(a | a)": a is named twice`},
		{"partition", "groups(a | )", `! partition "groups(a | )": a group is empty`},
		{"partition", "oneway(a -> b -> c)", `! partition "oneway(a -> b -> c)": wanted is oneway(a -> b)`},
		{"partition", "split(a)", `! partition wants`},
		{"fault", "cut at isolate(a)", "cut at isolate(a)"},
		{"fault", `"eu/us split": cut at groups(a | others)`, `"eu/us split": cut at groups(a | others)`},
		{"fault", "split: cut", `! fault wants`},
		{"rule", "any: delay 1ms", "any: delay 1ms"},
		{"rule", "any kind=a: drop", `! rule: "any" is not known`},
		{"rule", "kind=a: explode", `! rule "kind=a: explode": its action is`},
		{"swizzle", "swizzle over=1s: jam at a others",
			`! swizzle "swizzle over=1s: jam at a others" wants the nodes by their names`},
		{"flap", "flap down=1s up=1s times=0: cut at isolate(a)", `! flap: it has 1 to`},
	} {
		got, err := parsers[c.kind](c.text)
		want, bad := strings.CutPrefix(c.want, "! ")
		switch {
		case bad && (err == nil || !strings.HasPrefix(err.Error(), want)):
			t.Errorf("%s %q: %v, want the error %s…", c.kind, c.text, err, want)
		case !bad && (err != nil || got != want):
			t.Errorf("%s %q: %q, %v, want %q", c.kind, c.text, got, err, want)
		}
	}
}

// parsers read a text and print what they read.
var parsers = map[string]func(string) (string, error){
	"delay": printed(ParseDelay), "share": printed(ParseShare), "size": printed(ParseSize), "rate": printed(ParseRate),
	"link": printed(ParseLink), "harm": printed(ParseHarm), "partition": printed(ParsePartition), "fault": printed(ParseFault),
	"rule": printed(ParseRule), "flap": printed(ParseFlap), "swizzle": printed(ParseSwizzle),
}

func printed[X any](parse func(string) (X, error)) func(string) (string, error) {
	return func(text string) (string, error) {
		x, err := parse(text)
		if err != nil {
			return "", err
		}
		return fmt.Sprint(x), nil
	}
}

// fuzzParser checks that what parses prints as something that parses to print the same.
func fuzzParser(f *testing.F, kind string, seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	parse := parsers[kind]
	f.Fuzz(func(t *testing.T, text string) {
		one, err := parse(text)
		if err != nil {
			return
		}
		if two, err := parse(one); err != nil || one != two {
			t.Fatalf("%q prints as %q, and that as %q, %v", text, one, two, err)
		}
	})
}

func FuzzParseDelay(f *testing.F) {
	fuzzParser(f, "delay", "5ms", "1s..5s", "exp(3s)", "normal(5ms,1ms)", "lognormal(p50=2ms,p99=25ms)",
		"pareto(1ms,1.5)", "choice(1ms:90%, 500ms:10%)")
}

func FuzzParseLink(f *testing.F) {
	fuzzParser(f, "link",
		"latency=lognormal(p50=2ms,p99=25ms) jitter=0s..1ms bandwidth=100MB/s queue=1MiB loss=0.5% retries=3 rto=1s")
}

func FuzzParseFault(f *testing.F) {
	fuzzParser(f, "fault", "split: cut at groups(a b | c d)", "reset slow=3 latency=1ms at oneway(a -> others)",
		"jam at ring(a b c d)", `"x y": loss=3% bandwidth=1kB/s at bridge(a | b | c)`)
}

func FuzzParseRule(f *testing.F) {
	fuzzParser(f, "rule", "kind=tick from=a to=b: drop", "any: pass", "kind=gen_*: delay 1ms..2ms")
}

func FuzzParseSchedule(f *testing.F) {
	f.Add("flap down=1s..3s up=2s times=5: cut at groups(a | b)")
	f.Add("swizzle over=10s: jam at a b c")
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range []string{"flap", "swizzle"} {
			one, err := parsers[kind](text)
			if err != nil {
				continue
			}
			if two, err := parsers[kind](one); err != nil || one != two {
				t.Fatalf("%q prints as %q, and that as %q, %v", text, one, two, err)
			}
		}
	})
}
