package supervisor

import (
	"strings"
	"testing"
)

// shape prints a table: its children in order, a * behind those that run, a ? behind those retried.
func (t *table) shape() string {
	var b strings.Builder
	for c := t.first; c != nil; c = c.next {
		b.WriteString(c.spec.ID + [...]string{stopped: "", running: "*", retrying: "?"}[c.phase])
		if c.next != nil && c.next.prev != c || c.next == nil && t.last != c {
			b.WriteString(" BROKEN")
		}
	}
	return b.String()
}

func TestTable(t *testing.T) {
	tab := newTable([]Child{{ID: "a"}, {ID: "b", Restart: Temporary}, {ID: "c"}}, false)
	a, b, c := tab.named("a"), tab.named("b"), tab.named("c")
	pa, pb, pc := pid(1), pid(2), pid(3)
	want := func(shape string) {
		t.Helper()
		if got := tab.shape(); got != shape {
			t.Errorf("table is %s, want %s", got, shape)
		}
	}
	want("abc")
	tab.runs(a, pa)
	tab.runs(b, pb)
	tab.runs(c, pc)
	want("a*b*c*")
	if tab.holding(pb) != b || tab.holding(pid(4)) != nil {
		t.Error("children are not found by process")
	}
	tab.ended(b)
	want("a*c*")
	if tab.named("b") != nil || tab.holding(pb) != nil || tab.size != 2 {
		t.Error("a temporary child that ended is still there")
	}
	tab.ended(a)
	want("ac*")
	tab.retries(c, pc)
	want("ac?")
	if tab.holding(pc) != nil || tab.retriedAs(tryAgain{id: "c"}) != c || tab.retriedAs(tryAgain{id: "a"}) != nil {
		t.Error("a retried child is not found as one")
	}
	tab.add(settled(Child{ID: "d"}))
	want("ac?d")
	tab.remove(a)
	want("c?d")
	tab.remove(tab.named("d"))
	want("c?")
	tab.remove(c)
	want("")
}

// SUP19: new specifications apply, processes stay; what is specified no more goes to the end of the line.
func TestTable_update(t *testing.T) {
	tab := newTable([]Child{{ID: "a"}, {ID: "b"}, {ID: "c"}}, false)
	for i, id := range []string{"a", "b", "c"} {
		tab.runs(tab.named(id), pid(uint64(i+1)))
	}
	tab.update([]Child{{ID: "d"}, {ID: "c", Restart: Transient}})
	if got, want := tab.shape(), "dc*a*b*"; got != want {
		t.Errorf("table is %s, want %s", got, want)
	}
	if tab.named("c").spec.Restart != Transient || tab.size != 4 || tab.holding(pid(3)) != tab.named("c") {
		t.Error("c has not got its new specification, or lost its process")
	}
}

func TestTable_dynamic(t *testing.T) {
	tab := newTable([]Child{{ID: "x"}}, true)
	p1, p2 := pid(1), pid(2)
	c := tab.addDynamic(p1, []any{1})
	tab.addDynamic(p2, nil)
	if got, want := tab.shape(), "x*x*"; got != want {
		t.Errorf("table is %s, want %s", got, want)
	}
	tab.retries(c, p1)
	if tab.holding(p1) != nil || tab.retriedAs(tryAgain{pid: p1}) != c || len(c.args) != 1 {
		t.Error("a retried dynamic child is not found by the process it had")
	}
	tab.vanished(c)
	if tab.ghost != c || tab.size != 2 {
		t.Error("OTP 25 keeps a child that chose not to be restarted")
	}
	tab.vanished(tab.holding(p2))
	if tab.size != 1 {
		t.Error("OTP 25 keeps one such child for all")
	}
	tab.ended(tab.ghost)
	if tab.size != 0 || tab.ghost != nil {
		t.Error("the ghost does not go")
	}
}
