package plan

import (
	"errors"
	"fmt"
	"strings"
)

// crc24 is the checksum of OpenPGP (RFC 4880): it finds every burst of up to 24 wrong bits, so that
// any two neighbouring characters may be wrong.
func crc24(b []byte) uint32 {
	sum := uint32(0xb704ce)
	for _, c := range b {
		sum ^= uint32(c) << 16
		for range 8 {
			if sum <<= 1; sum&0x1000000 != 0 {
				sum ^= 0x1864cfb
			}
		}
	}
	return sum & 0xffffff
}

// alphabet is Crockford's base 32: without the letters I, L, O and U.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// encode32 writes five bits a character; the last character is filled up with zeros.
func encode32(b []byte) string {
	var out strings.Builder
	var word uint32
	var bits int
	for _, c := range b {
		word, bits = word<<8|uint32(c), bits+8
		for bits >= 5 {
			bits -= 5
			out.WriteByte(alphabet[word>>bits&31])
		}
	}
	if bits > 0 {
		out.WriteByte(alphabet[word<<(5-bits)&31])
	}
	return out.String()
}

// plain32 is text as encode32 would have written it.
func plain32(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '-' || c == ' ':
			return -1
		case c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
		}
		switch c {
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		}
		return c
	}, text)
}

// decode32 reads what encode32 writes.
func decode32(text string) ([]byte, error) {
	plain := plain32(text)
	if plain == "" {
		return nil, errors.New("it is empty")
	}
	out := make([]byte, 0, len(plain)*5/8)
	var word uint32
	var bits int
	for _, c := range plain {
		i := strings.IndexRune(alphabet, c)
		if i < 0 {
			return nil, fmt.Errorf("%q is no character of tokens, which are digits and letters without U", c)
		}
		if word, bits = word<<5|uint32(i), bits+5; bits >= 8 {
			bits -= 8
			out = append(out, byte(word>>bits))
		}
	}
	if bits >= 5 || word&(1<<bits-1) != 0 {
		return nil, errors.New("its end is not one; a character is mistyped, missing or too many")
	}
	return out, nil
}
