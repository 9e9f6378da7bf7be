package application_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

var update = flag.Bool("update", false, "write what happened into the stories")

// TestStories runs the stories in testdata: blocks of commands, and under a line of dashes what comes of
// them. A story whose name ends in _25 or _27 is about that OTP; the others must be true in both.
//
//	load kv deps=log,cfg optional=cfg included=web env=k:v phases=one,two fail=two   make an application known
//	  lib                     a library
//	  start=error:R|exit:R|crash:R|bad:V|ignore|slow:1s|first:1s   what Start does; first: slow the first time
//	  stray                   Start leaves a process behind that nobody supervises
//	  top=deaf                its top process does not end when it is asked
//	  prep=crash stop=crash stop=ask   what PrepStop and Stop do; ask: ask the controller
//	  max=5s starter          MaxTime, PhasesOfIncluded
//	start kv permanent | ensure web transient | stop kv | unload kv | which | loaded
//	env kv k | set kv k v | keep kv k v | unset kv k | of kv | top kv | wait 2s    wait: shutdown_timeout
//	end kv REASON | kill kv   its top process ends; is killed
//	node stop | node halt | node boot
//	sleep 2s | verbose        verbose: progress and crash reports are told too
//	start kv & start kv       at the same time
func TestStories(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) == 0 {
		t.Fatal("no stories")
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		for compat, release := range map[sim.Compat]string{sim.OTP25: "25", sim.OTP27: "27"} {
			if only := strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz_"); only != "" && only != release {
				continue
			}
			t.Run(name+"/"+release, func(t *testing.T) { runStory(t, file, compat) })
		}
	}
}

func runStory(t *testing.T, file string, compat sim.Compat) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	var st *story
	for _, chapter := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		asked, wanted, _ := strings.Cut(chapter, "\n----")
		wanted = strings.TrimPrefix(wanted, "\n")
		if strings.HasPrefix(chapter, "#") { // a new story begins
			if st != nil {
				st.w.Close()
			}
			st = newStory(compat, sim.Config{Policy: scheduler.FIFO{}, Source: choice.Dull()})
		}
		got := st.tell(asked)
		if got != wanted && !*update {
			t.Errorf("%s:\n%s\n----\n%s\nwant:\n%s", file, asked, got, wanted)
		}
		fmt.Fprintf(&out, "%s\n----\n", asked)
		if got != "" {
			out.WriteString(got + "\n")
		}
		out.WriteByte('\n')
	}
	st.w.Close()
	if *update {
		if err := os.WriteFile(file, []byte(strings.TrimSpace(out.String())+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// story is a world in which commands are carried out.
type story struct {
	w       *sim.World
	log     []string
	verbose bool
	starts  map[string]int
}

// newStory makes a world in which nothing has happened yet but the boot.
func newStory(compat sim.Compat, cfg sim.Config) *story {
	s := &story{starts: map[string]int{}}
	cfg.Node, cfg.Compat, cfg.Observer, cfg.ReductionCost = "n", compat, s, sim.Free
	cfg.Boot = application.Release{Apps: []application.Item{{App: s.app("spare", nil), Type: application.OnPath}}}.Boot
	s.w = sim.New(cfg)
	s.w.Settle()
	return s
}

func (s *story) note(format string, args ...any) {
	s.log = append(s.log, fmt.Sprintf(format, args...))
}

// tell carries out a block of commands and returns what came of it.
func (s *story) tell(block string) string {
	for line := range strings.Lines(block) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		words := strings.Fields(line)
		switch words[0] {
		case "sleep":
			d, _ := time.ParseDuration(words[1])
			s.w.At(s.w.View().Now()+d, "sleep", func() {})
			s.w.Run(d)
		case "verbose":
			s.verbose = true
		case "node":
			s.node(words[1])
		default:
			for _, one := range strings.Split(line, " & ") {
				s.w.Spawn("p", func(p *sim.Proc) { s.note("%s -> %s", short(one), s.do(p, strings.Fields(one))) })
			}
		}
		s.w.Settle()
	}
	told := strings.Join(s.log, "\n")
	s.log = nil
	return told
}

// short is a command without the details.
func short(command string) string {
	words := strings.Fields(command)
	return strings.Join(words[:min(2, len(words))], " ")
}

func (s *story) node(what string) {
	switch what {
	case "stop":
		s.w.Spawn("p", application.StopNode)
	case "halt":
		s.w.HaltNode("n", "pulled the plug")
	case "boot":
		s.w.BootNode("n")
	}
}

// Observe tells who ended, and what was reported.
func (s *story) Observe(f sim.Fact) {
	switch f.Kind {
	case trace.Exit:
		if name := filepath.Base(f.Subject.Path()); strings.HasSuffix(name, "_top") || strings.HasSuffix(name, "_stray") {
			s.note("%s is dead: %s", name, term.Format(f.Detail))
		}
	case trace.Node:
		s.note("node %s %v", f.Text, f.Detail)
	case trace.Report:
		switch body := f.Detail.(type) {
		case otp.CrashReport:
			if s.verbose {
				s.note("crash of %s: %s", filepath.Base(body.PID.Path()), term.Format(body.Reason))
			}
		default:
			if s.verbose || f.Text != "progress" {
				s.note("%s: %s", f.Text, strings.Join(strings.Fields(fmt.Sprint(body)), " "))
			}
		}
	}
}

// do carries out a command and says what came of it.
func (s *story) do(p *sim.Proc, words []string) string {
	arg := func(i int) sim.Atom {
		if i < len(words) {
			return sim.Atom(words[i])
		}
		return ""
	}
	switch words[0] {
	case "load":
		return result(nil, application.Load(p, s.app(words[1], words[2:])))
	case "start":
		return result(nil, application.Start(p, arg(1), application.Type(arg(2))))
	case "restart":
		return result(nil, application.EnsureStarted(p, arg(1), application.Type(arg(2))))
	case "ensure":
		started, err := application.EnsureAllStarted(p, application.Type(arg(2)), arg(1))
		return result(&started, err)
	case "stop":
		return result(nil, application.Stop(p, arg(1)))
	case "unload":
		return result(nil, application.Unload(p, arg(1)))
	case "which":
		list, err := application.WhichApplications(p)
		running := names(list)
		return result(&running, err)
	case "loaded":
		return fmt.Sprint(names(application.LoadedApplications(p)))
	case "env":
		v, ok := application.GetEnv(p, arg(1), arg(2))
		return fmt.Sprint(v, " ", ok)
	case "wait":
		d, _ := time.ParseDuration(words[1])
		return result(nil, application.SetEnv(p, "kernel", "shutdown_timeout", d))
	case "set":
		return result(nil, application.SetEnv(p, arg(1), arg(2), arg(3)))
	case "keep":
		return result(nil, application.SetEnv(p, arg(1), arg(2), arg(3), application.Persistent()))
	case "unset":
		return result(nil, application.UnsetEnv(p, arg(1), arg(2)))
	case "of":
		pid, _ := p.Whereis(sim.Name(words[1] + "_top"))
		app, ok := application.Of(p, pid)
		return fmt.Sprint(app, " ", ok)
	case "top":
		pid, ok := application.Supervisor(p, arg(1))
		return fmt.Sprint(filepath.Base(pid.Path()), " ", ok)
	case "end", "kill":
		pid, ok := p.Whereis(sim.Name(words[1] + "_top"))
		if !ok {
			return "nobody"
		}
		if words[0] == "kill" {
			p.Exit(pid, sim.Kill)
		} else {
			p.Send(pid, arg(2))
		}
		return "done"
	}
	return "what?"
}

func names(list []application.Info) []sim.Atom {
	var out []sim.Atom
	for _, i := range list {
		if i.Name != "kernel" && i.Name != "stdlib" {
			out = append(out, i.Name)
		}
	}
	return out
}

// result prints what Erlang's function returns or exits with.
func result(names *[]sim.Atom, err error) string {
	switch e := err.(type) {
	case nil:
		if names != nil {
			return fmt.Sprint(*names)
		}
		return "ok"
	case *application.Error:
		return term.Format(term.Tuple{term.Atom("error"), e.Reason})
	}
	return "exit " + term.Format(otp.ExitReason(err))
}

// app makes an application of what a command says about it.
func (s *story) app(name string, options []string) application.App {
	o := map[string]string{}
	for _, word := range options {
		key, value, _ := strings.Cut(word, "=")
		o[key] = value
	}
	list := func(key string) (names []sim.Atom) {
		for _, n := range strings.FieldsFunc(o[key], func(r rune) bool { return r == ',' }) {
			names = append(names, sim.Atom(n))
		}
		return names
	}
	_, starter := o["starter"]
	a := application.App{
		Name: sim.Atom(name), Deps: list("deps"), Optional: list("optional"), Included: list("included"), Env: application.Env{},
		PhasesOfIncluded: starter,
	}
	for _, pair := range list("env") {
		k, v, _ := strings.Cut(string(pair), ":")
		a.Env[sim.Atom(k)] = v
	}
	a.MaxTime, _ = time.ParseDuration(o["max"])
	if _, lib := o["lib"]; lib {
		return a
	}
	for _, phase := range list("phases") {
		a.Phases = append(a.Phases, application.Phase{Name: phase, Args: 1})
	}
	if len(a.Phases) > 0 {
		a.StartPhase = func(p *sim.Proc, phase sim.Atom, typ application.StartType, _ any) error {
			s.note("%s phase %s %v", name, phase, typ.Term())
			if string(phase) == o["fail"] {
				return &otp.StartError{Reason: term.Atom("nope")}
			}
			return nil
		}
	}
	a.Start = func(p *sim.Proc, typ application.StartType, _ any) (otp.Started, error) {
		s.note("%s start %v", name, typ.Term())
		return s.start(p, name, o)
	}
	a.PrepStop = func(p *sim.Proc, state any) any {
		s.note("%s prep_stop", name)
		if o["prep"] == "crash" {
			panic(term.Atom("oops"))
		}
		return state.(string) + ", prepared"
	}
	a.Stop = func(p *sim.Proc, state any) {
		s.note("%s stop (%s)", name, state)
		switch o["stop"] {
		case "crash":
			panic(term.Atom("oops"))
		case "ask":
			_, err := application.WhichApplications(p, otp.Within(time.Second))
			s.note("%s is told %s", name, result(nil, err))
		}
	}
	return a
}

// start is the Start of an application.
func (s *story) start(p *sim.Proc, name string, o map[string]string) (otp.Started, error) {
	if _, stray := o["stray"]; stray {
		p.Spawn(name+"_stray", func(p *sim.Proc) {
			p.TrapExit(true)
			p.Sleep(time.Hour)
		})
	}
	s.starts[name]++
	word, value, _ := strings.Cut(o["start"], ":")
	switch word {
	case "error":
		return otp.Started{}, &otp.StartError{Reason: term.Atom(value)}
	case "exit":
		p.ExitSelf(term.Atom(value))
	case "crash":
		panic(term.Atom(value))
	case "bad":
		return otp.Started{}, &otp.BadReturn{Value: term.Atom(value)}
	case "ignore":
		return otp.Started{}, otp.ErrIgnore
	case "slow", "first":
		d, _ := time.ParseDuration(value)
		if word == "slow" || s.starts[name] == 1 {
			p.Sleep(d)
		}
	}
	started, err := otp.Start(p, name+"_top", func(p *sim.Proc) {
		p.TrapExit(true)
		p.Register(sim.Name(name+"_top"), p.Self())
		otp.InitAck(p, nil)
		for {
			m, _ := sim.Any(p)
			switch m := m.(type) {
			case sim.Exit:
				if o["top"] != "deaf" {
					p.ExitSelf(m.Reason)
				}
			case sim.Atom:
				p.ExitSelf(m)
			}
		}
	}, otp.StartOptions{Link: true})
	started.Info = "running"
	return started, err
}

// The stories hold in nearly all schedules: here are some. What must be the same is who lives in the end.
func TestStories_anySchedule(t *testing.T) {
	for seed := range uint64(30) {
		s := &story{starts: map[string]int{}}
		s.w = sim.New(sim.Config{Seed: seed, Observer: s, Boot: application.Release{Run: func(p *sim.Proc) {
			for _, name := range []string{"c", "b", "a"} {
				var deps []string
				if name != "c" {
					deps = append(deps, "deps="+string(name[0]+1))
				}
				application.Load(p, s.app(name, append(deps, "stray")))
			}
			if _, err := application.EnsureAllStarted(p, application.Transient, "a"); err != nil {
				t.Error(err)
			}
			if err := application.Stop(p, "b"); err != nil {
				t.Error(err)
			}
			list, err := application.WhichApplications(p)
			if got := names(list); err != nil || !slices.Equal(got, []sim.Atom{"a", "c"}) {
				t.Error(got, err)
			}
			top, _ := application.Supervisor(p, "c")
			p.Exit(top, sim.Kill)
		}}.Boot})
		res := s.w.Run(time.Minute)
		if res.Living != 0 || s.w.View().NodeUp("local") {
			t.Errorf("seed %d: %+v\n%s", seed, res, strings.Join(s.log, "\n"))
		}
		s.w.Close()
	}
}
