package trace

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"
)

// The binary form, for keeping long traces: about seven bytes a fact, less under gzip. All numbers are
// varints; signed ones, and differences, zigzag.
//
//	magic, version
//	hash (8 bytes), count, every, marks: their number and 8 bytes each
//	names: their number; each: birth number less the one before, prefix shared with the one before, rest
//	events: their number; each:
//	    kind<<2 | has a detail<<1 | does not follow the fact before
//	    facts between, if it does not follow
//	    time less that of the fact before
//	    subject, object, word less those of the last fact of this kind
//	    detail: 0 and the text, or the number of one that was there before
//	sum of all that (8 bytes)
const (
	magic        = "bedlam-trace\x00"
	codecVersion = 1
	detailBit    = 2
	gapBit       = 1
	prefixMax    = 255     // what names may share: else a small file could hold huge names
	textMax      = 1 << 28 // no text is longer
)

// ErrFormat says that something is not a trace, or not of a version that this package reads.
var ErrFormat = errors.New("trace: not a trace in bedlam's binary form, version 1")

// Encode writes the record in its binary form.
func Encode(w io.Writer, r *Record) error {
	e := encoder{out: bufio.NewWriter(w), texts: map[string]uint64{}}
	e.head(r)
	e.names(r)
	e.events(r)
	e.word(uint64(e.sum))
	return e.out.Flush() // a bufio.Writer remembers its first error
}

type encoder struct {
	out   *bufio.Writer
	buf   [binary.MaxVarintLen64]byte
	texts map[string]uint64
	last  [256]Event // by kind
	sum   sum
}

// sum notices damage. It runs over numbers, not bytes: as fast as the rest, whoever buffers.
type sum uint64

func (s *sum) add(n uint64) { *s = sum(bits.RotateLeft64((uint64(*s)^n)*k0, 29)) }

func (s *sum) text(b string) { s.add(uint64(crc32.ChecksumIEEE([]byte(b)))) }

func (e *encoder) uint(n uint64) {
	e.sum.add(n)
	e.out.Write(binary.AppendUvarint(e.buf[:0], n))
}

func (e *encoder) diff(n uint64) { e.uint(n<<1 ^ -(n >> 63)) }

func (e *encoder) word(n uint64) {
	e.sum.add(n)
	e.out.Write(binary.BigEndian.AppendUint64(e.buf[:0], n))
}

func (e *encoder) text(s string) {
	e.uint(uint64(len(s)))
	e.sum.text(s)
	e.out.WriteString(s)
}

func (e *encoder) head(r *Record) {
	e.out.WriteString(magic)
	e.uint(codecVersion)
	e.word(r.Hash)
	e.uint(r.Count)
	e.uint(r.Every)
	e.uint(uint64(len(r.Marks)))
	for _, m := range r.Marks {
		e.word(m)
	}
}

func (e *encoder) names(r *Record) {
	e.uint(uint64(len(r.Names)))
	before, name := uint64(0), ""
	for _, n := range r.serials() {
		shared := prefix(name, r.Names[n])
		name = r.Names[n]
		e.uint(n - before)
		e.uint(uint64(shared))
		e.text(name[shared:])
		before = n
	}
}

func prefix(a, b string) int {
	n := min(len(a), len(b), prefixMax)
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

func (e *encoder) events(r *Record) {
	e.uint(uint64(len(r.Events)))
	next, at := uint64(0), int64(0)
	for i, v := range r.Events {
		tag := uint64(v.Kind) << 2
		text, detailed := r.Details[i]
		if detailed {
			tag |= detailBit
		}
		index := r.Index(i)
		if index != next {
			tag |= gapBit
		}
		e.uint(tag)
		if index != next {
			e.uint(index - next)
		}
		last := &e.last[v.Kind]
		e.diff(uint64(v.At - at))
		e.diff(v.Subject - last.Subject)
		e.diff(v.Object - last.Object)
		e.diff(v.Word - last.Word)
		if detailed {
			e.detail(text)
		}
		next, at, *last = index+1, v.At, v
	}
}

func (e *encoder) detail(text string) {
	if n, ok := e.texts[text]; ok {
		e.uint(n)
		return
	}
	e.texts[text] = uint64(len(e.texts)) + 1
	e.uint(0)
	e.text(text)
}

// Decode reads what Encode wrote, and nothing behind it. It returns an error for anything else, and takes
// no more memory than what it was given is worth.
func Decode(r io.Reader) (*Record, error) {
	rec, intact, err := decode(r)
	if err == nil && !intact {
		err = errors.New("trace: the file is damaged: its sum is wrong")
	}
	if err != nil {
		return nil, err
	}
	return rec, rec.Verify()
}

// decode is Decode without the last checks.
func decode(r io.Reader) (rec *Record, intact bool, err error) {
	d := decoder{in: bufio.NewReader(r)}
	rec = &Record{Details: map[int]string{}, Names: map[uint64]string{}}
	d.head(rec)
	d.names(rec)
	d.events(rec)
	want := uint64(d.sum)
	return rec, d.word() == want, d.err
}

// decoder goes on after an error, with zeros, until its loops ask.
type decoder struct {
	in    *bufio.Reader
	err   error
	texts []string
	last  [256]Event
	sum   sum
}

func (d *decoder) fail(err error) {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if d.err == nil {
		d.err = fmt.Errorf("trace: %w", err)
	}
}

func (d *decoder) uint() uint64 {
	if d.err != nil {
		return 0
	}
	n, err := binary.ReadUvarint(d.in)
	if err != nil {
		d.fail(err)
	}
	d.sum.add(n)
	return n
}

func (d *decoder) diff() uint64 {
	n := d.uint()
	return n>>1 ^ -(n & 1)
}

func (d *decoder) word() uint64 {
	var b [8]byte
	if _, err := io.ReadFull(d.in, b[:]); err != nil {
		d.fail(err)
	}
	n := binary.BigEndian.Uint64(b[:])
	d.sum.add(n)
	return n
}

// text reads piece by piece: a length is easily claimed.
func (d *decoder) text() string {
	left := d.uint()
	if left > textMax {
		d.fail(fmt.Errorf("a text of %d bytes", left))
	}
	var b []byte
	for left > 0 && d.err == nil {
		piece := min(left, 4096)
		b = append(b, make([]byte, piece)...)
		if _, err := io.ReadFull(d.in, b[len(b)-int(piece):]); err != nil {
			d.fail(err)
		}
		left -= piece
	}
	s := string(b)
	d.sum.text(s)
	return s
}

func (d *decoder) head(r *Record) {
	var b [len(magic)]byte
	if _, err := io.ReadFull(d.in, b[:]); err != nil || string(b[:]) != magic || d.uint() != codecVersion {
		d.err = ErrFormat
		return
	}
	r.Hash, r.Count, r.Every = d.word(), d.uint(), d.uint()
	for n := d.uint(); n > 0 && d.err == nil; n-- {
		r.Marks = append(r.Marks, d.word())
	}
}

func (d *decoder) names(r *Record) {
	serial, name := uint64(0), ""
	for n := d.uint(); n > 0 && d.err == nil; n-- {
		serial += d.uint()
		shared := d.uint()
		if shared > uint64(min(len(name), prefixMax)) {
			d.fail(fmt.Errorf("a name shares %d bytes with %q", shared, name))
			return
		}
		name = name[:shared] + d.text()
		r.Names[serial] = name
	}
}

func (d *decoder) events(r *Record) {
	var indexes []uint64
	next, at := uint64(0), int64(0)
	for n := d.uint(); n > 0 && d.err == nil; n-- {
		tag := d.uint()
		if tag>>2 > 255 {
			d.fail(fmt.Errorf("a fact of kind %d", tag>>2))
			return
		}
		if tag&gapBit != 0 {
			next += d.uint()
		}
		v := d.event(Kind(tag>>2), at)
		if tag&detailBit != 0 {
			r.Details[len(r.Events)] = d.detail()
		}
		r.Events = append(r.Events, v)
		indexes = append(indexes, next)
		next, at = next+1, v.At
	}
	r.number(indexes)
}

func (d *decoder) event(k Kind, at int64) Event {
	last := &d.last[k]
	v := Event{At: at + int64(d.diff()), Kind: k}
	v.Subject = last.Subject + d.diff()
	v.Object = last.Object + d.diff()
	v.Word = last.Word + d.diff()
	*last = v
	return v
}

func (d *decoder) detail() string {
	n := d.uint()
	if n == 0 {
		text := d.text()
		d.texts = append(d.texts, text)
		return text
	}
	if n > uint64(len(d.texts)) {
		d.fail(fmt.Errorf("text %d of %d", n, len(d.texts)))
		return ""
	}
	return d.texts[n-1]
}
