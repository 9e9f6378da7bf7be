package choice

import (
	"fmt"
	"runtime"
	"strings"
)

// Unique makes s panic with an *AskedTwice if a key is asked twice before the next
// Reset. It keeps every key with a stack: for tests and debugging.
func (s *Source) Unique() {
	s.off().asked = make(askers)
}

// AskedTwice is what Unique panics with. Who turns panics of user code into exit
// reasons MUST let it through: it is a bug of the framework, not of the process it
// happens to strike.
type AskedTwice struct {
	Key          Key
	First, Again string // the askers, nearest caller first, one a line
}

func (e *AskedTwice) Error() string {
	return fmt.Sprintf("choice: %v was asked twice\nfirst by\n%sand again by\n%s", e.Key, e.First, e.Again)
}

// askers are the keys asked so far, each with its asker.
type askers map[Key]stack

type stack [16]uintptr

func (m askers) note(k Key) {
	var again stack
	runtime.Callers(3, again[:]) // not Callers, note, ask
	if first, ok := m[k]; ok {
		panic(&AskedTwice{Key: k, First: first.String(), Again: again.String()})
	}
	m[k] = again
}

// String leaves out the Source's own methods: the asker is who called them.
func (s stack) String() string {
	var b strings.Builder
	frames := runtime.CallersFrames(s[:])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if f.Function != "" && !strings.Contains(f.Function, "/choice.(*Source).") {
			fmt.Fprintf(&b, "\t%s (%s:%d)\n", f.Function, f.File, f.Line)
		}
	}
	return b.String()
}
