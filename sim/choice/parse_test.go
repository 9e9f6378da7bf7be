package choice

import (
	"strings"
	"testing"
)

// The numbers are part of what a seed means.
func TestDomain_numbers(t *testing.T) {
	for i, name := range []string{"domain0", "order", "slice", "tie", "latency", "fanout", "fault", "value", "buggify", "plan", "rand"} {
		if got := Domain(i).String(); got != name {
			t.Errorf("domain %d is %s, want %s", i, got, name)
		}
	}
}

func TestDomain_roundTrip(t *testing.T) {
	for i := range 256 {
		d := Domain(i)
		if got, err := ParseDomain(d.String()); got != d || err != nil {
			t.Errorf("%v comes back as %v, %v", d, got, err)
		}
	}
	for _, s := range []string{"", "Order", "domain", "domain1", "domain01", "domain256", "domain-0", "domain+0"} {
		if d, err := ParseDomain(s); err == nil {
			t.Errorf("ParseDomain(%q) is %v, want an error", s, d)
		}
	}
}

func TestKey_roundTrip(t *testing.T) {
	rnd := New(1)
	for i := range uint64(2000) {
		k := Key{Domain(i), rnd.Word(Key{Value, 1, i}) >> (i % 64), rnd.Word(Key{Value, 2, i}) >> (i % 61)}
		if got, err := ParseKey(k.String()); got != k || err != nil {
			t.Fatalf("%v comes back as %v, %v", k, got, err)
		}
		d := Deviation{k, rnd.Word(Key{Value, 3, i}) >> (i % 59)}
		if got, err := ParseDeviation(d.String()); got != d || err != nil {
			t.Fatalf("%v comes back as %v, %v", d, got, err)
		}
	}
}

func TestParseKey_errors(t *testing.T) {
	for s, want := range map[string]string{
		"":                             "wants domain/identity/n",
		"latency":                      "wants domain/identity/n",
		"latency/0000000000000001":     "wants domain/identity/n",
		"lateness/0000000000000001/2":  `not "lateness"`,
		"latency/1/2":                  "16 hexadecimal digits",
		"latency/000000000000000g/2":   "16 hexadecimal digits",
		"latency/0000000000000001/x":   `n wants a decimal number, not "x"`,
		"latency/0000000000000001/2/3": `not "2/3"`,
		"latency/0000000000000001/02":  `spelled "latency/0000000000000001/2"`,
		"latency/000000000000000A/2":   `spelled "latency/000000000000000a/2"`,
	} {
		if k, err := ParseKey(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseKey(%q) = %v, %v; want an error with %s", s, k, err, want)
		}
	}
}

func TestParseDeviation_errors(t *testing.T) {
	const key = "latency/0000000000000001/2"
	for _, s := range []string{"", key, key + "=", key + "=-1", key + "=07", key + "=1=1", "x=1", key + "=18446744073709551616"} {
		if d, err := ParseDeviation(s); err == nil {
			t.Errorf("ParseDeviation(%q) = %v, want an error", s, d)
		}
	}
}

func TestParseSeed(t *testing.T) {
	for s, want := range map[string]uint64{
		"0":                    0,
		"43":                   43,
		"007":                  7,
		"18446744073709551615": 1<<64 - 1,
		"0x2b":                 43,
		"0X2B":                 43,
		"0xffffffffffffffff":   1<<64 - 1,
		"0123456789abcdef0123456789abcdef01234567": 0x0123456789abcdef,
		"FEDCBA9876543210fedcba9876543210fedcba98": 0xfedcba9876543210,
		"1234567890123456789012345678901234567890": 0x1234567890123456,
	} {
		if got, err := ParseSeed(s); got != want || err != nil {
			t.Errorf("ParseSeed(%q) = %#x, %v; want %#x", s, got, err, want)
		}
	}
}

func TestParseSeed_errors(t *testing.T) {
	for s, want := range map[string]string{
		"":                     `not ""`,
		" 1":                   `not " 1"`,
		"-1":                   `not "-1"`,
		"+1":                   `not "+1"`,
		"1_000":                `not "1_000"`,
		"seed":                 `not "seed"`,
		"0x":                   `not "0x"`,
		"0xg":                  `not "0xg"`,
		"0x12345678901234567":  "has 17 digits",
		"18446744073709551616": "more than 64 bits",
		"deadbeef":             "is 0x missing",
		"0123456789abcdef0123456789abcdef0123456":  "(it has 39 digits)",
		"0123456789abcdef0123456789abcdef0123456g": "not all are hexadecimal",
	} {
		_, err := ParseSeed(s)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), seedWanted) {
			t.Errorf("ParseSeed(%q): %v; want an error with %s", s, err, want)
		}
	}
}

func TestFormatSeed(t *testing.T) {
	for seed, want := range map[uint64]string{
		0: "0", 43: "43", 999999999: "999999999",
		1e9: "0x000000003b9aca00", 1<<64 - 1: "0xffffffffffffffff",
	} {
		if got := FormatSeed(seed); got != want {
			t.Errorf("FormatSeed(%d) = %s, want %s", seed, got, want)
		}
	}
}

// What parses prints as a spelling that means the same.
func FuzzParseSeed(f *testing.F) {
	for _, s := range []string{"", "43", "0x2b", "0X", "18446744073709551616", "0123456789abcdef0123456789abcdef01234567", "１"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		seed, err := ParseSeed(s)
		if err != nil {
			return
		}
		if got, err := ParseSeed(FormatSeed(seed)); got != seed || err != nil {
			t.Errorf("%q is %d, prints %s, which is %d, %v", s, seed, FormatSeed(seed), got, err)
		}
	})
}

// A key has one spelling.
func FuzzParseKey(f *testing.F) {
	for _, s := range []string{"", "latency/00000000deadbeef/3", "domain0/0000000000000000/0", "order/+000000000000001/1", "order//", "domain200/ffffffffffffffff/18446744073709551615"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if k, err := ParseKey(s); err == nil && k.String() != s {
			t.Errorf("%q parses, but prints as %v", s, k)
		}
	})
}
