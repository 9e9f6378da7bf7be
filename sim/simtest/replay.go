package simtest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// replay runs the plan that -sim.replay names, and reports whether there was one.
func (c *checking) replay() bool {
	c.t.Helper()
	if c.flags.replay == "" {
		return false
	}
	p, hash, digest, err := c.named(c.flags.replay)
	if err != nil && !c.flags.ambient {
		c.t.Fatalf("-sim.replay: %v", err)
	}
	if digest != c.of.digest() || err != nil {
		if c.flags.ambient {
			c.t.Skip("SIM_REPLAY is of another test")
		}
		c.t.Fatalf("-sim.replay: the plan is of another %s, or this one's declaration was edited since", c.of.noun())
	}
	o := c.of.run(p, nil)
	if c.again(p, o); c.waver != nil {
		c.wavers(p, c.waver)
		return true
	}
	another := hash != 0 && hash != plan.HashStart(o.Hash)
	switch {
	case o.Fails():
		text := c.story(p)
		if another {
			text += "it is not the run that the plan was saved of: the program has changed\n"
		}
		c.broke(breaksMessage, p, o, text, "")
	case len(o.Drift) > 0:
		c.t.Errorf("simtest: the plan breaks nothing, but the program has moved away from it\n%s", drifted(o))
	case another:
		c.t.Log("simtest: the plan breaks nothing any more; the program has changed since it was made")
	default:
		c.t.Log("simtest: the plan breaks nothing")
	}
	return true
}

// named reads what -sim.replay says.
func (c *checking) named(text string) (p plan.Plan, hash uint32, digest uint64, err error) {
	if path, is := strings.CutPrefix(text, "@"); is {
		s, err := readSaved(filepath.FromSlash(path))
		return s.plan, plan.HashStart(s.hash), s.spec, err
	}
	t, err := c.of.named(text)
	return t.Plan, t.Hash, t.Program, err
}

// drifted lists what of a plan the program does not ask any more.
func drifted(o plan.Outcome) string {
	var b strings.Builder
	for i, d := range o.Drift {
		if i == mostNeeds {
			fmt.Fprintf(&b, "  and %d more\n", len(o.Drift)-i)
			break
		}
		fmt.Fprintf(&b, "  %v\n", d)
	}
	return b.String()
}

// playSaved plays the saved plans. A plan that fails is told like one that was found.
func (c *checking) playSaved() {
	c.t.Helper()
	paths, err := savedIn(c.dir)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, path := range paths {
		c.one(path)
	}
}

// one plays a saved plan.
func (c *checking) one(path string) {
	c.t.Helper()
	s, err := readSaved(path)
	if err != nil {
		c.stale(path, err.Error())
		return
	}
	if s.spec != c.of.digest() && !c.flags.update {
		c.stale(path, "the declaration was edited since: what the plan leaves out and draws is not what it was")
		return
	}
	o := c.of.run(s.plan, nil)
	if c.again(s.plan, o); c.waver != nil {
		c.wavers(s.plan, c.waver)
		return
	}
	switch {
	case c.flags.update:
		c.rewrite(path, s, o)
	case o.Fails():
		c.still(path, s, o, "")
	case len(o.Drift) > 0:
		c.stale(path, "the program does not ask any more what the plan answers:\n"+strings.TrimRight(drifted(o), "\n"))
	case s.breaks != "":
		c.stale(path, "it does not break "+s.breaks+" any more; if that was mended, this makes it a plan that must hold")
	}
}

// still fails the test because a saved plan breaks a rule: it is nothing new.
func (c *checking) still(path string, s saved, o plan.Outcome, more string) {
	c.t.Helper()
	text := c.story(s.plan) + "the saved plan " + filepath.ToSlash(path)
	switch s.breaks {
	case o.Signature:
		text += " still breaks it\n"
	case "":
		text += " held when it was written: the bug is back, or there is another\n"
	default:
		text += " broke " + s.breaks + " when it was written\n"
	}
	c.broke(stillMessage, s.plan, o, text+more, path)
}

// stale fails the test because of a saved plan.
func (c *checking) stale(path, why string) {
	c.t.Helper()
	c.t.Errorf("%s: %s\n%s\nto write it anew: go test -run '%s' -sim.update", staleMessage, filepath.ToSlash(path), why,
		pattern(c.t.Name()))
}

// rewrite makes a saved plan what it is now, and fails the test if it breaks a rule: it will the next time. Of its
// deviations those stay that are asked for; if it never meant anything else, there is nothing left of it.
func (c *checking) rewrite(path string, was saved, o plan.Outcome) {
	c.t.Helper()
	s := saved{spec: c.of.digest(), breaks: o.Signature, hash: o.Hash, plan: asked(was.plan, o.Drift)}
	if o.Fails() {
		s.story = c.story(was.plan)
	}
	if err := os.WriteFile(path, []byte(s.format()), 0o666); err != nil {
		c.t.Fatal(err)
	}
	if o.Fails() {
		was.plan = s.plan
		c.still(path, was, o, "wrote it anew, and that mends nothing\n")
		return
	}
	c.t.Logf("simtest: wrote %s anew: it breaks nothing", filepath.ToSlash(path))
}

// asked is a plan without the deviations that its run has not asked for.
func asked(p plan.Plan, drift []choice.Drift) plan.Plan {
	void := map[choice.Key]bool{}
	for _, d := range drift {
		void[d.Deviation.Key] = true
	}
	p.Deviations = slices.DeleteFunc(slices.Clone(p.Deviations), func(d choice.Deviation) bool { return void[d.Key] })
	return p
}
