package term

import (
	"fmt"
	"path"
	"runtime"
	"strings"
)

// Stack is where a process was when it crashed. It is for people: it takes no part in Equal, and prints
// as STACK inside a term.
type Stack []uintptr

// stackDepth is how many frames are kept: enough to see who asked.
const stackDepth = 16

// Callers captures the stack of its caller's caller, skip frames above it left out.
func Callers(skip int) Stack {
	var pcs [stackDepth]uintptr
	n := runtime.Callers(skip+2, pcs[:])
	return append(Stack(nil), pcs[:n]...)
}

// String prints a line a frame: function (file:line). It leaves out the runtime's own frames.
func (s Stack) String() string {
	if len(s) == 0 {
		return ""
	}
	var b strings.Builder
	frames := runtime.CallersFrames(s)
	for {
		f, more := frames.Next()
		if f.Function != "" && !strings.HasPrefix(f.Function, "runtime.") {
			fmt.Fprintf(&b, "%s (%s:%d)\n", path.Base(f.Function), path.Base(f.File), f.Line)
		}
		if !more {
			return b.String()
		}
	}
}
