package code_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/code"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"pgregory.net/rapid"
)

// act is something that is done to a node's code, or to the processes that run it.
type act struct {
	Verb, Who, Vsn, Order string
	Brutal                bool
	Fails                 []string // whose CodeChange fails
}

func (a act) String() string {
	return strings.TrimSpace(fmt.Sprint(a.Verb, " ", a.Who, " ", a.Vsn, " ", a.Order, " ", a.Brutal, " ", a.Fails))
}

var (
	people = []string{"a", "b", "c"}
	vsns   = []string{"1", "2"}
)

func drawAct(t *rapid.T) act {
	a := act{Who: rapid.SampledFrom(people).Draw(t, "who"), Vsn: rapid.SampledFrom(vsns).Draw(t, "vsn")}
	a.Verb = rapid.SampledFrom([]string{"start", "start", "add", "add", "load", "purge", "soft_purge", "kill", "upgrade", "upgrade", "upgrade"}).Draw(t, "verb")
	if a.Verb == "upgrade" {
		a.Order = rapid.SampledFrom([]string{"all", "rolling"}).Draw(t, "order")
		a.Brutal = rapid.IntRange(0, 3).Draw(t, "brutal") == 0
		for _, who := range people {
			if rapid.IntRange(0, 4).Draw(t, who+" fails") == 0 {
				a.Fails = append(a.Fails, who)
			}
		}
	}
	return a
}

// twin is a node's code as a dumb list: which load everybody runs, by its number, and what everybody has counted.
type twin struct {
	vsns         []string // of each load
	current, old int      // -1: none
	order        []string // who lives, oldest first
	runs, n      map[string]int
}

func newTwin() *twin {
	return &twin{vsns: []string{"1"}, old: -1, runs: map[string]int{}, n: map[string]int{}}
}

func (w *twin) onOld() (who []string) {
	for _, x := range w.order {
		if w.old >= 0 && w.runs[x] == w.old {
			who = append(who, x)
		}
	}
	return who
}

func (w *twin) purge() string {
	victims := w.onOld()
	w.order = slices.DeleteFunc(w.order, func(x string) bool { return slices.Contains(victims, x) })
	w.old = -1
	return fmt.Sprint(len(victims) > 0)
}

func (w *twin) softPurge() string {
	if len(w.onOld()) > 0 {
		return "false"
	}
	w.old = -1
	return "true"
}

func (w *twin) load(vsn string) {
	w.vsns = append(w.vsns, vsn)
	w.old, w.current = w.current, len(w.vsns)-1
}

// upgrade: everybody or nobody, but for those who cannot come back.
func (w *twin) upgrade(a act) string {
	again := w.vsns[w.current] == a.Vsn
	if again && w.old < 0 {
		return "ok"
	}
	if !again {
		if a.Brutal {
			w.purge()
		} else if w.softPurge() == "false" {
			return "purge"
		}
		w.load(a.Vsn)
	}
	before := map[string]int{}
	word := "ok"
	var did []string
	for _, x := range w.order {
		if w.runs[x] == w.current {
			continue
		}
		if slices.Contains(a.Fails, x) && w.vsns[w.runs[x]] != a.Vsn {
			word = "code_change"
			break
		}
		did = append(did, x)
		before[x], w.runs[x] = w.runs[x], w.current
	}
	if word != "ok" {
		for _, x := range did { // who fails on the way there would fail on the way back, but comes not so far
			if a.Order == "all" || !again {
				w.runs[x] = before[x]
			}
		}
		if !again {
			w.current, w.old = w.old, w.current
			w.softPurge()
		}
		return word
	}
	if a.Brutal {
		w.purge()
	} else {
		w.softPurge()
	}
	return word
}

func (w *twin) do(a act) string {
	lives := slices.Contains(w.order, a.Who)
	switch a.Verb {
	case "start":
		if lives {
			return "taken"
		}
		w.order = append(w.order, a.Who)
		w.runs[a.Who], w.n[a.Who] = w.current, 0
		return "ok"
	case "add":
		if !lives {
			return "noproc"
		}
		w.n[a.Who]++
		return fmt.Sprint(w.n[a.Who])
	case "kill":
		w.order = slices.DeleteFunc(w.order, func(x string) bool { return x == a.Who })
		return "ok"
	case "load":
		w.purge()
		w.load(a.Vsn)
		return "ok"
	case "purge":
		return w.purge()
	case "soft_purge":
		return w.softPurge()
	}
	return w.upgrade(a)
}

func (w *twin) String() string {
	text := w.vsns[w.current]
	if w.old >= 0 {
		text += " old " + w.vsns[w.old]
	}
	for _, x := range w.order {
		text += fmt.Sprintf(", %s %s %t", x, w.vsns[w.runs[x]], w.runs[x] != w.current)
	}
	return text
}

// doReal does an act to the node that p runs on.
func doReal(p *sim.Proc, m *code.Module, a act) string {
	who := sim.Name(a.Who)
	switch a.Verb {
	case "start":
		if _, err := genserver.StartAlone(p, who, m.Server()); err != nil {
			return "taken"
		}
	case "add":
		v, err := otp.Call(p, who, add{By: 1})
		if err != nil {
			return "noproc"
		}
		return fmt.Sprint(v)
	case "kill":
		if pid, ok := p.Whereis(who); ok {
			p.Exit(pid, sim.Kill)
			p.Alive(pid) // it has handled that
		}
	case "load":
		code.Load(p, m, a.Vsn)
	case "purge":
		return fmt.Sprint(code.Purge(p, m))
	case "soft_purge":
		return fmt.Sprint(code.SoftPurge(p, m))
	case "upgrade":
		_, err := code.Upgrade{
			Steps: []code.Step{{Module: m, To: a.Vsn}}, Order: code.Order(a.Order), Brutal: a.Brutal,
			Extra: trouble{"", func(p *sim.Proc) error {
				for _, x := range a.Fails {
					if pid, _ := p.Whereis(sim.Name(x)); pid == p.Self() {
						return errors.New("no")
					}
				}
				return nil
			}},
		}.Run(p)
		var f *code.Failed
		if errors.As(err, &f) {
			return string(f.Phase)
		}
	}
	return "ok"
}

func seen(p *sim.Proc, m *code.Module) string {
	code.Users(p, m) // loads the module
	text, _ := code.Which(p, m)
	if old, ok := code.Old(p, m); ok {
		text += " old " + old
	}
	for _, u := range code.Users(p, m) {
		info, _ := p.Info(u.PID)
		text += fmt.Sprintf(", %s %s %t", info.Name, u.Vsn, u.Old)
	}
	return text
}

// TestTwin: whatever is loaded, purged, upgraded, started and killed in whatever order, a node knows who runs what, as
// a list does, and nobody forgets what he has counted (HOT1).
func TestTwin(t *testing.T) {
	m := counterModule()
	m.Versions = m.Versions[:2]
	rapid.Check(t, func(t *rapid.T) {
		acts := rapid.SliceOfN(rapid.Custom(drawAct), 1, 30).Draw(t, "acts")
		wrong := ""
		w := sim.New(sim.Config{Policy: scheduler.FIFO{}, Boot: func(p *sim.Proc) {
			p.Spawn("main", func(p *sim.Proc) {
				dumb := newTwin()
				for i, a := range acts {
					want := dumb.do(a) + "; " + dumb.String()
					if got := doReal(p, m, a) + "; " + seen(p, m); got != want {
						wrong = fmt.Sprintf("act %d, %v\n  gives %s\n   want %s", i, a, got, want)
						return
					}
				}
			})
		}})
		defer w.Close()
		w.Run(time.Hour)
		if wrong != "" {
			t.Fatal(wrong)
		}
	})
}
