package sim

import (
	"fmt"
	"path"
	"reflect"
	"runtime"
	"strings"
)

// Site is a place in the code of a process.
type Site struct {
	Func string // the function, with its package: chat.(*Room).HandleCall
	File string // the file and its folder, which is the same on every machine: chat/room.go
	Line int
	pkg  string // the package, with its path
}

// IsZero reports whether it is no place at all.
func (s Site) IsZero() bool { return s.Func == "" }

// String prints the place as function (file:line).
func (s Site) String() string {
	if s.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s (%s:%d)", s.Func, s.File, s.Line)
}

// Package is the path of the package that the code is in.
func (s Site) Package() string { return s.pkg }

// Stack is where a process stands in the middle of its code: its functions, the innermost first, without those
// of this package.
type Stack []Site

// Own is the innermost place of the program's own code. If there is none, as in a supervisor that waits for a
// child's end, it is the innermost of all.
func (s Stack) Own() Site {
	for _, site := range s {
		if site.own() {
			return site
		}
	}
	if len(s) == 0 {
		return Site{}
	}
	return s[0]
}

// String prints a place a line.
func (s Stack) String() string {
	var b strings.Builder
	for _, site := range s {
		b.WriteString(site.String() + "\n")
	}
	return b.String()
}

// Stack is where a process that waits, or was preempted, in the middle of its code stands. It is empty if the
// process has no stack.
//
// To look there the process's stack is let run for a moment, in which it does nothing but look at itself.
func (v View) Stack(pid PID) Stack {
	w, p := v.w, v.w.alive(pid.Identity())
	if p == nil || p.stack == nil || w.closing || w.lost {
		return nil
	}
	if p.stack == w.worker { // we stand on top of it
		return sitesBelow(callers())
	}
	w.probe = &probe{from: w.worker}
	w.change(p.stack)
	pcs := w.probe.pcs
	w.probe = nil
	return sitesBelow(pcs)
}

// probe makes a parked stack tell where it is. See switchTo.
type probe struct {
	from *worker // who wants to know
	pcs  []uintptr
}

const probeDepth = 128

func callers() []uintptr {
	var pcs [probeDepth]uintptr
	return append([]uintptr(nil), pcs[:runtime.Callers(2, pcs[:])]...)
}

var (
	thisPackage = reflect.TypeFor[Proc]().PkgPath()
	parked      = thisPackage + ".(*Proc).park"
	ranBy       = thisPackage + ".(*World).run"
)

// sitesBelow are the places between the call that parked the process and the one that ran it: the rest is the loop's.
func sitesBelow(pcs []uintptr) Stack {
	var sites Stack
	below := false
	frames := runtime.CallersFrames(pcs)
	for {
		f, more := frames.Next()
		if site := siteOf(f); below && site.pkg != thisPackage && site.pkg != "runtime" {
			sites = append(sites, site)
		}
		below = below || f.Function == parked
		if !more || below && f.Function == ranBy {
			return sites
		}
	}
}

func siteOf(f runtime.Frame) Site {
	folder, file := path.Split(f.File)
	s := Site{Func: path.Base(f.Function), File: path.Join(path.Base(folder), file), Line: f.Line}
	name := len(f.Function) - len(s.Func)
	short, _, _ := strings.Cut(s.Func, ".")
	s.pkg = f.Function[:name] + short
	return s
}

// own reports whether the code is the program's, and none of a library that stands below this package.
func (s Site) own() bool {
	return strings.HasSuffix(s.File, "_test.go") || !strings.HasPrefix(s.pkg, thisPackage+"/")
}
