package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp/observer"
)

// look is what `simrun tree` and `simrun top` have in common: a run that is stopped at a moment and looked at.
type look struct {
	*app
	format format
	seeds  *scenarios.Seeds
	opts   scenarios.RunOptions
	moment string
	origin string        // what is played: seed 7, or a plan
	at     time.Duration // negative: the end of the run
}

const lookHelp = `A scenario is a file, a built-in one, or the token of a REPLAY line, which says the seed too. Looking changes
nothing: it is the moment that a run, a trace and a replay with this seed come by. Exit code 6 if a limit ends the
run before --at: then it is shown as it stands there.`

// flags adds the flags of both verbs.
func (l *look) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringP("seed", "s", "", "the `SEED`; default: the first of the file  (SIM_SEED)")
	f.String("for", "", "how long the run lasts in virtual `TIME`  (SIM_FOR)")
	f.StringVar(&l.moment, "at", "", "the virtual `TIME` to stop at; default: the end of the run")
	formatFlag(cmd, &l.format)
	cmd.ValidArgsFunction = completeTargets
	cmd.Args = oneTarget
}

// settle reads what flags and environment say.
func (l *look) settle(cmd *cobra.Command) (err error) {
	if l.seeds, err = pickSeeds(l.set(cmd, "seed", "SIM_SEED"), setting{}); err != nil {
		return err
	}
	if l.opts.For, err = pickFor(l.set(cmd, "for", "SIM_FOR")); err != nil {
		return err
	}
	l.at = -1
	if l.moment != "" {
		l.at, err = pickMoment("--at", l.moment)
	}
	return err
}

// scene is a moment of a run.
type scene struct {
	target target
	reports.Origin
	*observer.Snapshot
}

// take runs a scenario up to the moment.
func (l *look) take(cmd *cobra.Command, name string) (*scene, error) {
	target, sc, seed, err := l.plan(cmd, name)
	if err != nil {
		return nil, err
	}
	length := sc.Run.For
	if l.opts.For > 0 {
		length = l.opts.For
	}
	if l.at > length {
		return nil, afterEnd("--at", l.at, length)
	}
	runner := newRunner(sc)
	defer runner.Close()
	s := &scene{target, reports.OriginOf(seed, l.opts.Plan != nil && l.opts.Plan.Dull), runner.Snapshot(seed, l.at, l.opts)}
	if why := earlyStops[s.Stop]; why != "" && !l.missed(s) && (l.at >= 0 || s.Stop != "idle") {
		l.warn("the run stops at %s: %s", timeText(s.Now), why)
	}
	return s, nil
}

// earlyStops are the reasons to stop before the moment was there.
var earlyStops = map[string]string{
	"idle":     "nothing can ever happen again",
	"livelock": "time does not get anywhere",
	"events":   "it had as many events as run.limits.events allows",
	"halted":   "it had as many events as run.limits.events allows",
	"crashed":  "the node does not start",
}

// missed tells whether the run did not get to the moment that was asked for, though more would have happened.
func (l *look) missed(s *scene) bool {
	return l.at >= 0 && s.Now < l.at && s.Stop != "idle" && s.Stop != "crashed" && earlyStops[s.Stop] != ""
}

// end is how a verb ends that has shown a moment.
func (l *look) end(s *scene) error {
	if !l.missed(s) {
		return nil
	}
	return exitWith(codeInconclusive, "--at %s was not reached: the run stops at %s, because %s", scenarios.FormatDuration(l.at),
		timeText(s.Now), earlyStops[s.Stop]).because("what was printed is how it stands there")
}

// afterEnd refuses a moment after the end of a run that lasts so long.
func afterEnd(flag string, at, length time.Duration) error {
	return exitWith(codeUsage, "%s: %s is after the end of the run", flag, scenarios.FormatDuration(at)).
		because(fmt.Sprintf("it lasts %s; --for makes it longer", scenarios.FormatDuration(length)))
}

// plan is the scenario and the seed of a run: those that a token or a file with a repro says, or those that were named.
func (l *look) plan(cmd *cobra.Command, name string) (target, *scenarios.Scenario, uint64, error) {
	if _, sc, err := l.keeper(name); err != nil {
		return target{}, nil, 0, err
	} else if sc == nil {
		if t, sc, err := l.one(name); err == nil || !isToken(name) {
			if err != nil {
				return target{}, nil, 0, tokenOr(name, err)
			}
			seed := seedAt(sc.Run.Seeds, 0)
			if l.seeds != nil {
				seed = seedAt(*l.seeds, 0)
			}
			l.origin = seedText(seed)
			return t, sc, seed, nil
		}
	}
	p, err := l.runOf([]string{name})
	if err != nil {
		return target{}, nil, 0, err
	}
	for _, flag := range []string{"seed", "for"} {
		if cmd.Flags().Changed(flag) {
			return target{}, nil, 0, exitWith(codeUsage, "--%s is said already by %s", flag, p.name())
		}
	}
	l.opts, l.origin = p.options(), p.origin()
	if l.origin == "" {
		l.origin = seedText(p.plan.Seed)
	}
	return p.target, p.sc, p.plan.Seed, nil
}

func seedText(seed uint64) string { return "seed " + choice.FormatSeed(seed) }

// tokenOr is an error, or that of a token if it was to be one.
func tokenOr(name string, err error) error {
	if likeToken(name) {
		if _, stat := os.Stat(name); errors.Is(stat, fs.ErrNotExist) {
			return neither(name)
		}
	}
	return err
}

func timeText(d time.Duration) string { return scenarios.FormatDuration(d.Round(time.Microsecond)) }

// text is how snapshots are printed here.
func (l *look) text(all bool) observer.Text {
	return observer.Text{Colour: l.env.colour(l.colour, l.env.outTerminal), All: all}
}

// title is the line above what is printed.
func (l *look) title(s *scene) {
	fmt.Fprintf(l.out, "%s  %s · %s · %s, %s\n\n", s.target.word(), l.origin, timeText(s.Now), processes(len(s.Processes)),
		plural(len(s.Timers), "timer"))
}

func processes(n int) string {
	if n == 1 {
		return "1 process"
	}
	return fmt.Sprintf("%d processes", n)
}

// lookHead is what the JSON of both verbs begins with.
type lookHead struct {
	V        int    `json:"v"`
	Type     string `json:"type"`
	Scenario string `json:"scenario"`
	reports.Origin
	Now  time.Duration `json:"now"`
	Stop string        `json:"stop"`
}

func (s *scene) head(verb string) lookHead {
	return lookHead{reports.JSONVersion, verb, s.target.word(), s.Origin, s.Now, s.Stop}
}

// printJSON prints a line for programs. An error of the output is kept by the output.
func (l *look) printJSON(v any) {
	enc := json.NewEncoder(l.out)
	enc.SetEscapeHTML(false)
	enc.Encode(v)
}
