package simtest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// What failures begin with. It is the same for all: tools tell them apart by what follows.
const (
	breaksMessage   = "simtest: the system breaks a rule"
	stillMessage    = "simtest: a saved plan breaks a rule"
	staleMessage    = "simtest: a saved plan has lost its meaning"
	waversMessage   = "simtest: NONDETERMINISTIC: one plan gives two runs, so nothing found in it would come again"
	untestedMessage = "simtest: no rule broke, but not all of it was tested"
)

// conclude ends the test with what the search has found.
func (c *checking) conclude() {
	c.t.Helper()
	switch {
	case c.waver != nil:
		c.wavers(c.wavering, c.waver)
	case c.found != nil:
		c.shrink(*c.found)
	default:
		c.t.Logf("simtest: %d runs, and no rule broke", c.tried)
		c.untested(c.of.idle())
	}
}

// wavers says that the program is not deterministic, or that a spec cannot be run.
func (c *checking) wavers(p plan.Plan, err error) {
	c.t.Helper()
	var parting *plan.Parting
	if !errors.As(err, &parting) {
		c.t.Fatalf("simtest: %v", err)
	}
	c.t.Errorf("%s\n%v\n%s", waversMessage, err, c.line(p, 0, ""))
}

// shrink makes a failure small, saves it and tells it.
func (c *checking) shrink(f finding) {
	c.t.Helper()
	r := c.smallest(f.plan)
	if r.Err != nil {
		c.wavers(f.plan, r.Err)
		return
	}
	before := c.save(r.Plan, r.Outcome, "") // what follows takes a while, and the test may be ended
	p, o := c.anchored(r.Plan, r.Outcome)
	p = c.tidy(p, o)
	story := c.story(p)
	path := c.save(p, o, story)
	if path != "" && before != "" && before != path {
		c.remove(before)
	}
	text := story + c.elsewhere()
	switch kept := c.sole(path); {
	case path == "":
	case kept == path:
		text += "saved as " + filepath.ToSlash(path) + "\n"
	default:
		text += "another plan that breaks the same is saved in " + filepath.ToSlash(c.dir) + "\n"
		path = ""
	}
	c.broke(breaksMessage, p, o, text, path)
}

// smallest shrinks a plan until no fault and no operation can be left out, be it that the rest happens in another way:
// a schedule that was found with many operations may need one of them only to keep somebody busy.
func (c *checking) smallest(p plan.Plan) plan.Report {
	for {
		p = c.bare(p)
		r := plan.Shrink(c.of.run, p, plan.Options{Budget: c.budget, Elements: c.of.places()})
		for _, other := range r.Others {
			c.note(finding{other.Plan, other.Outcome})
		}
		if r.Err != nil {
			return r
		}
		q, smaller := c.fewer(r.Plan, r.Outcome.Signature)
		if !smaller {
			return r
		}
		p = q
	}
}

// bare is the plan without the places at which nothing stands: none of them is worth a run.
func (c *checking) bare(p plan.Plan) plan.Plan {
	p.Without = p.Without[:len(p.Without):len(p.Without)]
	for place, what := range c.of.elements(p) {
		if what == "" {
			p.Without = append(p.Without, place)
		}
	}
	return p.Canonical()
}

// mostFewer is of how many elements it is tried to leave one out, and otherwise is how many ways to do the rest.
const (
	mostFewer = 16
	otherwise = 8
)

// fewer finds a plan with one element less that fails in the same way. What the declaration draws stays; the rest is
// answered by a few seeds.
func (c *checking) fewer(p plan.Plan, signature string) (q plan.Plan, found bool) {
	places := c.kept(p)
	if len(places) > mostFewer {
		return p, false
	}
	q = plan.Plan{For: p.For}
	for _, d := range c.of.declared(p) {
		q.Deviations = append(q.Deviations, choice.Deviation{Key: d.Key, Answer: d.Answer})
	}
	for _, place := range places {
		q.Without = append(p.Without[:len(p.Without):len(p.Without)], place)
		for q.Seed = range uint64(otherwise) {
			if c.of.run(q, nil).Signature == signature {
				return q, true
			}
		}
	}
	return p, false
}

// kept is the places of what a plan does not leave out.
func (c *checking) kept(p plan.Plan) (places []int) {
	for place, what := range c.of.elements(p) {
		if what != "" && !p.Leaves(place) {
			places = append(places, place)
		}
	}
	return places
}

// broke fails the test: the constant message, the story, and one line to come back.
func (c *checking) broke(message string, p plan.Plan, o plan.Outcome, text, path string) {
	c.t.Helper()
	replay := c.line(p, o.Hash, path)
	c.t.Attr("sim.rule", o.Signature)
	c.t.Attr("sim.replay", strings.TrimPrefix(replay, "REPLAY: "))
	c.artefact(p, o, text+replay+"\n")
	c.t.Errorf("%s\n%s%s", message, text, replay)
}

// elsewhere lists the other failures that were met. They are not made smaller, so only some have a token that fits into
// a line.
func (c *checking) elsewhere() string {
	var b strings.Builder
	for _, f := range c.others {
		b.WriteString("it also breaks " + f.outcome.Signature)
		if token := c.of.token(f.plan, f.outcome.Hash); len(token) <= plan.ShortToken {
			b.WriteString(": -sim.replay=" + token)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// sole leaves one of the saved plans that break the same rule in the same way as the one just saved, and tells which:
// the shortest. There are others if a fuzzer looks for it in several processes, or for smaller inputs. If two of them
// are here at once, both find the same one the best. Plans that somebody has named himself stay, and those that do not
// break it any more.
func (c *checking) sole(path string) (best string) {
	c.t.Helper()
	mine, err := readSaved(path)
	if path == "" || err != nil {
		return path
	}
	paths, _ := savedIn(c.dir)
	all := map[string]int{} // how long they are
	for _, other := range paths {
		if s, err := readSaved(other); err == nil && s.spec == mine.spec && s.breaks == mine.breaks && filepath.Base(other) == s.name() &&
			(other == path || c.of.run(s.plan, nil).Signature == s.breaks) {
			all[other] = len(s.plan.Format())
			if n := all[other]; best == "" || n < all[best] {
				best = other
			}
		}
	}
	for _, other := range slices.Sorted(maps.Keys(all)) {
		if other == best {
			continue
		}
		c.remove(other)
	}
	return best
}

// remove removes a saved plan for which there is a better one.
func (c *checking) remove(path string) {
	c.t.Helper()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.t.Logf("simtest: a plan too many was saved: %v", err)
	}
}

// save saves a failing plan, and tells where; "" if it was not to be saved or could not be.
func (c *checking) save(p plan.Plan, o plan.Outcome, story string) string {
	c.t.Helper()
	if c.unsaved {
		return ""
	}
	path, err := saved{c.of.digest(), o.Signature, o.Hash, p, story}.save(c.dir)
	if err != nil {
		c.t.Logf("simtest: the plan could not be saved: %v", err)
		return ""
	}
	return path
}

// artefact leaves plan and story where go test -artifacts keeps them.
func (c *checking) artefact(p plan.Plan, o plan.Outcome, text string) {
	dir := c.t.ArtifactDir()
	s := saved{c.of.digest(), o.Signature, o.Hash, p, text}
	if err := os.WriteFile(filepath.Join(dir, s.name()), []byte(s.format()), 0o666); err != nil {
		c.t.Logf("simtest: no artefact: %v", err)
	}
}

// line is how to see it again: one line, unwrapped, that a shell takes as it is.
func (c *checking) line(p plan.Plan, hash uint64, path string) string {
	token := c.of.token(p, hash)
	if len(token) > plan.ShortToken && path != "" {
		token = "@" + filepath.ToSlash(path)
	}
	return fmt.Sprintf("REPLAY: go test -run '%s' -sim.replay=%s", pattern(c.t.Name()), token)
}

// pattern is what -run needs to select one test.
func pattern(test string) string {
	parts := strings.Split(test, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}

// tidy is the plan without places at which nothing stands any more: the same run.
func (c *checking) tidy(p plan.Plan, o plan.Outcome) plan.Plan {
	q := p
	q.Without = nil
	what := c.of.elements(p)
	for _, place := range p.Without {
		if place < len(what) && what[place] != "" {
			q.Without = append(q.Without, place)
		}
	}
	if again := c.of.run(q, nil); again.Hash != o.Hash || again.Signature != o.Signature {
		return p
	}
	return q
}

// mostNeeds is of how many things a story says what comes of the run without them. Each takes a run.
const mostNeeds = 24

// story tells a failing run. It follows from the plan, and is the same whenever it is told.
func (c *checking) story(p plan.Plan) string {
	o := c.of.run(p, nil)
	t := c.of.tell(p, o)
	var b strings.Builder
	b.WriteString(t.head)
	things := c.needed(t, p)
	if len(things) > 0 {
		b.WriteString("it takes\n")
	}
	for i, thing := range things {
		if i == mostNeeds {
			fmt.Fprintf(&b, "  and %d more\n", len(things)-i)
			break
		}
		fmt.Fprintf(&b, "  %s (without it: %s)\n", thing.what, c.without(thing.plan, o.Signature))
	}
	b.WriteString(t.tail)
	return b.String()
}

// thing is something that a failing run needs, or seems to, and the plan without it.
type thing struct {
	what string
	plan plan.Plan
}

// needed lists what a plan does not leave out, and how it deviates. What the declaration drew shows in what was declared.
func (c *checking) needed(t tale, p plan.Plan) (things []thing) {
	for _, place := range c.kept(p) {
		q := p
		q.Without = append(q.Without[:len(q.Without):len(q.Without)], place)
		things = append(things, thing{t.place(place), q.Canonical()})
	}
	declared := map[choice.Key]bool{}
	for _, d := range c.of.declared(p) {
		declared[d.Key] = true
	}
	for i, d := range p.Deviations {
		if declared[d.Key] {
			continue
		}
		q := p
		q.Deviations = append(p.Deviations[:i:i], p.Deviations[i+1:]...)
		if what := t.words(d); what != "" {
			things = append(things, thing{what, q.Canonical()})
		}
	}
	return things
}

// without says what comes of a plan that has something less.
func (c *checking) without(p plan.Plan, signature string) string {
	switch o := c.of.run(p, nil); o.Signature {
	case "":
		return "passes"
	case signature:
		return "the same"
	default:
		return o.Signature
	}
}
