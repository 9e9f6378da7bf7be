package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// The JSON Lines form: a head, then a line a fact. Later versions may add members, and lines without a
// "kind", and readers must leave out what they do not know; whatever else changes takes a new version.
//
//	{"format":"bedlam-trace","version":1,"hash":"0x…","facts":812,"kept":812}
//	{"i":7,"at":12000042000,"kind":"spawn","s":2,"subject":"<a/kv_sup>","o":9,"object":"<a/kv_sup/kv_store.2>","word":2}
//
// i is the fact's number in the run, at the virtual time in ns, s and o birth numbers beside the names,
// which need not be unique. Members that are 0 or empty are left out. Words and hashes beyond 2^53 are
// strings, because many readers of JSON would round them.
const (
	jsonFormat  = "bedlam-trace"
	jsonVersion = 1
)

type jsonHead struct {
	Format  string     `json:"format"`
	Version int        `json:"version"`
	Hash    jsonHash   `json:"hash"`
	Facts   uint64     `json:"facts"`
	Kept    int        `json:"kept"`
	Every   uint64     `json:"every,omitempty"`
	Marks   []jsonHash `json:"marks,omitempty"`
}

type jsonFact struct {
	I       uint64   `json:"i"`
	At      int64    `json:"at"`
	Kind    string   `json:"kind"`
	S       uint64   `json:"s,omitempty"`
	Subject string   `json:"subject,omitempty"`
	O       uint64   `json:"o,omitempty"`
	Object  string   `json:"object,omitempty"`
	Word    jsonWord `json:"word,omitempty"`
	Detail  string   `json:"detail,omitempty"`
}

// WriteJSONL writes the record as JSON Lines. Names of processes that no fact speaks of are not in it, and
// what is not UTF-8 in a text is replaced.
func WriteJSONL(w io.Writer, r *Record) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	head := jsonHead{jsonFormat, jsonVersion, jsonHash(r.Hash), r.Count, len(r.Events), r.Every, nil}
	for _, m := range r.Marks {
		head.Marks = append(head.Marks, jsonHash(m))
	}
	if err := enc.Encode(head); err != nil {
		return err
	}
	for i, e := range r.Events {
		fact := jsonFact{
			I: r.Index(i), At: e.At, Kind: e.Kind.String(), S: e.Subject, Subject: r.Names[e.Subject],
			O: e.Object, Object: r.Names[e.Object], Word: jsonWord(e.Word), Detail: r.Details[i],
		}
		if err := enc.Encode(fact); err != nil {
			return err
		}
	}
	return out.Flush()
}

// ReadJSONL reads what WriteJSONL wrote. Errors name the line.
func ReadJSONL(r io.Reader) (*Record, error) {
	d := jsonReader{
		in: bufio.NewReader(r), record: &Record{Details: map[int]string{}, Names: map[uint64]string{}},
	}
	for {
		err := d.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("trace: line %d: %w", d.line, err)
		}
	}
	return d.finish()
}

type jsonReader struct {
	in      *bufio.Reader
	line    int
	head    *jsonHead
	record  *Record
	indexes []uint64
}

// next reads one line.
func (d *jsonReader) next() error {
	text, err := d.in.ReadBytes('\n')
	if err != nil && len(text) == 0 {
		return err
	}
	d.line++
	if text = bytes.TrimSpace(text); len(text) == 0 {
		return nil
	}
	if d.head == nil {
		return d.readHead(text)
	}
	return d.readFact(text)
}

func (d *jsonReader) readHead(text []byte) error {
	var h jsonHead
	if err := json.Unmarshal(text, &h); err != nil {
		return err
	}
	if h.Format != jsonFormat || h.Version != jsonVersion {
		return fmt.Errorf("a trace begins with %q version %d, not %q version %d", jsonFormat, jsonVersion, h.Format, h.Version)
	}
	d.head = &h
	d.record.Chain = Chain{Every: h.Every, Hash: uint64(h.Hash), Count: h.Facts}
	for _, m := range h.Marks {
		d.record.Marks = append(d.record.Marks, uint64(m))
	}
	return nil
}

func (d *jsonReader) readFact(text []byte) error {
	var f jsonFact
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	if f.Kind == "" {
		return nil
	}
	kind, err := ParseKind(f.Kind)
	if err != nil {
		return err
	}
	r := d.record
	r.name(f.S, f.Subject)
	r.name(f.O, f.Object)
	if f.Detail != "" {
		r.Details[len(r.Events)] = f.Detail
	}
	r.Events = append(r.Events, Event{f.At, f.S, f.O, uint64(f.Word), kind})
	d.indexes = append(d.indexes, f.I)
	return nil
}

func (d *jsonReader) finish() (*Record, error) {
	r := d.record
	if d.head == nil {
		return nil, errors.New("trace: it is empty: not even a head")
	}
	if len(r.Events) != d.head.Kept {
		return nil, fmt.Errorf("trace: %d facts, and the head says %d: the end is missing", len(r.Events), d.head.Kept)
	}
	r.number(d.indexes)
	return r, r.Verify()
}

func (r *Record) name(serial uint64, name string) {
	if name != "" {
		r.Names[serial] = name
	}
}

// jsonWord is a number, or a string of hexadecimal digits where a number would be rounded.
type jsonWord uint64

// jsonHash is always a string of hexadecimal digits.
type jsonHash uint64

const exact = 1 << 53 // a double holds every integer up to here

// MarshalJSON writes 812 or "0xfedcba9876543210".
func (w jsonWord) MarshalJSON() ([]byte, error) {
	if w <= exact {
		return strconv.AppendUint(nil, uint64(w), 10), nil
	}
	return jsonHash(w).MarshalJSON()
}

// UnmarshalJSON reads both.
func (w *jsonWord) UnmarshalJSON(text []byte) error {
	n, err := strconv.ParseUint(string(bytes.Trim(text, `"`)), 0, 64)
	*w = jsonWord(n)
	return err
}

// MarshalJSON writes "0x0123456789abcdef".
func (h jsonHash) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, `"0x%016x"`, uint64(h)), nil }

// UnmarshalJSON reads it.
func (h *jsonHash) UnmarshalJSON(text []byte) error { return (*jsonWord)(h).UnmarshalJSON(text) }
