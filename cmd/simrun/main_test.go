package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// The scripts run simrun itself, and some that are broken on purpose.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"simrun":              main,
		"simrun-wavering":     with(func(r runner) runner { return wavering{r} }),
		"simrun-interrupting": impatient,
		"simrun-panicking":    with(func(r runner) runner { return panicking{r} }),

		"simrun-panicking-small": with(func(r runner) runner { return panickingSmall{r} }),
		"simrun-panicking-again": with(func(r runner) runner { return panickingAgain{r} }),
	})
}

// with is a simrun whose runners are others.
func with(other func(runner) runner) func() {
	return func() {
		usual := newRunner
		newRunner = func(sc *scenarios.Scenario) runner { return other(usual(sc)) }
		main()
	}
}

// wavering runs another plan each time.
type wavering struct{ runner }

var times atomic.Uint64

func (w wavering) Run(seed uint64, opts scenarios.RunOptions) *reports.Run {
	another := seed + 1000*times.Add(1)
	if opts.Plan != nil {
		p := *opts.Plan
		p.Seed = another
		opts.Plan = &p
	}
	run := w.runner.Run(another, opts)
	run.Seed = seed
	return run
}

// panicking has a bug.
type panicking struct{ runner }

func (p panicking) Run(seed uint64, opts scenarios.RunOptions) *reports.Run {
	if seed == 3 {
		panic("the world is upside down")
	}
	return p.runner.Run(seed, opts)
}

// panickingSmall has one where runs are made small.
type panickingSmall struct{ runner }

func (panickingSmall) Planned(scenarios.RunOptions) plan.Runner { panic("nothing is small") }

// panickingAgain has one where runs are made again with their trace.
type panickingAgain struct{ runner }

func (p panickingAgain) Run(seed uint64, opts scenarios.RunOptions) *reports.Run {
	if opts.Keep > 0 {
		panic("not again")
	}
	return p.runner.Run(seed, opts)
}

// interrupting is run by somebody who loses patience: SIGNAL says how, and AFTER after how many runs, if not five.
type interrupting struct{ runner }

func (i interrupting) Run(seed uint64, opts scenarios.RunOptions) *reports.Run {
	losePatience()
	return i.runner.Run(seed, opts)
}

func (i interrupting) Planned(opts scenarios.RunOptions) plan.Runner {
	play := i.runner.Planned(opts)
	return func(p plan.Plan, rec *choice.Recording) plan.Outcome {
		losePatience()
		return play(p, rec)
	}
}

// losePatience sends the signal when it is time. Nobody goes on until simrun has heard it.
func losePatience() {
	after, err := strconv.ParseUint(os.Getenv("AFTER"), 10, 64)
	if err != nil {
		after = 5
	}
	n := times.Add(1)
	if n < after {
		return
	}
	signal := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}[os.Getenv("SIGNAL")]
	if signal == 0 {
		return
	}
	if n == after {
		signalSelf(signal)
	}
	<-listening.ctx.Done()
}

// listening is who hears the signals.
var listening *interrupt

// impatient is main with runners that are interrupted.
func impatient() {
	usual := listen
	listen = func() *interrupt {
		listening = usual()
		return listening
	}
	with(func(r runner) runner { return interrupting{r} })()
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Cmds:  map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "lines": lines, "lastline": lastLine, "token": token},
		Setup: func(e *testscript.Env) error { return setup(e) },
	})
}

// setup gives each script the repository's recordings, and nobody's settings.
func setup(e *testscript.Env) error {
	root, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	e.Setenv("RECORDINGS", filepath.Join(root, "internal/conform/testdata"))
	for _, name := range []string{"NO_COLOR", "FORCE_COLOR", "SIM_SEED", "SIM_SEEDS", "SIM_FOR", "SIM_JOBS", "SIM_OUT", "SIM_POLICY", "SIM_SHRINK", "SIM_STOP_AFTER", "CI"} {
		e.Setenv(name, "")
	}
	return nil
}

// exits runs a command, which must end with a code: exits 3 simrun check bad.yaml.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		got = failed.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("%s ends with code %d, not %s\n%s%s", strings.Join(args[1:], " "), got, args[0], ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// lines counts the lines of a file or of stdout: lines stdout 1 40 wants at least 1 and at most 40.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	n := strings.Count(ts.ReadFile(args[0]), "\n")
	least, _ := strconv.Atoi(args[1])
	most, _ := strconv.Atoi(args[2])
	if (n < least || n > most) != neg {
		ts.Fatalf("%s has %d lines", args[0], n)
	}
}

// lastLine wants the last line of a file to begin with some text.
func lastLine(ts *testscript.TestScript, neg bool, args []string) {
	all := strings.Split(strings.TrimSuffix(ts.ReadFile(args[0]), "\n"), "\n")
	if strings.HasPrefix(all[len(all)-1], args[1]) == neg {
		ts.Fatalf("the last line is %q", all[len(all)-1])
	}
}

// token puts the first token that a file holds into $TOKEN.
func token(ts *testscript.TestScript, neg bool, args []string) {
	found := firstToken(ts.ReadFile(args[0]))
	if found == "" {
		ts.Fatalf("there is no token in %s", args[0])
	}
	ts.Setenv("TOKEN", found)
}
