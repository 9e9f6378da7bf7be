package conform

import (
	"os"
	"testing"
)

func TestZZ(t *testing.T) {
	if os.Getenv("ZZ") == "" {
		t.Skip()
	}
	var sum Summary
	for _, o := range runAll(read(t, os.Getenv("ZZ")), Options{}) {
		sum.Add(o)
		judge(t, o, "")
	}
	t.Log(sum.String())
}
