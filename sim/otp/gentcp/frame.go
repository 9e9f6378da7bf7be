package gentcp

import "bytes"

// frame finds the first packet in b: which bytes it is, and how many it takes with its header. need is how many bytes
// there must be before it can be told; 0 if it is complete.
func (o *settings) frame(b []byte) (packet []byte, size, need int, err error) {
	switch o.packet {
	case Raw:
		n := min(len(b), o.buffer)
		return b[:n], n, boolInt(n == 0), nil
	case Line:
		if i := bytes.IndexByte(b[:min(len(b), o.buffer)], '\n'); i >= 0 {
			return b[:i+1], i + 1, 0, nil
		}
		if len(b) >= o.buffer {
			return b[:o.buffer], o.buffer, 0, nil
		}
		return nil, 0, len(b) + 1, nil
	}
	head := int(o.packet)
	if len(b) < head {
		return nil, 0, head, nil
	}
	n := 0
	for _, digit := range b[:head] {
		n = n<<8 | int(digit)
	}
	switch {
	case o.packetSize > 0 && n > o.packetSize, n > 1<<31-1:
		return nil, 0, 0, ErrMsgSize
	case len(b) < head+n:
		return nil, 0, head + n, nil
	}
	return b[head : head+n], head + n, 0, nil
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// header is what is put before n bytes. Of a length that does not fit only the last digits are: as OTP does.
func (o *settings) header(n int, room *[4]byte) []byte {
	if o.packet == Raw || o.packet == Line {
		return nil
	}
	head := room[:o.packet]
	for i := range head {
		head[len(head)-1-i] = byte(n >> (8 * i))
	}
	return head
}
