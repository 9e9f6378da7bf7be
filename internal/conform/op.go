package conform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// Op is a JSON object of a case: a step, an operation, the script of a server. Its integers are ints.
type Op map[string]any

// UnmarshalJSON keeps integers integers.
func (o *Op) UnmarshalJSON(text []byte) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		return err
	}
	v, err := integers(m)
	if err == nil {
		*o, _ = v.(Op)
	}
	return err
}

// integers turns numbers into ints and objects into Ops, all the way down.
func integers(v any) (any, error) {
	var err error
	switch v := v.(type) {
	case json.Number:
		n, err := v.Int64()
		if err != nil {
			return nil, fmt.Errorf("%s is not an integer", v)
		}
		return int(n), nil
	case []any:
		for i := range v {
			if v[i], err = integers(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for k := range v {
			if v[k], err = integers(v[k]); err != nil {
				return nil, err
			}
		}
		return Op(v), nil
	}
	return v, nil
}

// String prints the object as JSON.
func (o Op) String() string {
	text, err := json.Marshal(map[string]any(o))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// CaseError says that a case asks for something this interpreter does not know, or in a shape it does not
// know. It ends the run of the case.
type CaseError struct {
	Op   string
	What string
}

// Error says what was wrong with which operation.
func (e *CaseError) Error() string { return e.Op + ": " + e.What }

func (o Op) wrong(format string, args ...any) {
	panic(&CaseError{o.String(), fmt.Sprintf(format, args...)})
}

func (o Op) has(key string) bool { _, ok := o[key]; return ok }

func (o Op) name() string { s, _ := o["op"].(string); return s }

// text is a string that must be there.
func (o Op) text(key string) string {
	s, ok := o[key].(string)
	if !ok {
		o.wrong("wants a string as %s", key)
	}
	return s
}

func (o Op) textOr(key, otherwise string) string {
	if !o.has(key) {
		return otherwise
	}
	return o.text(key)
}

func (o Op) number(key string, otherwise int) int {
	if !o.has(key) {
		return otherwise
	}
	n, ok := o[key].(int)
	if !ok {
		o.wrong("wants a number as %s", key)
	}
	return n
}

func (o Op) flag(key string) bool {
	if !o.has(key) {
		return false
	}
	b, ok := o[key].(bool)
	if !ok {
		o.wrong("wants true or false as %s", key)
	}
	return b
}

// object is an object, empty if it is not there.
func (o Op) object(key string) Op {
	if !o.has(key) {
		return Op{}
	}
	sub, ok := o[key].(Op)
	if !ok {
		o.wrong("wants an object as %s", key)
	}
	return sub
}

// row is an array, empty if it is not there.
func (o Op) row(key string) []any {
	if !o.has(key) {
		return nil
	}
	row, ok := o[key].([]any)
	if !ok {
		o.wrong("wants an array as %s", key)
	}
	return row
}

// ops is an array of objects.
func (o Op) ops(key string) []Op {
	row := o.row(key)
	ops := make([]Op, len(row))
	for i := range row {
		sub, ok := row[i].(Op)
		if !ok {
			o.wrong("wants objects in %s", key)
		}
		ops[i] = sub
	}
	return ops
}

// texts is an array of strings.
func (o Op) texts(key string) []string {
	row := o.row(key)
	texts := make([]string, len(row))
	for i := range row {
		s, ok := row[i].(string)
		if !ok {
			o.wrong("wants strings in %s", key)
		}
		texts[i] = s
	}
	return texts
}

// span is a duration in milliseconds, or infinity; otherwise, if it is not there.
func (o Op) span(key string, otherwise time.Duration) time.Duration {
	switch v := o[key].(type) {
	case nil:
		return otherwise
	case int:
		return ms(v)
	case string:
		if v == "infinity" {
			return sim.Forever
		}
	}
	o.wrong("wants milliseconds or infinity as %s", key)
	return 0
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }
