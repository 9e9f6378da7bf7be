package gentcp

import (
	"math"
	"strconv"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// Option is how a socket is set: for Listen, whose sockets hand theirs on to those accepted, Connect and SetOpts.
type Option func(*settings) error

// settings are all options.
type settings struct {
	sim.SocketOptions
	active        Mode
	packet        Framing
	packetSize    int
	buffer        int
	high, low     int
	sendTimeout   time.Duration
	sendClose     bool
	stayOnClose   bool
	showConnReset bool
	resetOnClose  bool
	backlog       int
}

// OTP's defaults.
func defaults() settings {
	return settings{buffer: 1460, high: 8192, low: 4096, sendTimeout: sim.Forever, backlog: 5}
}

// Mode is in which way what comes is handed over: {active, Mode}. The zero Mode is True.
type Mode struct {
	kind modeKind
	left int
}

type modeKind uint8

const (
	activeTrue modeKind = iota
	activeFalse
	activeOnce
	activeN
)

// The modes, with N.
var (
	True  = Mode{}                  // all is sent to the owner as messages, without end: nothing slows the other end down
	False = Mode{kind: activeFalse} // nothing is: Recv fetches it
	Once  = Mode{kind: activeOnce}  // one message, and then False
)

// String is true, false, once, or how many are left.
func (m Mode) String() string {
	if m.kind == activeN {
		return strconv.Itoa(m.left)
	}
	return [...]string{"true", "false", "once"}[m.kind]
}

// N is so many messages and then Passive; what was left of an N before is added. If that makes 0 or less, the socket
// is passive at once. N is from -32768 to 32767, and so must be the sum.
func N(n int) Mode { return Mode{activeN, n} }

// Active is {active, m}.
func Active(m Mode) Option {
	return func(o *settings) error {
		if m.kind == activeN {
			if o.active.kind == activeN {
				m.left += o.active.left
			}
			if m.left > math.MaxInt16 || m.left < math.MinInt16 {
				return ErrInvalid
			}
		}
		o.active = m
		return nil
	}
}

// Framing is what a stream is cut into: {packet, Framing}.
type Framing uint8

// The framings. A header is put before what is sent, and taken off what has come.
const (
	Raw  Framing = 0 // what comes
	One  Framing = 1 // packets with a header of one byte, their length
	Two  Framing = 2 // of two bytes, the most significant first
	Four Framing = 4 // of four
	Line Framing = 5 // lines, each with its \n; a longer one than Buffer comes in parts
)

// Packet is {packet, k}.
func Packet(k Framing) Option {
	return func(o *settings) error {
		if k > Line || k == 3 {
			return ErrInvalid
		}
		o.packet = k
		return nil
	}
}

// sized makes an option of a number that must not be less than least.
func sized(n, least int, set func(o *settings)) Option {
	return func(o *settings) error {
		if n < least || n > math.MaxInt32 {
			return ErrInvalid
		}
		set(o)
		return nil
	}
}

func flagged(set func(o *settings)) Option { return func(o *settings) error { set(o); return nil } }

// PacketSize is {packet_size, n}: longer packets than n bytes are an error; 0 allows any.
func PacketSize(n int) Option { return sized(n, 0, func(o *settings) { o.packetSize = n }) }

// Buffer is {buffer, n}: the most bytes that are handed over at once if the framing does not say more, and the longest
// line. OTP's is 1460.
func Buffer(n int) Option { return sized(n, 1, func(o *settings) { o.buffer = n }) }

// RecBuf is {recbuf, n}: so many bytes may have come and not be read, before the other end must stop.
func RecBuf(n int) Option { return sized(n, 1, func(o *settings) { o.RecBuf = n }) }

// SndBuf is {sndbuf, n}: so many bytes may be sent and not have arrived, before they are queued here.
func SndBuf(n int) Option { return sized(n, 1, func(o *settings) { o.SndBuf = n }) }

// HighWatermark is {high_watermark, n}: senders wait when so many bytes are queued.
func HighWatermark(n int) Option { return sized(n, 1, func(o *settings) { o.high = n }) }

// LowWatermark is {low_watermark, n}: they go on when so many are left.
func LowWatermark(n int) Option { return sized(n, 0, func(o *settings) { o.low = n }) }

// Backlog is {backlog, n}: beside one, so many may have connected and wait to be accepted.
func Backlog(n int) Option { return sized(n, 0, func(o *settings) { o.backlog = n }) }

// NoDelay is {nodelay, on}: what is small does not wait until what was sent before has arrived.
func NoDelay(on bool) Option { return flagged(func(o *settings) { o.NoDelay = on }) }

// Keepalive is {keepalive, on}: after two hours of silence the other end is asked whether it is there.
func Keepalive(on bool) Option { return flagged(func(o *settings) { o.Keepalive = on }) }

// UserTimeout is TCP_USER_TIMEOUT: how long what was sent may go without having arrived, before the connection is
// given up with etimedout. 0 is Linux's fifteen minutes and a half.
func UserTimeout(d time.Duration) Option {
	return flagged(func(o *settings) { o.SocketOptions.UserTimeout = max(d, 0) })
}

// SendTimeout is {send_timeout, d}: how long a sender waits. What it wanted to send stays queued, or part of it.
func SendTimeout(d time.Duration) Option {
	return flagged(func(o *settings) { o.sendTimeout = max(d, 0) })
}

// SendTimeoutClose is {send_timeout_close, on}: after a time-out the socket is closed.
func SendTimeoutClose(on bool) Option { return flagged(func(o *settings) { o.sendClose = on }) }

// ExitOnClose is {exit_on_close, on}: the socket is closed when the other end has said that it sends no more. On by
// default; off, there may still be sent.
func ExitOnClose(on bool) Option { return flagged(func(o *settings) { o.stayOnClose = !on }) }

// ShowEconnreset is {show_econnreset, on}: a connection that the other end broke off is an error econnreset, and
// not just closed.
func ShowEconnreset(on bool) Option { return flagged(func(o *settings) { o.showConnReset = on }) }

// ResetOnClose is {linger, {true, 0}}: Close forgets what is not sent and breaks the connection off.
func ResetOnClose(on bool) Option { return flagged(func(o *settings) { o.resetOnClose = on }) }

// with is o with options.
func (o settings) with(opts []Option) (settings, error) {
	for _, set := range opts {
		if err := set(&o); err != nil {
			return o, err
		}
	}
	return o, nil
}
