package choice

import (
	"fmt"
	"strconv"
	"strings"
)

// A Key names one draw: "3rd latency draw of link a→b".
type Key struct {
	Domain Domain
	ID     uint64 // stable identity, from ID or Child
	N      uint64 // the question's number among those of this identity in this domain
}

// String prints domain/identity/n, the identity as 16 hexadecimal digits:
// latency/00000000deadbeef/3. ParseKey reads it back.
func (k Key) String() string {
	return fmt.Sprintf("%v/%016x/%d", k.Domain, k.ID, k.N)
}

// ParseKey reads what String prints, and nothing else: a key has one spelling.
func ParseKey(s string) (Key, error) {
	domain, rest, ok1 := strings.Cut(s, "/")
	id, n, ok2 := strings.Cut(rest, "/")
	if !ok1 || !ok2 {
		return Key{}, fmt.Errorf("key wants domain/identity/n, not %q", s)
	}
	var k Key
	var err error
	if k.Domain, err = ParseDomain(domain); err != nil {
		return Key{}, fmt.Errorf("key %q: %w", s, err)
	}
	if k.ID, err = strconv.ParseUint(id, 16, 64); err != nil || len(id) != 16 {
		return Key{}, fmt.Errorf("key %q: identity wants 16 hexadecimal digits, not %q", s, id)
	}
	if k.N, err = strconv.ParseUint(n, 10, 64); err != nil {
		return Key{}, fmt.Errorf("key %q: n wants a decimal number, not %q", s, n)
	}
	if want := k.String(); want != s {
		return Key{}, fmt.Errorf("key %q: is spelled %q", s, want)
	}
	return k, nil
}
