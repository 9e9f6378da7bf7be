package check_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// ticker counts to n, one number a second.
func ticker(n int) sim.Config {
	return some("ticker", func(p *sim.Proc) {
		for i := range n {
			p.Sleep(time.Second)
			p.Trace("tick", i+1)
		}
	})
}

func tickIs(judge func(n int) bool) check.Cond { return check.User("tick", judge) }

func TestSet_first(t *testing.T) {
	for _, first := range []bool{false, true} {
		set := check.NewSet(
			check.Never("not_five", tickIs(func(n int) bool { return n == 5 })),
			check.Never("not_three", tickIs(func(n int) bool { return n == 3 })),
			check.Always("small", tickIs(func(n int) bool { return n < 100 })),
		)
		set.First = first
		cfg := ticker(10)
		set.Attach(&cfg)
		w := sim.New(cfg)
		r := set.Drive(w, time.Minute)
		set.Finish(w.View(), r)
		w.Close()
		if v, ok := set.Broken(); !ok || set.Signature() != "not_three" || v.At.Truncate(time.Millisecond) != 3*time.Second {
			t.Errorf("%v broke first", v)
		}
		want, stop, small := []check.State{check.Broken, check.Broken, check.Holds}, sim.StopIdle, 10*time.Second
		if first {
			want, stop, small = []check.State{check.Undecided, check.Broken, check.Undecided}, sim.StopHalted, 3*time.Second
		}
		var got []check.State
		for _, v := range set.Verdicts() {
			got = append(got, v.State)
		}
		if !reflect.DeepEqual(got, want) || r.Stop != stop || r.Now.Truncate(time.Second) != small {
			t.Errorf("first %v: %v, stopped at %v: %v", first, got, r.Now, r.Stop)
		}
	}
}

// A rule that breaks at a look stops the run too.
func TestSet_firstLook(t *testing.T) {
	set := check.NewSet(check.Always("early", check.Looked(time.Second, func(v sim.View) bool { return v.Now() < 4*time.Second })))
	set.First = true
	w := sim.New(ticker(10))
	defer w.Close()
	if r := set.Drive(w, time.Minute); r.Stop != sim.StopHalted || r.Now.Truncate(time.Millisecond) != 4*time.Second {
		t.Errorf("stopped at %v: %v", r.Now, r.Stop)
	}
	if set.Signature() != "early" {
		t.Error(set.Verdicts())
	}
}

// Time passes though nothing happens, and rules look meanwhile; where it does not pass, the world stops at once.
func TestSet_Pass(t *testing.T) {
	for _, c := range []struct {
		pass bool
		d    time.Duration
		want string
	}{
		{true, 4 * time.Second, "4s time: 4 looks"},
		{false, 4 * time.Second, "0s idle: 0 looks"},
		{true, sim.Forever, "0s idle: 0 looks"},
	} {
		looks := 0
		set := check.NewSet(check.Always("x", check.Looked(time.Second, func(sim.View) bool { looks++; return true })))
		w := sim.New(boot(func(*sim.Proc) {}))
		drive := set.Drive
		if c.pass {
			drive = set.Pass
		}
		r := drive(w, c.d)
		if got := fmt.Sprintf("%v %v: %d looks", r.Now.Truncate(time.Second), r.Stop, looks); got != c.want {
			t.Errorf("pass %v, %v: %s", c.pass, c.d, got)
		}
		w.Close()
	}
}

// Conditions on the world are judged as often as they ask, and when the run is over.
func TestLooked(t *testing.T) {
	var at []string
	look := func(every time.Duration, name string) check.Cond {
		return check.Looked(every, func(v sim.View) bool {
			at = append(at, fmt.Sprint(name, v.Now().Truncate(time.Millisecond)))
			return true
		})
	}
	set := check.NewSet(
		check.LeadsTo("r", look(2*time.Second, "a"), look(3*time.Second, "b"), time.Second),
		check.AtEnd("e", look(time.Millisecond, "end")),
	)
	w := sim.New(ticker(100))
	defer w.Close()
	set.Drive(w, 4*time.Second)
	set.Finish(w.View(), set.Drive(w, 3*time.Second))
	if got, want := strings.Join(at, " "), "a2s b3s a4s a6s b6s a7s b7s end7s"; got != want {
		t.Errorf("looked %s, and should have: %s", got, want)
	}
}

// What was seen is told in the program's words.
func TestCond_words(t *testing.T) {
	set := check.NewSet(
		check.Never("a", tickIs(nil).Saying(func(f sim.Fact) string { return fmt.Sprint("tick number ", f.Detail) })),
		check.Never("b", tickIs(nil)),
		check.AtEnd("c", check.Looked(time.Second, func(sim.View) bool { return false }).Seeing(func(v sim.View) string { return fmt.Sprint(len(v.Processes()), " left") })),
		check.Always("d", check.On(trace.Exit, nil).Not()),
		check.Never("e", check.Looked(time.Second, func(sim.View) bool { return false }).Not()),
	)
	cfg := ticker(1)
	set.Attach(&cfg)
	w := sim.New(cfg)
	defer w.Close()
	set.Finish(w.View(), set.Drive(w, time.Minute))
	var got []string
	for _, v := range set.Verdicts() {
		got = append(got, fmt.Sprint(v.State, " ", v.Got))
	}
	want := []string{"broken tick number 1", "broken user <local/ticker> tick 1", "broken 0 left",
		"broken exit <local/ticker> normal", "broken "}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}

// A rule's panic is none of the process's whose fact it was looking at.
func TestSet_panic(t *testing.T) {
	set := check.NewSet(check.Always("sloppy", tickIs(func(n int) bool { return 1/(3-n) != 0 })))
	cfg := ticker(10)
	ends := 0
	cfg.Observer = exits(func(sim.Fact) { ends++ })
	set.Attach(&cfg)
	w := sim.New(cfg)
	defer w.Close()
	defer func() {
		if v := recover(); !strings.Contains(fmt.Sprint(v), "divide by zero") || ends > 0 {
			t.Errorf("Drive panicked with %v, and %d processes had ended", v, ends)
		}
	}()
	set.Drive(w, time.Minute)
	t.Error("nobody heard of the panic")
}

type exits func(f sim.Fact)

func (e exits) Observe(f sim.Fact) {
	if f.Kind == trace.Exit {
		e(f)
	}
}

// Rules remember, so each run has its own. With New come those of Default.
func TestRules(t *testing.T) {
	made := 0
	rules := check.Rules(func() []check.Rule {
		made++
		return []check.Rule{check.Always("mine", tickIs(nil))}
	})
	if n := len(rules.Only().Verdicts()); n != 1 {
		t.Errorf("%d rules, and should be 1", n)
	}
	if n := len(rules.New().Verdicts()); n != 1+len(check.Default()) || made != 2 {
		t.Errorf("%d rules, made %d times", n, made)
	}
	names := map[string]bool{}
	for _, v := range check.Rules(nil).New().Verdicts() {
		if v.Rule == "" || v.Kind == "" || names[v.Rule] {
			t.Errorf("%+v has no name, or one that another has", v)
		}
		names[v.Rule] = true
		if v.State != check.Undecided {
			t.Errorf("%v, and nothing has run", v)
		}
	}
}

func ExampleRules() {
	rules := check.Rules(func() []check.Rule {
		order := func(detail any) string { return fmt.Sprint(detail) }
		taken, settled := check.User[int]("taken", nil).By(order), check.User[int]("paid", nil).By(order)
		return []check.Rule{
			check.LeadsTo("taken_is_paid", taken, settled, time.Minute),
			check.Unique("paid_once", settled),
		}
	})
	set := rules.New()
	cfg := sim.Config{Boot: func(p *sim.Proc) {
		p.Spawn("shop", func(p *sim.Proc) {
			for i := range 3 {
				p.Trace("taken", i)
				p.Sleep(20 * time.Second)
				p.Trace("paid", i)
			}
			p.Trace("taken", 3)
			p.Sleep(2 * time.Minute)
		})
	}}
	set.Attach(&cfg)
	w := sim.New(cfg)
	defer w.Close()
	set.Finish(w.View(), set.Drive(w, time.Hour))
	for _, v := range set.Verdicts()[:2] {
		fmt.Println(v)
	}
	fmt.Println(set.Signature())
	// Output:
	// taken_is_paid broken at 2m0.0000005s: user <local/shop> taken 3: it took longer than 1m0s
	// paid_once holds
	// taken_is_paid/#
}
