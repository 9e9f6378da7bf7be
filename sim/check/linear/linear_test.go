package linear_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/sim/check/linear"
	"pgregory.net/rapid"
)

// history makes operations of words such as "0-3 op answer": its call, its return (or nothing) and what it was.
func history(t *testing.T, ops ...linear.Operation) []linear.Operation { t.Helper(); return ops }

func op(call, ret int, what, answer any) linear.Operation {
	return linear.Operation{Op: what, Answer: answer, Call: call, Return: ret}
}

func open(call int, what any) linear.Operation {
	return linear.Operation{Op: what, Answer: linear.Unknown{}, Call: call, Return: linear.Never}
}

func TestCheck(t *testing.T) {
	list := []int{1, 2} // a value that == cannot compare
	for _, c := range []struct {
		name  string
		model linear.Model
		ops   []linear.Operation
		want  linear.State
	}{
		{"nothing", linear.Register{}, nil, linear.Linearizable},
		{"one after the other", linear.Register{}, history(t, op(1, 2, linear.Write{1}, nil), op(3, 4, linear.Read{}, 1)), linear.Linearizable},
		{"a stale read", linear.Register{}, history(t, op(1, 2, linear.Write{1}, nil), op(3, 4, linear.Read{}, nil)), linear.NotLinearizable},
		{"a read under way may be old", linear.Register{}, history(t, op(1, 4, linear.Write{1}, nil), op(2, 3, linear.Read{}, nil)), linear.Linearizable},
		{"new, then old again", linear.Register{}, history(t, op(1, 6, linear.Write{1}, nil), op(2, 3, linear.Read{}, 1), op(4, 5, linear.Read{}, nil)), linear.NotLinearizable},
		{"a write without an answer has happened", linear.Register{}, history(t, open(1, linear.Write{1}), op(2, 3, linear.Read{}, 1)), linear.Linearizable},
		{"… or has not", linear.Register{}, history(t, open(1, linear.Write{1}), op(2, 3, linear.Read{}, nil)), linear.Linearizable},
		{"… or happens late", linear.Register{}, history(t, open(1, linear.Write{1}), op(2, 3, linear.Read{}, nil), op(4, 5, linear.Read{}, 1)), linear.Linearizable},
		{"… but once", linear.Counter{}, history(t, open(1, linear.Add{1}), op(2, 3, linear.Read{}, 2)), linear.NotLinearizable},
		{"a lost update", linear.Counter{}, history(t, op(1, 3, linear.Add{1}, nil), op(2, 4, linear.Add{1}, nil), op(5, 6, linear.Read{}, 1)), linear.NotLinearizable},
		{"a counter that tells", linear.Counter{}, history(t, op(1, 3, linear.Add{1}, 2), op(2, 4, linear.Add{1}, 1)), linear.Linearizable},
		{"one swap of two wins", linear.Register{}, history(t, op(1, 3, linear.Swap{nil, 1}, true), op(2, 4, linear.Swap{nil, 2}, false)), linear.Linearizable},
		{"both win", linear.Register{}, history(t, op(1, 3, linear.Swap{nil, 1}, true), op(2, 4, linear.Swap{nil, 2}, true)), linear.NotLinearizable},
		{"a set", linear.Set{}, history(t, op(1, 2, linear.Insert{1}, true), op(3, 4, linear.Insert{1}, false), op(5, 6, linear.Has{2}, false), op(7, 8, linear.Remove{1}, true)), linear.Linearizable},
		{"inserted twice", linear.Set{}, history(t, op(1, 3, linear.Insert{1}, true), op(2, 4, linear.Insert{1}, true)), linear.NotLinearizable},
		{"a queue", linear.Queue{}, history(t, op(1, 2, linear.Push{"a"}, nil), op(3, 4, linear.Push{"b"}, nil), op(5, 6, linear.Pop{}, "a"), op(7, 8, linear.Pop{}, "b"), op(9, 10, linear.Pop{}, linear.Empty{})), linear.Linearizable},
		{"out of order", linear.Queue{}, history(t, op(1, 2, linear.Push{"a"}, nil), op(3, 4, linear.Push{"b"}, nil), op(5, 6, linear.Pop{}, "b")), linear.NotLinearizable},
		{"popped twice", linear.Queue{}, history(t, op(1, 2, linear.Push{"a"}, nil), op(3, 5, linear.Pop{}, "a"), op(4, 6, linear.Pop{}, "a")), linear.NotLinearizable},
		{"a map", linear.Map{}, history(t, op(1, 2, linear.Put{"x", 1}, nil), op(3, 4, linear.Get{"y"}, nil), op(5, 6, linear.Get{"x"}, 1), op(7, 8, linear.Delete{"x"}, nil), op(9, 10, linear.Get{"x"}, nil)), linear.Linearizable},
		{"another key's value", linear.Map{}, history(t, op(1, 2, linear.Put{"x", 1}, nil), op(3, 4, linear.Get{"y"}, 1)), linear.NotLinearizable},
		{"a lock", linear.Lock{}, history(t, op(1, 2, linear.Acquire{"a"}, true), op(3, 4, linear.Acquire{"b"}, false), op(5, 6, linear.Release{"a"}, true), op(7, 8, linear.Acquire{"b"}, true)), linear.Linearizable},
		{"two holders", linear.Lock{}, history(t, op(1, 2, linear.Acquire{"a"}, true), op(3, 4, linear.Acquire{"b"}, true)), linear.NotLinearizable},
		{"values that cannot be compared", linear.Register{}, history(t, op(1, 2, linear.Write{list}, nil), op(3, 4, linear.Read{}, []int{1, 2})), linear.Linearizable},
		{"an operation of another model", linear.Lock{}, history(t, op(1, 2, linear.Pop{}, nil)), linear.NotLinearizable},
	} {
		if got := linear.Check(c.model, c.ops, 0); got.State != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestCheck_tellsWhy(t *testing.T) {
	got := linear.Check(linear.Map{}, history(t, op(1, 2, linear.Put{"x", 1}, nil), op(3, 4, linear.Put{"y", 1}, nil), op(5, 6, linear.Get{"y"}, 2)), 0)
	const want = `no order explains "y"; after <none> at 0s: #Put{Key="y",Value=1} -> nil none of these can come: <none> at 0s: #Get{Key="y"} -> 2`
	if got.String() != want {
		t.Errorf("%s", got)
	}
}

// A budget is in steps: the same on every machine.
func TestCheck_budget(t *testing.T) {
	var ops []linear.Operation
	for i := range 12 { // all at once, and an answer that cannot be
		ops = append(ops, op(i, 100+i, linear.Push{i}, nil))
	}
	ops = append(ops, op(200, 201, linear.Pop{}, "none of them"))
	a, b := linear.Check(linear.Queue{}, ops, 5000), linear.Check(linear.Queue{}, ops, 5000)
	if a.State != linear.OutOfSteps || a.Steps != 5000 || fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("%v, then %v", a, b)
	}
}

// The memory of what was tried keeps an easy case easy, though thousands of orders would do.
func TestCheck_manyOperations(t *testing.T) {
	var ops []linear.Operation
	for i := range 2000 {
		ops = append(ops, op(3*i, 3*i+4, linear.Add{1}, nil))
	}
	ops = append(ops, op(10000, 10001, linear.Read{}, 2000))
	if got := linear.Check(linear.Counter{}, ops, 0); got.State != linear.Linearizable || got.Steps > 10000 {
		t.Errorf("%v after %d steps", got, got.Steps)
	}
}

// … and a hopeless one bearable: ten operations at once have millions of orders, but only a thousand sets of those that came first.
func TestCheck_remembers(t *testing.T) {
	var ops []linear.Operation
	for i := range 10 {
		ops = append(ops, op(i, 100+i, linear.Add{1}, nil))
	}
	ops = append(ops, op(200, 201, linear.Read{}, 11))
	if got := linear.Check(linear.Counter{}, ops, 0); got.State != linear.NotLinearizable || got.Steps > 10*1024 {
		t.Errorf("%v after %d steps", got, got.Steps)
	}
}

// genOps draws a history of few operations: places are a shuffle, and some have no answer.
func genOps(t *rapid.T, what func(t *rapid.T) (op, answer any)) []linear.Operation {
	n := rapid.IntRange(0, 6).Draw(t, "operations")
	places := rapid.Permutation(seq(2*n)).Draw(t, "places")
	var ops []linear.Operation
	for i := range n {
		o, answer := what(t)
		a, b := places[2*i], places[2*i+1]
		x := op(min(a, b), max(a, b), o, answer)
		if rapid.IntRange(0, 3).Draw(t, "lost") == 3 {
			x.Return, x.Answer = linear.Never, linear.Unknown{}
		}
		ops = append(ops, x)
	}
	slices.SortFunc(ops, func(a, b linear.Operation) int { return a.Call - b.Call })
	return ops
}

func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// dumb tries all orders of all subsets that hold every operation with an answer.
func dumb(m linear.Model, ops []linear.Operation) bool {
	return order(m, m.Init(), ops)
}

func order(m linear.Model, state any, left []linear.Operation) bool {
	done := true
	for _, o := range left {
		done = done && o.Return == linear.Never
	}
	if done {
		return true
	}
	for i, o := range left {
		if slices.ContainsFunc(left, func(p linear.Operation) bool { return p.Return < o.Call }) {
			continue // that one has to come before
		}
		if next, ok := m.Step(state, o.Op, o.Answer); ok && order(m, next, slices.Delete(slices.Clone(left), i, i+1)) {
			return true
		}
	}
	return false
}

// Check is the same as trying all orders, with parts and without.
func TestCheck_twin(t *testing.T) {
	small := rapid.IntRange(0, 2)
	draw := func(t *rapid.T, name string) int { return small.Draw(t, name) }
	yes := rapid.Bool()
	for _, c := range []struct {
		name  string
		model linear.Model
		what  func(t *rapid.T) (op, answer any)
	}{
		{"register", linear.Register{First: 0}, func(t *rapid.T) (any, any) {
			switch draw(t, "kind") {
			case 0:
				return linear.Read{}, draw(t, "value")
			case 1:
				return linear.Write{draw(t, "value")}, nil
			}
			return linear.Swap{draw(t, "old"), draw(t, "new")}, yes.Draw(t, "swapped")
		}},
		{"counter", linear.Counter{}, func(t *rapid.T) (any, any) {
			if yes.Draw(t, "reads") {
				return linear.Read{}, draw(t, "n")
			}
			return linear.Add{1}, rapid.SampledFrom([]any{nil, 1, 2, 3}).Draw(t, "n")
		}},
		{"set", linear.Set{}, func(t *rapid.T) (any, any) {
			v := draw(t, "value")
			return rapid.SampledFrom([]any{linear.Insert{v}, linear.Remove{v}, linear.Has{v}}).Draw(t, "op"), yes.Draw(t, "answer")
		}},
		{"map", linear.Map{}, func(t *rapid.T) (any, any) {
			k, v := draw(t, "key"), draw(t, "value")
			return rapid.SampledFrom([]any{linear.Put{k, v}, linear.Get{k}, linear.Delete{k}}).Draw(t, "op"), rapid.SampledFrom([]any{nil, 0, 1}).Draw(t, "answer")
		}},
		{"queue", linear.Queue{}, func(t *rapid.T) (any, any) {
			if yes.Draw(t, "push") {
				return linear.Push{draw(t, "value")}, nil
			}
			return linear.Pop{}, rapid.SampledFrom([]any{linear.Empty{}, 0, 1}).Draw(t, "answer")
		}},
		{"lock", linear.Lock{}, func(t *rapid.T) (any, any) {
			who := draw(t, "who")
			return rapid.SampledFrom([]any{linear.Acquire{who}, linear.Release{who}}).Draw(t, "op"), yes.Draw(t, "answer")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			yeses, noes := 0, 0
			rapid.Check(t, func(t *rapid.T) {
				ops := genOps(t, c.what)
				got := linear.Check(c.model, ops, 0)
				want := true
				for _, p := range byPart(c.model, ops) {
					want = want && dumb(c.model, p)
				}
				if whole, is := c.model.(linear.Set); is { // parts concern each other no more than this
					want = want && dumb(together{whole}, ops)
				}
				if (got.State == linear.Linearizable) != want {
					t.Fatalf("%v, and should be linearizable: %v\n%s", got, want, lines(ops))
				}
				if want {
					yeses++
				} else {
					noes++
				}
			})
			if yeses == 0 || noes == 0 {
				t.Errorf("%d histories are linearizable and %d are not: this proves nothing", yeses, noes)
			}
		})
	}
}

// together is a set whose state is all of its values.
type together struct{ linear.Set }

func (together) Init() any { return [3]bool{} }

func (m together) Step(state, op, answer any) (any, bool) {
	s := state.([3]bool)
	i := int(m.Part(op)[0] - '0')
	next, ok := m.Set.Step(s[i], op, answer)
	s[i], _ = next.(bool)
	return s, ok
}

func byPart(m linear.Model, ops []linear.Operation) map[string][]linear.Operation {
	all := map[string][]linear.Operation{}
	for _, o := range ops {
		all[m.Part(o.Op)] = append(all[m.Part(o.Op)], o)
	}
	return all
}

func lines(ops []linear.Operation) string {
	var b strings.Builder
	for _, o := range ops {
		fmt.Fprintf(&b, "%d-%d %v\n", o.Call, o.Return, o)
	}
	return b.String()
}
