package simtest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// fake is a test that may fail without the real one: it notes what it is told.
type fake struct {
	testing.TB
	name    string
	text    strings.Builder
	logs    strings.Builder
	attrs   []string
	dir     string
	failed  bool
	skipped bool
}

func (f *fake) Helper()             {}
func (f *fake) Name() string        { return f.name }
func (f *fake) Failed() bool        { return f.failed }
func (f *fake) Skipped() bool       { return f.skipped }
func (f *fake) ArtifactDir() string { return f.dir }
func (f *fake) Attr(k, v string)    { f.attrs = append(f.attrs, k+"="+v) }
func (f *fake) Log(args ...any)     { fmt.Fprintln(&f.logs, args...) }
func (f *fake) Fail()               { f.failed = true }
func (f *fake) FailNow()            { f.failed = true; runtime.Goexit() }
func (f *fake) SkipNow()            { f.skipped = true; runtime.Goexit() }
func (f *fake) Skip(args ...any)    { f.Log(args...); f.SkipNow() }

func (f *fake) Logf(format string, args ...any) { fmt.Fprintf(&f.logs, format+"\n", args...) }
func (f *fake) Error(args ...any)               { fmt.Fprintln(&f.text, args...); f.Fail() }
func (f *fake) Fatal(args ...any)               { f.Error(args...); f.FailNow() }
func (f *fake) Errorf(format string, args ...any) {
	fmt.Fprintf(&f.text, format+"\n", args...)
	f.Fail()
}
func (f *fake) Fatalf(format string, args ...any) { f.Errorf(format, args...); f.FailNow() }

// try runs a test that may fail. returned is whether it came to its end.
func try(t *testing.T, name string, test func(t testing.TB)) (f *fake, returned bool) {
	t.Helper()
	f = &fake{TB: t, name: name, dir: t.TempDir()}
	var panicked any
	done := make(chan bool)
	go func() {
		defer close(done)
		defer func() { panicked = recover() }()
		test(f)
		returned = true
	}()
	<-done
	if panicked != nil {
		panic(panicked)
	}
	return f, returned
}
