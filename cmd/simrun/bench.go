package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/internal/bench"
)

// benchmark is what `simrun bench` was asked for.
type benchmark struct {
	*app
	erl    string // the Erlang to compare with; "none" for none
	rounds int
	memory bool
	hold   string // in a child process: what to hold while its memory is measured
	time   string // in a child process: the program to run and time
	erlang *erlang
	failed bool // something could not be measured
}

func (a *app) benchCommand() *cobra.Command {
	b := &benchmark{app: a}
	cmd := &cobra.Command{
		Use:   "bench [NAME…]",
		Short: "Measure the engine, beside real Erlang where there is one",
		Example: `  simrun bench                 all programs, each also in Erlang if erl and erlc are there
  simrun bench call ring       these two
  simrun bench --memory        what idle processes and servers take`,
		Long: `Runs the same programs here and on real Erlang/OTP with one scheduler, in turn, and prints the processor
time of one operation and the median of the rounds' ratios. Worlds are as in use: random policy, trace hash on,
crashes caught. On a machine that others use, believe the ratios.
Exit code 1 if something could not be measured. After Ctrl-C what was measured is printed.`,
		RunE: func(cmd *cobra.Command, names []string) error { return b.run(names, cmd.Flags().Changed("erl")) },
	}
	f := cmd.Flags()
	f.StringVar(&b.erl, "erl", "erl", "the Erlang to compare with, a `PATH`, or none")
	f.IntVar(&b.rounds, "rounds", 3, "run each program in so many `ROUNDS` on either side")
	f.BoolVar(&b.memory, "memory", false, "measure memory instead of time")
	f.StringVar(&b.hold, "hold", "", "")
	_ = f.MarkHidden("hold")
	f.StringVar(&b.time, "time", "", "")
	_ = f.MarkHidden("time")
	cmd.ValidArgsFunction = completePrograms
	return cmd
}

func (b *benchmark) run(names []string, compare bool) error {
	switch {
	case b.hold != "":
		return b.holdOn()
	case b.time != "":
		return b.timeOne()
	case b.rounds < 1:
		return exitWith(codeUsage, "--rounds wants 1 or more, not %d", b.rounds)
	case b.memory && len(names) > 0:
		return exitWith(codeUsage, "--memory measures what processes and servers take, and no program such as %q", names[0])
	}
	programs, err := choosePrograms(names)
	if err != nil {
		return err
	}
	b.stop.heed()
	if b.memory {
		return b.measureMemory()
	}
	if b.erl != "none" {
		switch b.erlang, err = findErlang(b.stop.ctx, b.erl); {
		case err == nil:
			defer b.erlang.close()
		case b.stop.asked(): // as is said below the table
		case compare:
			return exitWith(codeUsage, "--erl: %w", err).because("--erl none does without")
		default:
			fmt.Fprintf(b.errs, "simrun bench: no comparison: %v\n", err)
		}
	}
	return b.table(programs)
}

func choosePrograms(names []string) ([]bench.Program, error) {
	if len(names) == 0 {
		return bench.Programs, nil
	}
	var chosen []bench.Program
	for _, name := range names {
		p, ok := bench.Find(name)
		if !ok {
			var all []string
			for _, p := range bench.Programs {
				all = append(all, p.Name)
			}
			e := exitWith(codeUsage, "there is no benchmark %q", name)
			if near := nearest(name, all); near != "" {
				return nil, e.because("did you mean " + near + "?")
			}
			return nil, e.because("there are " + strings.Join(all, ", "))
		}
		chosen = append(chosen, p)
	}
	return chosen, nil
}

// figures are the rounds of one program.
type figures struct{ here, there, ratio []float64 }

func (b *benchmark) table(programs []bench.Program) error {
	t := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "program\tone operation\tbedlam ns\tErlang ns\tfaster\tgoal\t")
	all := make([]figures, len(programs))
	for round := range b.rounds {
		if b.erlang != nil {
			b.erlang.forget()
		}
		for i, p := range programs {
			if !b.stop.asked() {
				b.pulse(round, i, p.Name)
				b.measure(p, &all[i])
			}
		}
	}
	if b.env.live() && !b.quiet {
		fmt.Fprintf(b.errs, "%-40s\r", "")
	}
	for i, p := range programs {
		if len(all[i].here) > 0 {
			fmt.Fprintln(t, row(p, all[i]))
		}
	}
	return b.done(t)
}

// done prints a table, and says whether it is all that was to be measured.
func (b *benchmark) done(t *tabwriter.Writer) error {
	t.Flush() // an error is kept by the output
	switch {
	case b.stop.asked():
		b.out.Flush()
		fmt.Fprintln(b.errs, "simrun bench: interrupted; that is what was measured until then")
		return b.stop.exit()
	case b.failed:
		return ended(codeBroken)
	}
	return nil
}

// trouble says what could not be measured, unless that is because it was broken off.
func (b *benchmark) trouble(name string, err error) {
	if !b.stop.asked() {
		b.failed = true
		fmt.Fprintf(b.errs, "simrun bench: %s: %v\n", name, err)
	}
}

// pulse tells what is measured: on a terminal in one line that is drawn anew, elsewhere in one a round.
func (b *benchmark) pulse(round, i int, name string) {
	switch {
	case b.quiet:
	case b.env.live():
		fmt.Fprintf(b.errs, "round %d of %d: %-16s\r", round+1, b.rounds, name)
	case i == 0:
		fmt.Fprintf(b.errs, "simrun bench: round %d of %d\n", round+1, b.rounds)
	}
}

// measure runs a program here and there, each in a process of its own: what ran before must not matter.
func (b *benchmark) measure(p bench.Program, f *figures) {
	here, err := b.child("--time", p.Name)
	if err != nil {
		b.trouble(p.Name, err)
		return
	}
	f.here = append(f.here, here)
	if b.erlang == nil || p.Erlang == "" {
		return
	}
	there, err := b.erlang.time(b.stop.ctx, p)
	if err != nil {
		b.trouble(p.Name+" in Erlang", err)
		return
	}
	f.there = append(f.there, there)
	f.ratio = append(f.ratio, there/here)
}

func row(p bench.Program, f figures) string {
	there, ratio, goal := "-", "-", "-"
	if len(f.there) > 0 {
		there = fmt.Sprintf("%.0f", median(f.there))
		ratio = fmt.Sprintf("%.1f×", median(f.ratio))
	}
	if p.Goal > 0 {
		goal = fmt.Sprintf("%g×", p.Goal)
	}
	return fmt.Sprintf("%s\t%s\t%.0f\t%s\t%s\t%s\t", p.Name, p.Per, median(f.here), there, ratio, goal)
}

func median(v []float64) float64 {
	s := slices.Clone(v)
	slices.Sort(s)
	if len(s)%2 == 0 {
		return (s[len(s)/2-1] + s[len(s)/2]) / 2
	}
	return s[len(s)/2]
}

// child runs this very program to measure one thing, and reads the number that it prints.
func (b *benchmark) child(flag, name string) (float64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	out, err := command(b.stop.ctx, self, "bench", flag, name).Output()
	if err != nil {
		return 0, saidBy(err)
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}

// command is another program, which ends when simrun is to end.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second // for what it has started itself
	return cmd
}

// saidBy is the error of a program that failed, with what it said of it.
func saidBy(err error) error {
	var failed *exec.ExitError
	if !errors.As(err, &failed) || len(bytes.TrimSpace(failed.Stderr)) == 0 {
		return err
	}
	return fmt.Errorf("%w: %s", err, bytes.TrimSpace(failed.Stderr))
}

// timeOne is such a child: it prints the processor time, in ns, of one operation of a program.
func (b *benchmark) timeOne() error {
	p, ok := bench.Find(b.time)
	if !ok {
		return exitWith(codeUsage, "there is no benchmark %q", b.time)
	}
	var begun int64
	p.Run(p.N, func() { begun = processorTime() })
	fmt.Fprintf(b.out, "%.3f\n", float64(processorTime()-begun)/float64(p.N))
	return nil
}

// erlang is a real Erlang with the programs compiled for it.
type erlang struct {
	erl, dir string
	printed  map[string]float64 // what this round's runs have printed, by key
}

func findErlang(ctx context.Context, erl string) (*erlang, error) {
	path, err := exec.LookPath(erl)
	if err == nil {
		path, err = filepath.Abs(path) // it is run in another folder
	}
	if err != nil {
		return nil, err
	}
	erlc, err := exec.LookPath(filepath.Join(filepath.Dir(path), "erlc"))
	if err != nil {
		if erlc, err = exec.LookPath("erlc"); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp("", "simrun-bench-")
	if err != nil {
		return nil, err
	}
	e := &erlang{erl: path, dir: dir}
	if err := e.compile(ctx, erlc); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

// compile compiles the programs.
func (e *erlang) compile(ctx context.Context, erlc string) error {
	source := filepath.Join(e.dir, "bench.erl")
	if err := os.WriteFile(source, bench.Erlang, 0o600); err != nil {
		return err
	}
	if out, err := command(ctx, erlc, "-o", e.dir, source).CombinedOutput(); err != nil {
		return fmt.Errorf("erlc: %w\n%s", err, out)
	}
	return nil
}

func (e *erlang) close() { os.RemoveAll(e.dir) }

// forget makes the next round measure anew.
func (e *erlang) forget() { e.printed = map[string]float64{} }

// time is the processor time, in ns, of one operation there.
func (e *erlang) time(ctx context.Context, p bench.Program) (float64, error) {
	if v, ok := e.printed[p.Key]; ok {
		return v, nil
	}
	cmd := command(ctx, e.erl, "+S", "1:1", "+SDcpu", "1:1", "+SDio", "1", "+sbwt", "none",
		"-noshell", "-run", "bench", "main", p.Erlang)
	cmd.Dir = e.dir
	out, err := cmd.Output()
	if err != nil {
		return 0, saidBy(err)
	}
	e.read(out)
	if v, ok := e.printed[p.Key]; ok {
		return v, nil
	}
	return 0, fmt.Errorf("erl printed no %s", p.Key)
}

// read takes the lines KEY FIGURE.
func (e *erlang) read(out []byte) {
	for line := range bytes.Lines(out) {
		if f := strings.Fields(string(line)); len(f) == 2 {
			if v, err := strconv.ParseFloat(f[1], 64); err == nil {
				e.printed[f[0]] = v
			}
		}
	}
}

// holdings are what memory is measured of.
var holdings = []struct {
	name, about string
	n           int
	make        func(n int, made func())
	goal        string
}{
	{"processes", "idle processes", 10_000_000, bench.Idle, "4 GB"},
	{"servers", "idle gen_servers", 1_000_000, bench.IdleServers, "500 MB"},
	{"blocked", "processes blocked in the middle of their code", 100_000, bench.Blocked, "1 GB"},
}

// measureMemory holds each in a process of its own and asks the system what that takes.
func (b *benchmark) measureMemory() error {
	t := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "what\tso many\tMB\tbytes each\tgoal\t")
	for _, h := range holdings {
		if b.stop.asked() {
			break
		}
		size, err := b.child("--hold", h.name)
		if err != nil {
			b.trouble(h.about, err)
			continue
		}
		fmt.Fprintf(t, "%s\t%d\t%.0f\t%.0f\t%s\t\n", h.about, h.n, size/1e6, size/float64(h.n), h.goal)
	}
	return b.done(t)
}

// holdOn is the child: it prints by how much its memory grew, garbage collected.
func (b *benchmark) holdOn() error {
	for _, h := range holdings {
		if h.name != b.hold {
			continue
		}
		before := residentMemory()
		h.make(h.n, func() {
			runtime.GC()
			debug.FreeOSMemory()
			fmt.Fprintln(b.out, residentMemory()-before)
		})
		return nil
	}
	return exitWith(codeUsage, "nothing is called %q", b.hold)
}

// residentMemory is what this process holds of the machine's memory, in bytes, where the system tells.
func residentMemory() int64 {
	f, err := os.Open("/proc/self/statm")
	if err != nil {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.Sys - m.HeapReleased)
	}
	defer f.Close()
	text, _ := io.ReadAll(f)
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
