package sim

import (
	"testing"
	"unsafe"
)

// Three cache lines: the first two are what a message touches.
func TestProcFitsItsCacheLines(t *testing.T) {
	if size := unsafe.Sizeof(Proc{}); size != 192 {
		t.Errorf("a Proc has %d bytes, not 192", size)
	}
}
