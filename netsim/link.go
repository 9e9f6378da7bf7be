package netsim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Link says what one direction between two nodes is like. The zero Link is perfect:
// everything arrives at once. Links compare with ==, and ParseLink reads what String prints.
type Link struct {
	Latency   Delay // how long a signal is under way
	Jitter    Delay // and so much longer, drawn for itself
	Bandwidth Rate  // 0: without limit
	Queue     Size  // so much may wait for the wire, or be held by a cut; 0: without limit
	Loss      Share // of packets. A connection sends again, so that loss is delay

	// After so many retransmissions of one packet in vain the connection breaks:
	// 1 to 15; 0 is Linux's 15, which takes a quarter of an hour.
	Retries int
	// RTO is how long the sender waits before the first retransmission; before each
	// other twice as long, up to two minutes. 0 is 200ms.
	RTO time.Duration
}

const (
	mostRetries = 15
	ordinaryRTO = 200 * time.Millisecond
	longestRTO  = 2 * time.Minute
)

// check says what is wrong with k, as a program may have filled it in.
func (k Link) check() error {
	switch {
	case k.Bandwidth < 0 || k.Bandwidth > mostBytes || k.Queue < 0 || k.Queue > mostBytes:
		return fmt.Errorf("link: a bandwidth of %v or a queue of %v is not possible", k.Bandwidth, k.Queue)
	case k.Loss < 0 || k.Loss > All:
		return fmt.Errorf("link: a loss of %v is not possible", k.Loss)
	case k.Retries < 0 || k.Retries > mostRetries:
		return fmt.Errorf("link: retries are 1 to %d, not %d", mostRetries, k.Retries)
	case k.RTO < 0 || k.RTO > longestRTO:
		return fmt.Errorf("link: an RTO is at most %s, not %v", FormatDuration(longestRTO), k.RTO)
	}
	return nil
}

// String prints what differs from the zero Link: latency=1ms..5ms bandwidth=100MB/s
// loss=0.5%. The zero Link is latency=0s.
func (k Link) String() string {
	var words []string
	add := func(is bool, name string, value any) {
		if is {
			words = append(words, fmt.Sprintf("%s=%v", name, value))
		}
	}
	add(k.Latency != Delay{} || k == Link{}, "latency", k.Latency)
	add(k.Jitter != Delay{}, "jitter", k.Jitter)
	add(k.Bandwidth != 0, "bandwidth", k.Bandwidth)
	add(k.Queue != 0, "queue", k.Queue)
	add(k.Loss != 0, "loss", k.Loss)
	add(k.Retries != 0, "retries", k.Retries)
	add(k.RTO != 0, "rto", FormatDuration(k.RTO))
	return strings.Join(words, " ")
}

// ParseLink reads words in any order, as String prints them.
func ParseLink(text string) (Link, error) {
	var k Link
	err := settings(text, "a link has latency, jitter, bandwidth, queue, loss, retries and rto", k.set)
	if err != nil {
		return Link{}, fmt.Errorf("link: %w", err)
	}
	return k, k.check()
}

func (k *Link) set(name, value string) (known bool, err error) {
	switch name {
	case "latency":
		k.Latency, err = ParseDelay(value)
	case "jitter":
		k.Jitter, err = ParseDelay(value)
	case "bandwidth":
		k.Bandwidth, err = ParseRate(value)
	case "queue":
		k.Queue, err = ParseSize(value)
	case "loss":
		k.Loss, err = ParseShare(value)
	case "retries":
		k.Retries, err = strconv.Atoi(value)
	case "rto":
		k.RTO, err = parseDuration(value)
	default:
		return false, nil
	}
	return true, err
}
