package plan

import (
	"crypto/sha256"
	"encoding/binary"
)

// fingerprint tells canonical plans apart: a map of outcomes must not hold on to plans of a hundred thousand deviations.
type fingerprint [sha256.Size]byte

func fingerprintOf(p Plan) fingerprint {
	b := make([]byte, 0, 64+8*len(p.Without)+25*len(p.Deviations))
	b = binary.LittleEndian.AppendUint64(b, p.Seed)
	b = binary.LittleEndian.AppendUint64(b, uint64(p.For))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(p.Without)))
	if p.Dull {
		b = append(b, 1)
	}
	for _, place := range p.Without {
		b = binary.LittleEndian.AppendUint64(b, uint64(place))
	}
	for _, d := range p.Deviations {
		b = append(b, byte(d.Key.Domain))
		b = binary.LittleEndian.AppendUint64(b, d.Key.ID)
		b = binary.LittleEndian.AppendUint64(b, d.Key.N)
		b = binary.LittleEndian.AppendUint64(b, d.Answer)
	}
	return sha256.Sum256(b)
}
