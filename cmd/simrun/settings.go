package main

import (
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

// A setting is a value and where it came from, for messages: a flag or a variable of the environment.
type setting struct {
	text string
	from string // "--seed", "SIM_SEED"; "" if nobody said anything
	flag bool
}

// set reads a setting: the flag if it was given, else the variable.
func (a *app) set(cmd *cobra.Command, flag, variable string) setting {
	if f := cmd.Flags().Lookup(flag); f.Changed {
		return setting{f.Value.String(), "--" + flag, true}
	}
	if text := a.env.getenv(variable); text != "" {
		return setting{text, variable, false}
	}
	return setting{}
}

func (s setting) wrong(err error) error { return exitWith(codeUsage, "%s: %w", s.from, err) }

// pickSeeds makes the seeds of a run out of what was said of one seed and of many. nil means those of the file.
// A count of seeds begins at the one seed, so that a commit's hash gives each commit its own.
func pickSeeds(one, many setting) (*scenarios.Seeds, error) {
	if one.flag && !many.flag {
		many = setting{} // a flag beats a variable
	}
	var seeds scenarios.Seeds
	var first uint64
	var err error
	if many.from != "" {
		if seeds, err = scenarios.ParseSeeds(many.text); err != nil {
			return nil, many.wrong(err)
		}
	}
	if one.from != "" {
		if first, err = choice.ParseSeed(one.text); err != nil {
			return nil, one.wrong(err)
		}
	}
	switch isCount := !strings.ContainsAny(many.text, ".["); {
	case one.from == "" && many.from == "":
		return nil, nil
	case many.from == "":
		return &scenarios.Seeds{Ranges: []scenarios.SeedRange{{First: first, Last: first}}}, nil
	case one.from == "" || !isCount && !one.flag:
		return &seeds, nil
	case !isCount:
		return nil, exitWith(codeUsage, "%s names one seed and %s a list", one.from, many.from).
			because("with --seed 7, --seeds can only say how many, as in --seed 7 --seeds 50")
	}
	n := uint64(seeds.Len() - 1)
	first = min(first, math.MaxUint64-n)
	return &scenarios.Seeds{Ranges: []scenarios.SeedRange{{First: first, Last: first + n}}}, nil
}

// seedAt is the i-th seed.
func seedAt(s scenarios.Seeds, i int) uint64 {
	for _, x := range s.Ranges {
		n := int(x.Last-x.First) + 1
		if i < n {
			return x.First + uint64(i)
		}
		i -= n
	}
	panic(fmt.Sprintf("simrun: there is no seed %d", i))
}

// seedsFrom are the seeds from the i-th on.
func seedsFrom(s scenarios.Seeds, i int) (rest scenarios.Seeds) {
	for _, x := range s.Ranges {
		n := int(x.Last-x.First) + 1
		if i < n {
			rest.Ranges = append(rest.Ranges, scenarios.SeedRange{First: x.First + uint64(i), Last: x.Last})
		}
		i = max(0, i-n)
	}
	return rest
}

// pickFor reads how long runs last; 0 means as long as the file says.
func pickFor(s setting) (time.Duration, error) {
	if s.from == "" {
		return 0, nil
	}
	d, err := scenarios.ParseDuration(s.text)
	switch {
	case err != nil:
		return 0, s.wrong(err)
	case d <= 0:
		return 0, exitWith(codeUsage, "%s wants more than no time", s.from)
	}
	return d, nil
}

// pickPolicy reads who runs next; "" means as the file says.
func pickPolicy(s setting) (scenarios.Policy, error) {
	if s.from == "" {
		return "", nil
	}
	p, err := scenarios.ParsePolicy(s.text)
	if err != nil {
		return "", s.wrong(err)
	}
	return p, nil
}

// pickJobs reads how many seeds run at once; by default as many as the machine has cores.
func pickJobs(s setting) (int, error) {
	if s.from == "" {
		return runtime.GOMAXPROCS(0), nil
	}
	n, err := strconv.Atoi(s.text)
	if err != nil || n < 0 {
		return 0, exitWith(codeUsage, "%s wants a number of jobs, not %q", s.from, s.text)
	}
	if n == 0 {
		n = runtime.GOMAXPROCS(0)
	}
	return n, nil
}

// share is how many of the runs something is done for, in millionths.
type share int

// pickShare reads always, off or a percentage.
func pickShare(text string) (share, error) {
	switch text {
	case "always":
		return 1e6, nil
	case "off", "":
		return 0, nil
	}
	number, ok := strings.CutSuffix(text, "%")
	p, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || !ok || !(p >= 0 && p <= 100) {
		return 0, exitWith(codeUsage, "--check-determinism: %q is not always, off or a share like 2%%", text)
	}
	return share(math.Round(p * 1e4)), nil
}

// takes tells whether the i-th run is among them: they are spread evenly, and the first is one if any is.
func (s share) takes(i int) bool {
	if s == 0 {
		return false
	}
	return i == 0 || (i*int(s))/1e6 != ((i-1)*int(s))/1e6
}
