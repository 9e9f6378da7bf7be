package plan_test

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// toy is a program that asks a row of draws, each of so many answers, and then says how it broke.
type toy struct {
	keys  []choice.Key
	of    int
	judge func(answer func(i int) int, p plan.Plan) string
	runs  int
}

// newToy asks the processes 1 to ids in turn, n draws of each in two domains.
func newToy(ids, n, of int, judge func(answer func(i int) int, p plan.Plan) string) *toy {
	y := &toy{of: of, judge: judge}
	for i := range n {
		for id := range ids {
			y.keys = append(y.keys, key(choice.Order, uint64(id+1), uint64(i)), key(choice.Slice, uint64(id+1), uint64(i)))
		}
	}
	return y
}

func (y *toy) run(p plan.Plan, rec *choice.Recording) plan.Outcome {
	y.runs++
	s := p.Source()
	if rec != nil {
		s.Record(rec)
	}
	answers := make([]int, len(y.keys))
	hash := uint64(len(p.Without))
	for i, k := range y.keys {
		answers[i] = s.Choose(k, y.of)
		hash = choice.Child(hash, "", uint32(answers[i]))
	}
	sig := y.judge(func(i int) int { return answers[i] }, p)
	return plan.Outcome{Signature: sig, Hash: hash, Events: uint64(len(answers)), Now: time.Duration(len(answers)), Drift: s.Drift()}
}

// deviationsOf are the keys' places with what they are answered.
func (y *toy) deviation(i int, answer uint64) choice.Deviation {
	return choice.Deviation{Key: y.keys[i], Answer: answer}
}
