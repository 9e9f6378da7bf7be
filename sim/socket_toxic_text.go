package sim

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/bedlam-sim/bedlam/netsim"
)

// String prints latency(50ms±10ms) at b:8080 from a upstream toxicity=40%. What is any is left out.
func (t Toxic) String() string {
	var b strings.Builder
	b.WriteString(t.Kind.String() + "(" + t.dosage() + ")")
	switch {
	case t.At.Port != 0:
		b.WriteString(" at " + string(t.At.Node) + ":" + strconv.Itoa(t.At.Port))
	case t.At.Node != "":
		b.WriteString(" at " + string(t.At.Node))
	}
	if t.From != "" {
		b.WriteString(" from " + string(t.From))
	}
	b.WriteString([...]string{"", " upstream", " downstream"}[min(t.Stream, Downstream)])
	if t.Toxicity != 0 {
		b.WriteString(" toxicity=" + t.Toxicity.String())
	}
	return b.String()
}

// dosage is what stands in parentheses.
func (t Toxic) dosage() string {
	switch t.Kind {
	case LatencyToxic:
		return varied(span(t.Delay), span(t.Jitter), t.Jitter != 0)
	case JitterToxic:
		return span(t.Jitter)
	case SlowToxic:
		return strconv.Itoa(t.Times)
	case BandwidthToxic:
		return t.Rate.String()
	case SlicerToxic:
		size := varied(t.Size.String(), t.Vary.String(), t.Vary != 0)
		if t.Delay != 0 {
			size += ", " + span(t.Delay)
		}
		return size
	case LimitDataToxic:
		return t.Size.String()
	}
	return span(t.Delay)
}

func varied(what, by string, does bool) string {
	if does {
		return what + "±" + by
	}
	return what
}

func span(d time.Duration) string { return netsim.Fixed(max(d, 0)).String() }

// ParseToxic reads what String prints. Instead of ± there may be +-.
func ParseToxic(text string) (Toxic, error) {
	t, err := parseToxic(text)
	if err != nil {
		return Toxic{}, fmt.Errorf("toxic %q: %w", text, err)
	}
	return t, nil
}

func parseToxic(text string) (t Toxic, err error) {
	text = strings.TrimSpace(text)
	word, rest, opened := strings.Cut(text, "(")
	dosage, rest, closed := strings.Cut(rest, ")")
	if !opened || !closed {
		return t, errors.New("wants a kind and what of it in parentheses, such as latency(50ms)")
	}
	if t.Kind, err = parseToxicKind(strings.TrimSpace(word)); err != nil {
		return t, err
	}
	if err = t.parseDosage(dosage); err != nil {
		return t, err
	}
	if err = t.parsePlace(strings.Fields(rest)); err != nil {
		return t, err
	}
	return t, t.check()
}

func parseToxicKind(word string) (ToxicKind, error) {
	for k, name := range toxicWords {
		if name != "" && name == word {
			return ToxicKind(k), nil
		}
	}
	return 0, fmt.Errorf("a toxic is one of %s, not %q", strings.Join(toxicWords[1:], " "), word)
}

func (t *Toxic) parseDosage(text string) (err error) {
	main, more, two := strings.Cut(text, ",")
	main, by, varies := strings.Cut(strings.ReplaceAll(main, "+-", "±"), "±")
	main, by, more = strings.TrimSpace(main), strings.TrimSpace(by), strings.TrimSpace(more)
	if varies && t.Kind != LatencyToxic && t.Kind != SlicerToxic {
		return errors.New(t.Kind.String() + " does not vary")
	}
	if two && t.Kind != SlicerToxic {
		return errors.New(t.Kind.String() + " wants one thing")
	}
	switch t.Kind {
	case JitterToxic:
		t.Jitter, err = parseSpan(main)
	case SlowToxic:
		if t.Times, err = strconv.Atoi(main); err != nil {
			err = fmt.Errorf("slow wants how many times, not %q", main)
		}
	case BandwidthToxic:
		t.Rate, err = netsim.ParseRate(main)
	case SlicerToxic, LimitDataToxic:
		t.Size, err = netsim.ParseSize(main)
		if err == nil && varies {
			t.Vary, err = netsim.ParseSize(by)
		}
		if err == nil && two {
			t.Delay, err = parseSpan(more)
		}
	default:
		t.Delay, err = parseSpan(main)
		if err == nil && varies {
			t.Jitter, err = parseSpan(by)
		}
	}
	return err
}

func parseSpan(text string) (time.Duration, error) {
	d, err := netsim.ParseDelay(text)
	if err != nil || d.Least() != d.Most() || strings.ContainsAny(text, "(.") && strings.Contains(text, "..") {
		return 0, fmt.Errorf("wants a time such as 50ms, not %q", text)
	}
	return d.Least(), nil
}

// parsePlace reads the words behind the parentheses, each at most once, in any order.
func (t *Toxic) parsePlace(words []string) (err error) {
	seen := map[string]bool{}
	for len(words) > 0 {
		word, arg := words[0], ""
		words = words[1:]
		key, share, assigned := strings.Cut(word, "=")
		switch word {
		case "at", "from":
			if len(words) == 0 {
				return errors.New(word + " wants a node")
			}
			arg, words = words[0], words[1:]
		case "upstream", "downstream":
			key = "a direction"
		}
		if seen[key] {
			return errors.New(key + " is said twice")
		}
		seen[key] = true
		switch {
		case word == "at":
			t.At, err = parseEndpoint(arg)
		case word == "from":
			t.From = Atom(arg)
		case word == "upstream":
			t.Stream = Upstream
		case word == "downstream":
			t.Stream = Downstream
		case key == "toxicity" && assigned:
			if t.Toxicity, err = netsim.ParseShare(share); err == nil && t.Toxicity == 0 {
				err = errors.New("a toxicity of 0 concerns nobody")
			}
		default:
			err = fmt.Errorf("wants at, from, upstream, downstream or toxicity=, not %q", word)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func parseEndpoint(text string) (Endpoint, error) {
	node, port, has := strings.Cut(text, ":")
	e := Endpoint{Node: Atom(node)}
	if !has {
		return e, nil
	}
	n, err := strconv.Atoi(port)
	if err != nil || n < 1 || n >= 1<<16 || strconv.Itoa(n) != port {
		return e, fmt.Errorf("a port is a number from 1 to 65535, not %q", port)
	}
	e.Port = n
	return e, nil
}

// plainNode reports whether a name can stand in a toxic's text.
func plainNode(name Atom) bool {
	return !strings.ContainsFunc(string(name), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(":()", r) })
}
