package reports

// Results are what several scenarios say together: all that those reports need which are written at the end.
type Results struct {
	Program     string     // what made the runs, with its version
	Scenarios   []*Summary // in their order
	Wavers      []*Waver   // the plans that were not deterministic
	Loose       []*Saved   // kept runs that are of none of the scenarios: nobody played them
	Strict      bool       // what is undecided, and what was never tested, counts as an error
	Canary      bool       // the scenarios have planted bugs: a failure is what was hoped for
	Interrupted bool       // somebody broke it off
	Bug         string     // why the program itself could not go on; "" if it could
	ExitCode    int        // with which the program ends
}

// state is how well a scenario went, for those who show it with a sign.
type state int

const (
	good state = iota
	open       // nothing broke, and not all is decided, or not all was run
	bad
)

// state is that of one scenario.
func (r *Results) state(s *Summary) state {
	word := s.Word()
	switch {
	case len(r.wavers(s)) > 0, len(s.Stale()) > 0:
		return bad
	case r.Canary && word == Broken:
		return good
	case r.Canary && !s.unfinished():
		return bad
	case word == Broken:
		return bad
	case word == Undecided && r.Strict, r.Strict && (len(s.Idle()) > 0 || s.SavedUndecided() > 0):
		return bad
	case word == Undecided, word == Stopped:
		return open
	}
	return good
}

// word says it.
func (r *Results) word(s *Summary) string {
	switch word := s.Word(); {
	case len(r.wavers(s)) > 0:
		return "not deterministic"
	case !r.Canary || word == Outdated:
		return string(word)
	case word == Broken:
		return "found"
	case s.unfinished():
		return "not found yet"
	}
	return "not found"
}

// Word is what there is to say of all scenarios together, and of the kept runs that are of none of them.
func (r *Results) Word() Word {
	word := Total(r.Scenarios).Word()
	switch {
	case r.staleLoose() > 0 && word != Broken:
		return Outdated
	case word == Holds && (r.Interrupted || r.Bug != ""):
		return Stopped // not all scenarios were begun
	}
	return word
}

// staleLoose is how many kept runs are of none of the scenarios because something is wrong with them.
func (r *Results) staleLoose() int {
	n := 0
	for _, x := range r.Loose {
		if x.Word == Stale {
			n++
		}
	}
	return n
}

// wavers are those of a scenario.
func (r *Results) wavers(s *Summary) []*Waver {
	var list []*Waver
	for _, x := range r.Wavers {
		if x.Scenario == s.Scenario && x.File == s.File {
			list = append(list, x)
		}
	}
	return list
}

// group is the failures that a rule began; nil if there are none.
func (s *Summary) group(c RuleCount) *Group {
	for _, g := range s.Failures {
		if g.Rule == c.Rule && g.Kind == c.Kind {
			return g
		}
	}
	return nil
}

// place is where the rule of a group is written.
func (g *Group) place() (file string, line, col int) {
	if len(g.Found) == 0 {
		return "", 0, 0
	}
	r := g.Found[0].Run
	v := r.broken()
	if v.File == "" {
		return r.File, 0, 0
	}
	return v.File, v.Line, v.Col
}

// text is a group as people read it, without colours. Its last line replays the last of what it shows.
func (g *Group) text() string {
	p := &page{}
	p.group(g)
	return p.b.String()[1:] // without the empty line above
}

// text is a plan that wavers as people read it.
func (x *Waver) text() string {
	p := &page{}
	p.waver(x)
	return p.b.String()
}
