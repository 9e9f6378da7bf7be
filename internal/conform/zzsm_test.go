package conform

import "testing"

func TestZZSM(t *testing.T) {
	var sum Summary
	for _, o := range runAll(read(t, "smrec.jsonl"), Options{}) {
		sum.Add(o)
		judge(t, o, "")
	}
	t.Log(sum.String())
}
