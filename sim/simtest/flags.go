package simtest

import (
	"flag"
	"fmt"
	"os"
	"strconv"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// settings is what flags and environment say.
type settings struct {
	replay  string
	ambient bool // replay is of the environment: it may mean another test
	seed    uint64
	seeds   int
	update  bool
	err     error // what is wrong with the environment
}

var flags settings

func init() {
	flag.Func("sim.replay", "simtest: run this plan alone: a token, or @ and a saved plan (env SIM_REPLAY)", flags.setReplay)
	flag.Func("sim.seed", "simtest: what the search begins with: a number or a git hash (env SIM_SEED)", flags.setSeed)
	flag.Func("sim.seeds", "simtest: try so many seeds more, on all processors (env SIM_SEEDS)", flags.setSeeds)
	flag.BoolVar(&flags.update, "sim.update", false, "simtest: write saved plans anew, as what they are now; fails if they break a rule")
	for name, set := range map[string]func(string) error{"SIM_REPLAY": flags.setReplay, "SIM_SEED": flags.setSeed,
		"SIM_SEEDS": flags.setSeeds} {
		if v := os.Getenv(name); v != "" {
			if err := set(v); err != nil {
				flags.err = fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	flags.ambient = flags.replay != ""
}

func (s *settings) setReplay(v string) error {
	s.replay, s.ambient = v, false
	return nil
}

// setSeed tells rapid too where to begin. This is done while flags are read: later, tests may be under way.
func (s *settings) setSeed(v string) error {
	seed, err := choice.ParseSeed(v)
	if err != nil {
		return err
	}
	s.seed = max(1, seed) // to rapid, 0 is any seed
	return flag.Set("rapid.seed", strconv.FormatUint(s.seed, 10))
}

func (s *settings) setSeeds(v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return fmt.Errorf("%q is not a number of seeds", v)
	}
	s.seeds = n
	return nil
}
