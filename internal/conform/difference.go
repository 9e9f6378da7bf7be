package conform

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// difference tells, for people, where two recordings of a case first part. It is "" if nowhere.
func difference(c *Case, want, got *Recording) string {
	for i := range c.Steps {
		if i >= len(want.Steps) {
			return fmt.Sprintf("the recording has %d steps, the case %d\n", len(want.Steps), len(c.Steps))
		}
		if i >= len(got.Steps) {
			return fmt.Sprintf("the run ended before step %d %s\n", i, c.Steps[i])
		}
		if text := stepDifference(&want.Steps[i], &got.Steps[i]); text != "" {
			return fmt.Sprintf("step %d %s\n%s", i, c.Steps[i], text)
		}
	}
	if text := fieldDifference("alive", want.Alive, got.Alive); text != "" {
		return "at the end\n" + text
	}
	return ""
}

// stepDifference lists the fields in which two steps differ.
func stepDifference(want, got *Step) string {
	var b strings.Builder
	w, g := reflect.ValueOf(want).Elem(), reflect.ValueOf(got).Elem()
	for i := range w.NumField() {
		name, _, _ := strings.Cut(w.Type().Field(i).Tag.Get("json"), ",")
		b.WriteString(fieldDifference(name, w.Field(i).Interface(), g.Field(i).Interface()))
	}
	return b.String()
}

// fieldDifference shows both values of a field that differs. Nothing and empty are the same.
func fieldDifference(name string, want, got any) string {
	w, g := fieldText(want), fieldText(got)
	if w == g {
		return ""
	}
	return fmt.Sprintf("  %-5s want %s\n        got  %s\n", name, w, g)
}

// fieldText prints a field as JSON, in which maps are sorted.
func fieldText(v any) string {
	r := reflect.ValueOf(v)
	if (r.Kind() == reflect.Map || r.Kind() == reflect.Slice) && r.Len() == 0 {
		return "nothing"
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}
