package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

const (
	tick      = 250 * time.Millisecond // how often lines are redrawn on a terminal
	lineEvery = 10 * time.Second       // elsewhere a line this often, or
	lineShare = 10                     // so many per cent further, but not sooner than
	lineLeast = time.Second            // this after the last one
)

// progress tells on stderr how a campaign goes: on a terminal in two lines that are drawn anew, elsewhere in a line
// now and then. It is used by one goroutine, which also does all printing to stdout.
type progress struct {
	*app
	live      bool
	scenarios int // how many there are

	number int // of the scenario that runs
	s      *reports.Summary
	hands  int
	began  time.Time
	drawn  int       // lines on the terminal now
	pulsed time.Time // when they were drawn last
	doing  string    // what is done beside running seeds; "" if nothing
	said   time.Time // when the last line was written
	at     int       // the share at which it was
}

func newProgress(a *app, scenarios int) *progress {
	return &progress{app: a, live: a.env.live(), scenarios: scenarios}
}

// scenario begins with a scenario.
func (p *progress) scenario(s *reports.Summary, hands int) {
	p.number++
	p.s, p.hands, p.began, p.said, p.at = s, hands, time.Now(), time.Now(), 0
}

// shrinking tells how far a failure is made small; the zero Progress ends that. It is called after each run.
func (p *progress) shrinking(now plan.Progress) {
	p.doing = ""
	if now.Evaluations > 0 {
		p.doing = fmt.Sprintf("  %s: making it small: %s, %d of %d runs, %s left", p.failures(), now.Doing, now.Evaluations, now.Budget,
			plural(now.Deviations, "draw"))
	}
	if time.Since(p.pulsed) >= tick {
		p.pulse()
	}
}

// shrinkingAlone tells the same where no campaign goes on: on a terminal only.
func (p *progress) shrinkingAlone(now plan.Progress) {
	if !p.live || p.quiet || time.Since(p.pulsed) < tick {
		return
	}
	p.pulsed = time.Now()
	text := fmt.Sprintf("%s: %d of %d runs, %s left", now.Doing, now.Evaluations, now.Budget, plural(now.Deviations, "draw"))
	fmt.Fprint(p.errs, p.up()+cut(text, p.env.errWidth()-1)+"\n")
	p.drawn = 1
}

// pulse is called each tick.
func (p *progress) pulse() {
	p.pulsed = time.Now()
	switch {
	case p.quiet:
	case p.live:
		p.draw()
	default:
		p.line()
	}
}

// draw redraws the lines on the terminal.
func (p *progress) draw() {
	wide := p.env.errWidth() - 1
	text := cut(p.first(wide), wide) + "\n" + cut(p.second(), wide) + "\n"
	fmt.Fprint(p.errs, p.up()+text)
	p.drawn = 2
}

// up takes the cursor to where the lines begin, and wipes them away.
func (p *progress) up() string {
	if p.drawn == 0 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA\r\x1b[J", p.drawn)
}

// wipe takes the lines away: something else is printed.
func (p *progress) wipe() {
	if p.drawn > 0 {
		fmt.Fprint(p.errs, p.up())
		p.drawn = 0
	}
}

// line writes a plain line if it is time for one.
func (p *progress) line() {
	since, share := time.Since(p.said), p.share()
	if since < lineLeast || since < lineEvery && share < p.at+lineShare {
		return
	}
	p.said, p.at = time.Now(), share
	fmt.Fprintln(p.errs, strings.Join(strings.Fields(p.first(math.MaxInt)+", "+p.second()), " "))
}

// failure tells of the first failure of a kind at once: the report may be a while.
func (p *progress) failure(f *reports.Found) {
	if p.quiet || f.Number > 1 || time.Since(p.began) < 2*lineLeast {
		return
	}
	p.wipe()
	fmt.Fprintf(p.errs, "%s: seed %d: %s; simrun replay %s\n", f.Run.Scenario, f.Run.Seed, f.Run.Failure.Rule, f.Token)
}

func (p *progress) share() int { return 100 * p.s.Runs / max(1, p.s.Asked) }

// first is name, how far, how long still and how fast. Where there is no room for all of it, the bar goes first, then what
// is behind the seeds, and then the end of the name.
func (p *progress) first(wide int) string {
	s, wall := p.s, time.Since(p.began).Seconds()
	name := s.Scenario
	if p.scenarios > 1 {
		name += fmt.Sprintf(" (%d/%d)", p.number, p.scenarios)
	}
	rate := float64(s.Runs) / wall
	done := fmt.Sprintf("%d%%  %d/%d seeds", p.share(), s.Runs, s.Asked)
	if bar := p.bar(); letters(name+"  "+bar+" "+done) <= wide {
		done = strings.TrimLeft(bar+" ", " ") + done
	}
	text := cut(name, max(leastName, wide-letters("  "+done))) + "  " + done
	var rest []string
	if s.Runs > 0 {
		left := time.Duration(float64(s.Asked-s.Runs) / rate * float64(time.Second))
		rest = append(rest, "~"+left.Round(time.Second).String()+" left")
	}
	rest = append(rest, round(rate)+"/s", round(float64(s.Events)/wall)+" events/s", "×"+round(s.Virtual.Seconds()/wall)+" real time")
	for _, more := range rest {
		if letters(text+"  "+more) > wide {
			break
		}
		text += "  " + more
	}
	return text
}

// leastName is how much of a scenario's name is shown at least.
const leastName = 4

func letters(text string) int { return utf8.RuneCountInString(text) }

// bar is for terminals only.
func (p *progress) bar() string {
	if !p.live {
		return ""
	}
	const wide = 12
	n := wide * p.s.Runs / max(1, p.s.Asked)
	return "▕" + strings.Repeat("█", n) + strings.Repeat(" ", wide-n) + "▏"
}

// second is what was found.
func (p *progress) second() string {
	if p.doing != "" {
		return p.doing
	}
	s := p.s
	text := fmt.Sprintf("  %s  %d undecided", p.failures(), s.Undecided)
	if len(s.Faults) > 0 {
		n := 0
		for _, f := range s.Faults {
			if f.Took > 0 {
				n++
			}
		}
		text += fmt.Sprintf("  faults seen %d/%d", n, len(s.Faults))
	}
	return text + fmt.Sprintf("  %s", plural(p.hands, "worker"))
}

// failures says how many there are.
func (p *progress) failures() string {
	if p.s.Failed == 0 {
		return "0 failures"
	}
	return fmt.Sprintf("%s (%s)", plural(p.s.Failed, "failure"), plural(len(p.s.Failures), "kind"))
}

// cut makes text fit into a line of a terminal.
func cut(text string, wide int) string {
	if utf8.RuneCountInString(text) <= wide || wide < 2 {
		return text
	}
	return string([]rune(text)[:wide-1]) + "…"
}

// round prints a number with three digits and a unit: 412, 3.1k, 2.05M.
func round(x float64) string {
	for _, unit := range []string{"", "k", "M", "G"} {
		if x < 999.5 {
			digits := 0
			if unit != "" || x < 10 {
				digits = max(0, 2-len(strconv.Itoa(int(x)))+1)
			}
			return strings.TrimSuffix(strconv.FormatFloat(x, 'f', min(digits, 1), 64), ".0") + unit
		}
		x /= 1000
	}
	return strconv.FormatFloat(x, 'g', 3, 64) + "T"
}
