package plan

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Seal puts a check sum of three bytes behind a body. It finds every single mistyped character of what Letters makes of
// it, and every two neighbours that are wrong or swapped, and of other mistakes all but one in sixteen million.
func Seal(body []byte) []byte {
	sum := crc24(body)
	return append(body[:len(body):len(body)], byte(sum>>16), byte(sum>>8), byte(sum))
}

// Unseal is the body of what Seal made; ok is false if the check sum is not its own.
func Unseal(sealed []byte) (body []byte, ok bool) {
	if len(sealed) < 3 {
		return nil, false
	}
	body = sealed[:len(sealed)-3]
	return body, bytes.Equal(Seal(body), sealed)
}

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

// Letters writes bytes as capital letters and digits that a double click takes whole: five bits a character, the last
// one filled up with zeros. FromLetters reads them back.
func Letters(b []byte) string {
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

// PlainLetters is text as Letters would have written it: small letters become capitals, O is 0, I and L are 1, blanks
// and dashes are left out.
func PlainLetters(text string) string {
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

// FromLetters reads what Letters writes, however PlainLetters takes it to be meant. The error says what is wrong with the text.
func FromLetters(text string) ([]byte, error) {
	plain := PlainLetters(text)
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
