package application_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"pgregory.net/rapid"
)

// act is something that somebody does to an application or asks of the controller.
type act struct{ Verb, Name, Arg string }

func (a act) String() string { return strings.TrimSpace(a.Verb + " " + a.Name + " " + a.Arg) }

// town is what applications there are: what each depends on, and how its start ends.
type town struct {
	Deps   map[string][]string
	Starts map[string]string // "" for well
}

var letters = []string{"a", "b", "c", "d"}

func drawTown(t *rapid.T) town {
	w := town{map[string][]string{}, map[string]string{}}
	for i, name := range letters {
		for _, dep := range letters[:i] {
			if rapid.IntRange(0, 2).Draw(t, name+" needs "+dep) == 0 {
				w.Deps[name] = append(w.Deps[name], dep)
			}
		}
		w.Starts[name] = rapid.SampledFrom([]string{"", "", "", "", "error:no", "exit:normal", "crash:boom"}).Draw(t, name+" starts")
	}
	return w
}

func drawAct(t *rapid.T) act {
	a := act{Name: rapid.SampledFrom(letters).Draw(t, "name")}
	switch a.Verb = rapid.SampledFrom([]string{"start", "start", "ensure", "ensure", "stop", "end", "kill"}).Draw(t, "verb"); a.Verb {
	case "start", "ensure":
		a.Arg = rapid.SampledFrom([]string{"temporary", "temporary", "transient", "permanent"}).Draw(t, "type")
	case "end":
		a.Arg = rapid.SampledFrom([]string{"normal", "shutdown", "boom"}).Draw(t, "reason")
	}
	return a
}

// twin is a node's applications as a list and a map: whatever is done is done at once.
type twin struct {
	town
	running []string // newest first
	started map[string]string
	down    bool
}

// do does it and says what Erlang's function would answer; if the node goes down by it that is of no account.
func (w *twin) do(a act) string {
	switch a.Verb {
	case "start":
		return w.start(a.Name, a.Arg)
	case "ensure":
		return w.ensureAll(a.Name, a.Arg)
	case "stop":
		return w.stop(a.Name)
	}
	if !slices.Contains(w.running, a.Name) {
		return "nobody"
	}
	w.remove(a.Name)
	reason := a.Arg
	if a.Verb == "kill" {
		reason = "killed"
	}
	typ := w.started[a.Name]
	w.down = typ == "permanent" || typ == "transient" && reason != "normal"
	return "done"
}

func (w *twin) remove(name string) {
	w.running = slices.DeleteFunc(w.running, func(n string) bool { return n == name })
}

func (w *twin) start(name, typ string) string {
	if slices.Contains(w.running, name) {
		return "{error,{already_started," + name + "}}"
	}
	for _, dep := range w.Deps[name] {
		if w.started[dep] == "" {
			return "{error,{not_started," + dep + "}}"
		}
	}
	for _, dep := range w.Deps[name] {
		if !slices.Contains(w.running, dep) {
			w.down = typ != "temporary"
			return "{error,{not_running," + dep + "}}"
		}
	}
	call := "{" + name + "_app,start,[normal,[]]}"
	switch w.Starts[name] {
	case "error:no":
		w.down = typ != "temporary"
		return "{error,{no," + call + "}}"
	case "exit:normal":
		w.down = typ == "permanent"
		return "{error,{{'EXIT',normal}," + call + "}}"
	case "crash:boom":
		w.down = typ != "temporary"
		return "{error,{bad_return,{" + call + ",{'EXIT',{boom,STACK}}}}}"
	}
	w.running = slices.Insert(w.running, 0, name)
	w.started[name] = typ
	return "ok"
}

func (w *twin) stop(name string) string {
	if w.started[name] == "" {
		return "{error,{not_started," + name + "}}"
	}
	w.remove(name)
	delete(w.started, name)
	return "ok"
}

func (w *twin) ensureAll(name, typ string) string {
	done := []string{}
	if failed, why := w.ensure(name, typ, &done); failed != "" {
		for _, n := range slices.Backward(done) {
			w.stop(n)
		}
		return "{error,{" + failed + "," + strings.TrimSuffix(strings.TrimPrefix(why, "{error,"), "}") + "}}"
	}
	return fmt.Sprint(done)
}

func (w *twin) ensure(name, typ string, done *[]string) (failed, why string) {
	if slices.Contains(w.running, name) {
		return "", ""
	}
	for _, dep := range w.Deps[name] {
		if failed, why = w.ensure(dep, typ, done); failed != "" {
			return failed, why
		}
	}
	if why = w.start(name, typ); why != "ok" {
		return name, why
	}
	*done = append(*done, name)
	return "", ""
}

// I14: a node is up unless a permanent application has ended, or a transient one not normally, or one of
// them did not start. And whatever is asked has the answer it would have if all happened at once.
func TestTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTown(t)
		acts := rapid.SliceOfN(rapid.Custom(drawAct), 1, 12).Draw(t, "acts")
		compat := rapid.SampledFrom([]sim.Compat{sim.OTP27, sim.OTP25}).Draw(t, "compat")
		seed := rapid.Uint64Range(0, 1000).Draw(t, "seed")

		s := newStory(compat, sim.Config{Seed: seed})
		defer s.w.Close()
		for _, name := range letters {
			s.perform(act{"load", name, "deps=" + strings.Join(w.Deps[name], ",") + " start=" + w.Starts[name]}.String())
		}
		m := &twin{town: w, started: map[string]string{}}
		for i, a := range acts {
			want, got := m.do(a), s.perform(a.String())
			up := s.w.View().NodeUp("n")
			if up == m.down {
				t.Fatalf("after %d %v the node is up: %v", i, a, up)
			}
			if m.down {
				return
			}
			if got != want {
				t.Fatalf("%d %v\n got %s\nwant %s", i, a, got, want)
			}
			if got, want := s.perform("which"), fmt.Sprint(m.running); got != want {
				t.Fatalf("after %d %v runs %s, not %s", i, a, got, want)
			}
		}
	})
}

// perform carries out one command and gives it a second.
func (s *story) perform(command string) (answer string) {
	s.w.Spawn("p", func(p *sim.Proc) { answer = s.do(p, strings.Fields(command)) })
	s.w.At(s.w.View().Now()+time.Second, "second", func() {})
	s.w.Run(time.Second)
	return answer
}
