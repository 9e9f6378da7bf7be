package scenarios

import (
	"fmt"
	"math"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Words plays a plan, and answers who says in words what its deviations mean there.
func (r *Runner) Words(p plan.Plan, opts RunOptions) func(choice.Deviation) string {
	opts.Keep = math.MaxInt
	r.Play(p, opts)
	record := r.Trace().Record()
	names := &plan.Names{}
	for _, e := range record.Events {
		if e.Kind == trace.Spawn {
			names.Process(e.Word, record.Name(e.Object))
		}
	}
	for i, a := range r.names {
		for _, b := range r.names[i+1:] {
			names.Link(a, b)
		}
	}
	for _, s := range r.world.View().BuggifySites() {
		names.Site(s.Name)
	}
	own := r.ownDraws()
	policy := opts.Policy
	if policy == "" {
		policy = r.sc.Run.Policy
	}
	words := plan.Words{Name: names.Of, Policy: string(policy)}
	return func(d choice.Deviation) string {
		if say := own[d.Key.ID]; say != nil {
			return say(int(d.Key.N&math.MaxInt), d.Answer)
		}
		return words.Describe(d)
	}
}

// A saying is what the answer to the n-th draw of something means.
type saying func(n int, answer uint64) string

// ownDraws says what the answers to the runner's own draws mean, in the last run.
func (r *Runner) ownDraws() map[uint64]saying {
	own := map[uint64]saying{}
	for _, f := range r.sc.Faults {
		own[swarmKey(f.Kind).ID] = func(int, uint64) string { return "the swarm leaves out all faults of the kind " + string(f.Kind) }
	}
	for _, h := range r.harms {
		h.sayings(func(what string, say saying) { own[choice.Child(h.id, what, 0)] = say })
	}
	for _, f := range r.forces {
		for i := range f.started {
			id := choice.Child(r.key("workload", f.load.Name), "client", uint32(i))
			who := fmt.Sprintf("client %d of workload %s", i+1, f.load.Name)
			f.load.sayings(who, func(what string, say saying) { own[choice.Child(id, what, 0)] = say })
		}
	}
	return own
}

// sayings are what the draws of a fault mean.
func (h *harm) sayings(add func(what string, say saying)) {
	f, who := h.fault, "fault "+h.fault.Name
	add("at", func(n int, answer uint64) string {
		if n >= len(f.At) {
			return who + " comes at another moment"
		}
		return fmt.Sprintf("%s comes at %s", who, f.At[n].means(answer))
	})
	add("after", func(n int, answer uint64) string {
		if n >= len(f.On) {
			return who + " comes at another moment"
		}
		return fmt.Sprintf("%s comes %s after %v", who, f.On[n].After.means(answer), f.On[n].Event)
	})
	add("every", func(n int, answer uint64) string {
		if n == 0 {
			return fmt.Sprintf("%s comes for the first time after %s", who, f.Every.means(answer))
		}
		return fmt.Sprintf("%s comes for the %s time %s after the one before", who, term.Ordinal(n+1), f.Every.means(answer))
	})
	add("for", func(n int, answer uint64) string {
		return fmt.Sprintf("%s lasts %s the %s time", who, f.For.means(answer), term.Ordinal(n))
	})
	add("gap", func(n int, answer uint64) string {
		return fmt.Sprintf("%s, the %s time, leaves %s between two processes", who, term.Ordinal(n), f.Upgrade.Gap.means(answer))
	})
	add("pick", func(n int, answer uint64) string {
		return fmt.Sprintf("%s, the %s time, strikes another than the first (%d further on)", who, term.Ordinal(n>>32), answer)
	})
	add("where", func(n int, answer uint64) string {
		return fmt.Sprintf("%s, the %s time, strikes elsewhere (answer %d to its %s draw)",
			who, term.Ordinal(n>>32), answer, term.Ordinal(n&math.MaxUint32))
	})
}

// sayings are what the draws of a client mean.
func (w *Workload) sayings(who string, add func(what string, say saying)) {
	add("at", func(n int, answer uint64) string {
		if n >= len(w.At) {
			return who + " makes a request at another moment"
		}
		return fmt.Sprintf("%s makes a request at %s", who, w.At[n].means(answer))
	})
	add("every", func(n int, answer uint64) string {
		return fmt.Sprintf("%s makes its %s request after %s", who, term.Ordinal(n+1), w.Every.means(answer))
	})
	add("with", func(n int, answer uint64) string {
		return fmt.Sprintf("%s makes its %s request with other arguments (answer %d to their %s draw)",
			who, term.Ordinal(n>>16+1), answer, term.Ordinal(n&(1<<16-1)))
	})
	add("to", func(n int, answer uint64) string {
		return fmt.Sprintf("%s asks another than the first with its %s request (%d further on)", who, term.Ordinal(n+1), answer)
	})
}

// means is the duration that an answer stands for.
func (d Drawn) means(answer uint64) string {
	drawn := d.Draw(func(of int) int { return int(min(answer, uint64(of-1))) })
	return FormatDuration(drawn.Round(time.Microsecond))
}
