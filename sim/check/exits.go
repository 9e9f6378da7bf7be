package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// UnexpectedExits is no_unheard_exit: no process ends other than in good order without anybody who hears of it and
// lives on: a supervisor, a caller, a parent that monitors it. The linked who die of it pass it on, however long that
// takes, and it is enough if one of them is heard. It is of no account that a process was killed, or went down with its
// node, or was linked over a connection that was lost, or ended with an answer as its reason, as those of package rpc
// do.
func UnexpectedExits() Rule {
	return &exits{Base: NewBase("no_unheard_exit", KindNever), told: map[sim.PID][]sim.Reason{}}
}

type exits struct {
	Base
	view    sim.View
	started bool
	travels time.Duration            // how long a reason may travel in other ways than along links until somebody hears
	causes  []cause                  // recent, oldest first
	told    map[sim.PID][]sim.Reason // of what the living are to end, because others did
}

// cause is a reason for which processes have ended.
type cause struct {
	at     time.Duration // when the first of them ended, or the last who was heard; or when it was last seen to be under way
	since  time.Duration // when the first of them ended
	who    sim.PID       // the first of them
	reason sim.Reason
	heard  bool
	roads  []road // along which it may still go to somebody who is heard
}

// road is a link from one that has ended to one that is to end of it.
type road struct{ from, to sim.PID }

// Start keeps the view.
func (r *exits) Start(_ sim.Config, v sim.View) {
	r.view, r.started, r.travels = v, true, time.Second*patience(v.Policy())
}

// Observe notes an exit.
func (r *exits) Observe(f sim.Fact) {
	if f.Kind != trace.Exit || !r.started {
		return
	}
	r.Evaluate()
	told := slices.ContainsFunc(r.told[f.Subject], func(why sim.Reason) bool { return term.Equal(why, f.Detail) })
	delete(r.told, f.Subject)
	if r.IsBroken() || expected(f.Detail) {
		return
	}
	r.settle(f.At-r.travels, f.Subject)
	heirs := r.view.Heirs(f.Subject)
	for _, h := range heirs {
		r.told[h] = append(r.told[h], f.Detail)
	}
	i := slices.IndexFunc(r.causes, func(c cause) bool { return term.Equal(c.reason, f.Detail) })
	if i < 0 {
		if told { // what it was told of has been judged
			return
		}
		i = len(r.causes)
		r.causes = append(r.causes, cause{at: f.At, since: f.At, who: f.Subject, reason: f.Detail})
	}
	c := r.causes[i]
	if r.view.Mourners(f.Subject) > 0 { // of those to whom it is passed on from here, nobody needs to be heard
		c.at, c.heard = f.At, true
		r.causes = append(slices.Delete(r.causes, i, i+1), c)
		return
	}
	for _, h := range heirs {
		c.roads = append(c.roads, road{f.Subject, h})
	}
	r.causes[i] = c
}

// settle judges what began before. Of one that ends just now it is not yet known whether it is heard.
func (r *exits) settle(before time.Duration, ending sim.PID) {
	for len(r.causes) > 0 && r.causes[0].at < before {
		c := r.causes[0]
		r.causes = r.causes[1:]
		c.roads = slices.DeleteFunc(c.roads, func(k road) bool { return k.to != ending && !r.view.Linked(k.to, k.from) })
		switch {
		case c.heard:
		case len(c.roads) > 0:
			c.at = before + r.travels
			r.causes = append(r.causes, c)
		default:
			r.Break(c.since, role(c.who), fmt.Sprintf("%v ended, and nobody heard: %s", c.who, term.Format(c.reason)))
		}
	}
}

// Finish judges what is left.
func (r *exits) Finish(v sim.View, res sim.Result) {
	r.settle(res.Now+1, sim.PID{})
	if len(r.causes) > 0 {
		r.Leave(fmt.Sprintf("the run was over before it was known whether anybody hears of the end of %v", r.causes[0].who))
	}
	r.Base.Finish(v, res)
}

// replying is a reason with which a process ends that has done what it was asked: whoever asked may be dead by then.
type replying interface{ IsAnswer() }

func expected(reason sim.Reason) bool {
	if _, is := reason.(replying); is {
		return true
	}
	return term.Orderly(reason) || reason == sim.DownWithNode || term.Is(reason, sim.Killed) || term.Is(reason, term.NoConnection)
}

// SendsToNobody is no_send_to_nobody: no process ends because it sent to a name that nobody has. To Erlang that is an
// error, badarg; a send to {Name, Node}, and a cast, are lost without a word.
func SendsToNobody() Rule { return &nobody{NewBase("no_send_to_nobody", KindNever)} }

type nobody struct{ Base }

// Observe judges an exit.
func (r *nobody) Observe(f sim.Fact) {
	if f.Kind != trace.Exit {
		return
	}
	r.Evaluate()
	if place, is := sendPlace(f.Detail); is {
		r.Break(f.At, role(f.Subject), fmt.Sprintf("%v ended, since it sent to a name that nobody has: %s", f.Subject, place))
	}
}

// sendPlace is where in the program a send failed, if that is what an exit reason tells of. The reason itself is a bare
// badarg, as in Erlang: its stack tells more.
func sendPlace(reason sim.Reason) (place string, is bool) {
	crash, is := reason.(*term.Crash)
	if !is || crash.Err != any(term.Atom("badarg")) {
		return "", false
	}
	lines := strings.Split(crash.Stack.String(), "\n")
	if len(lines) < 2 || !strings.HasPrefix(lines[1], "sim.(*Proc).resolve ") {
		return "", false
	}
	for _, line := range lines[2:] {
		if !strings.HasPrefix(line, "sim.(") {
			return line, true
		}
	}
	return "", true
}

// Mutations is no_shared_message: no process changes a message after it was sent. It is found if Config.CheckMutation is set.
func Mutations() Rule { return &mutations{Base: NewBase("no_shared_message", KindNever)} }

type mutations struct{ Base }

// Start sees whether anybody looks for it.
func (r *mutations) Start(cfg sim.Config, _ sim.View) {
	if cfg.CheckMutation {
		r.Evaluate()
	} else {
		r.Leave("Config.CheckMutation is not set")
	}
}

// Observe waits for the world's report.
func (r *mutations) Observe(f sim.Fact) {
	if m, is := f.Detail.(*sim.Mutated); is && f.Kind == trace.Report {
		r.Evaluate()
		r.Break(f.At, role(m.By), m.Error())
	}
}

// reportOf is the body of a report of that type; nil if the fact is another.
func reportOf[T any](f sim.Fact) (body T, ok bool) {
	if f.Kind != trace.Report {
		return body, false
	}
	body, ok = f.Detail.(T)
	return body, ok
}
