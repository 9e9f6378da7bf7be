package supervisor_test

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

var update = flag.Bool("update", false, "write what happened into the stories")

// TestStories runs the stories in testdata: blocks of commands, and under a line of dashes what comes of
// them. A story whose name ends in _25 or _27 is about that OTP; the others must be true in both.
//
//	def inner any_significant: x(temporary,significant)   a supervisor to be used as a child: s=inner
//	sup one_for_one 3/5: a b(transient) s=inner           start the top supervisor
//	kill a | exit a REASON | die a REASON                 signal a child; make it end
//	unlink a | raw a                                      make it unlink from top; tell top that it ended
//	start b(…) | dyn d1(…) | terminate a | restart a | delete a | spec a | which | count
//	sleep 2s
//	kill a; kill b                                        at the same time
//
// A child: NAME(permanent|transient|temporary, significant, shutdown=50ms|brutal_kill|infinity, deaf, plain,
// plan=ok/ignore/error R/bad V/exit R/crash R/info I…). A deaf one does not end when it is asked, a plain
// one does not trap exits; the last entry of a plan repeats. What comes: NAME#N is the N-th process of NAME.
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
			st = newStory(compat)
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
	w     *sim.World
	root  sim.PID // who started the top supervisor
	top   sim.PID
	names map[sim.PID]string
	count map[string]int
	last  map[string]sim.PID
	defs  map[string]supervisor.Spec
	lines []string
}

func newStory(compat sim.Compat) *story {
	st := &story{names: map[sim.PID]string{}, count: map[string]int{}, last: map[string]sim.PID{}, defs: map[string]supervisor.Spec{}}
	st.w = sim.New(sim.Config{
		Compat: compat, Policy: scheduler.FIFO{}, Source: choice.Dull(), ReductionCost: sim.Free, Observer: st,
		Boot: func(p *sim.Proc) {},
	})
	return st
}

func (st *story) say(format string, args ...any) {
	st.lines = append(st.lines, fmt.Sprintf(format, args...))
}

// Observe notes deaths and what supervisors report.
func (st *story) Observe(f sim.Fact) {
	switch {
	case f.Kind == trace.Exit:
		if name := st.names[f.Subject]; name != "" {
			st.say("%s is dead: %s", name, st.show(f.Detail))
		}
	case f.Kind == trace.Report && f.Text == "supervisor":
		r := f.Detail.(*supervisor.Report)
		st.say("report: %s %s %s", r.Context, r.Child.ID, st.show(r.Reason))
	}
}

// show prints a value with the story's names for processes.
func (st *story) show(v any) string {
	return term.Printer{Replace: func(v any) (string, bool) {
		switch v := v.(type) {
		case sim.PID:
			return st.names[v], st.names[v] != ""
		case supervisor.Child:
			return "CHILD", true
		case supervisor.Info:
			return st.show(v.Term()[:2]), true
		case string:
			return v, true
		}
		return "", false
	}}.Format(v)
}

// tell carries out a block and returns what came of it.
func (st *story) tell(block string) string {
	st.lines = nil
	for line := range strings.SplitSeq(block, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		for one := range strings.SplitSeq(line, "; ") {
			word, rest, _ := strings.Cut(one, " ")
			st.do(word, rest)
		}
		st.w.Settle()
	}
	return strings.Join(st.lines, "\n")
}

func (st *story) do(word, rest string) {
	who, reason, _ := strings.Cut(rest, " ")
	switch word {
	case "def":
		st.defs[who] = st.spec(reason)
	case "sup":
		st.startTop(st.spec(rest))
	case "sleep":
		d, _ := time.ParseDuration(rest)
		st.w.At(st.w.View().Now()+d, "sleep", func() {}) // so that time passes even if nothing else happens
		st.w.Run(d)
	case "kill":
		st.w.Exit(st.last[who], sim.Kill)
	case "exit":
		st.w.Exit(st.last[who], parseTerm(reason))
	case "die":
		st.w.Send(st.last[who], die{parseTerm(reason)})
	case "unlink":
		st.w.Send(st.last[who], unlink{})
	case "raw":
		st.w.Send(st.top, sim.Exit{From: st.last[who], Reason: sim.Atom("boom")})
	default:
		st.w.Spawn("asker", func(p *sim.Proc) { st.say("%s", st.ask(p, word, rest)) })
	}
}

func (st *story) startTop(spec supervisor.Spec) {
	st.root = st.w.Spawn("root", func(p *sim.Proc) {
		st.known(p.Self(), "root")
		p.TrapExit(true)
		got, err := supervisor.StartLinkInit(p, nil, func(p *sim.Proc) (supervisor.Spec, error) {
			st.top = p.Self()
			st.known(p.Self(), "top")
			return spec, nil
		})
		st.say("%s", st.result(got, err))
		for {
			m, _ := sim.Any(p)
			if d, ok := m.(die); ok {
				p.ExitSelf(d.reason)
			}
		}
	})
}

func (st *story) ask(p *sim.Proc, word, rest string) string {
	switch word {
	case "start":
		return st.result(supervisor.StartChild(p, st.top, st.child(rest)))
	case "dyn":
		c := st.child(rest)
		return st.result(supervisor.StartDynamic(p, st.top, c.ID, c.Start))
	case "terminate":
		return st.answer(supervisor.TerminateChild(p, st.top, st.which(rest)))
	case "restart":
		return st.result(supervisor.RestartChild(p, st.top, rest))
	case "delete":
		return st.answer(supervisor.DeleteChild(p, st.top, rest))
	case "spec":
		c, err := supervisor.GetChildSpec(p, st.top, st.which(rest))
		if err != nil {
			return st.answer(err)
		}
		return c.String()
	case "which":
		list, err := supervisor.WhichChildren(p, st.top)
		if err != nil {
			return st.answer(err)
		}
		return st.show(list)
	case "count":
		n, err := supervisor.CountChildren(p, st.top)
		if err != nil {
			return st.answer(err)
		}
		return n.String()
	}
	return "no such command: " + word
}

// which is a child's name or, written with @, its process.
func (st *story) which(s string) any {
	if name, ok := strings.CutPrefix(s, "@"); ok {
		for pid, n := range st.names {
			if n == name {
				return pid
			}
		}
		return st.last[name]
	}
	return s
}

func (st *story) answer(err error) string {
	switch err := err.(type) {
	case nil:
		return "ok"
	case *supervisor.Error:
		return "{error," + st.show(err.Reason) + "}"
	case *otp.StartError:
		return "{error," + st.show(err.Reason) + "}"
	case *otp.CallError:
		return "exit:" + st.show(err.Reason)
	}
	return err.Error()
}

func (st *story) result(got otp.Started, err error) string {
	switch {
	case err != nil:
		return st.answer(err)
	case got.PID.IsZero():
		return "{ok,undefined}"
	case got.Info != nil:
		return "{ok," + st.names[got.PID] + "," + st.show(got.Info) + "}"
	}
	return "{ok," + st.names[got.PID] + "}"
}

func (st *story) known(pid sim.PID, name string) {
	st.names[pid], st.last[name] = name, pid
}

func (st *story) born(p *sim.Proc, id string) string {
	st.count[id]++
	name := fmt.Sprintf("%s#%d", id, st.count[id])
	st.known(p.Self(), name)
	st.last[id] = p.Self()
	st.say("%s is up", name)
	return name
}

// What workers are told.
type (
	die    struct{ reason sim.Reason }
	unlink struct{}
)

// spec reads "rest_for_one any_significant 3/5: a b".
func (st *story) spec(s string) (spec supervisor.Spec) {
	head, children, _ := strings.Cut(s, ":")
	for _, word := range strings.Fields(head) {
		switch n, period, ok := strings.Cut(word, "/"); {
		case ok:
			most, _ := strconv.Atoi(n)
			secs, _ := strconv.Atoi(period)
			spec.Intensity = supervisor.Restarts(most, time.Duration(secs)*time.Second)
		case strings.HasSuffix(word, "_significant"):
			spec.AutoShutdown = supervisor.AutoShutdown(word)
		default:
			spec.Strategy = supervisor.Strategy(word)
		}
	}
	for _, c := range strings.Fields(strings.ReplaceAll(children, ", ", ",")) {
		spec.Children = append(spec.Children, st.child(c))
	}
	return spec
}

// child reads "b(transient,shutdown=50ms,plan=ok/error_bad)" or "s(transient)=inner".
func (st *story) child(s string) supervisor.Child {
	s, inner, nested := strings.Cut(s, ")=")
	if !nested && !strings.Contains(s, "(") {
		s, inner, nested = strings.Cut(s, "=")
	}
	id, opts, _ := strings.Cut(strings.TrimSuffix(s, ")"), "(")
	c := supervisor.Child{ID: id}
	w := &worker{story: st, id: id, traps: true, plan: []string{"ok"}}
	for _, o := range strings.Split(opts, ",") {
		key, value, _ := strings.Cut(o, "=")
		switch key {
		case "permanent", "transient", "temporary":
			c.Restart = supervisor.Restart(key)
		case "significant":
			c.Significant = true
		case "shutdown":
			c.Shutdown = parseShutdown(value)
		case "deaf":
			w.deaf = true
		case "plain":
			w.traps = false
		case "plan":
			w.plan = strings.Split(value, "/")
		}
	}
	c.Start = w.start
	if nested {
		c.Type = supervisor.Supervisor
		spec := st.defs[inner]
		c.Start = supervisor.StartInit(nil, func(p *sim.Proc) (supervisor.Spec, error) {
			st.born(p, id)
			return spec, nil
		})
	}
	return c
}

func parseShutdown(s string) supervisor.Shutdown {
	switch s {
	case "brutal_kill":
		return supervisor.BrutalKill
	case "infinity":
		return supervisor.Infinity
	}
	d, _ := time.ParseDuration(s)
	return supervisor.After(d)
}

// parseTerm reads an atom or, as shutdown+x, a pair of atoms.
func parseTerm(s string) any {
	if a, b, ok := strings.Cut(s, "+"); ok {
		return sim.Tuple{sim.Atom(a), sim.Atom(b)}
	}
	return sim.Atom(s)
}

// worker is a child that ends when it is told to.
type worker struct {
	story *story
	id    string
	plan  []string // the start of each process it ever has
	begun int
	traps bool
	deaf  bool
}

// start starts the worker, or, under a template, the one it is given.
func (w *worker) start(p *sim.Proc, extra ...any) (otp.Started, error) {
	if len(extra) == 2 {
		return extra[1].(otp.StartFunc)(p)
	}
	next, arg, _ := strings.Cut(w.plan[min(w.begun, len(w.plan)-1)], "_")
	w.begun++
	switch next {
	case "ignore":
		return otp.Started{}, otp.ErrIgnore
	case "error":
		w.story.say("%s does not start", w.id)
		return otp.Started{}, &otp.StartError{Reason: parseTerm(arg)}
	case "bad":
		return otp.Started{}, &otp.BadReturn{Value: parseTerm(arg)}
	case "exit":
		p.ExitSelf(parseTerm(arg))
	case "crash":
		panic(parseTerm(arg))
	}
	got, err := otp.Special(w.id, w.run)(p)
	if next == "info" {
		got.Info = parseTerm(arg)
	}
	return got, err
}

func (w *worker) run(p *sim.Proc, _ ...any) {
	p.TrapExit(w.traps)
	w.story.born(p, w.id)
	otp.InitAck(p, nil)
	for {
		switch m, _ := sim.Any(p); m := m.(type) {
		case die:
			p.ExitSelf(m.reason)
		case unlink:
			p.Unlink(p.Parent())
		case sim.Exit:
			if !w.deaf {
				p.ExitSelf(m.Reason)
			}
			w.story.say("%s does not listen", w.story.names[p.Self()])
		}
	}
}

// stories lists what the stories are about, so that a rule that loses its story is missed.
func TestStories_coverRules(t *testing.T) {
	cited := map[string]bool{}
	files, _ := filepath.Glob("testdata/*.txt")
	for _, name := range append(files, "supervisor_test.go") {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			for _, word := range strings.FieldsFunc(lines.Text(), func(r rune) bool { return r != 'S' && r != 'U' && r != 'P' && (r < '0' || r > '9') }) {
				cited[word] = true
			}
		}
		f.Close()
	}
	for n := 1; n <= 20; n++ {
		if rule := fmt.Sprintf("SUP%d", n); !cited[rule] {
			t.Errorf("no test cites %s", rule)
		}
	}
}
