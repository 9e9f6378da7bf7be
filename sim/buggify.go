package sim

import (
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// What Config.Buggify says beside a number of percent.
const (
	DefaultBuggify = 25 // what its zero value means
	NoBuggify      = -1 // no site does anything
)

// Buggify is for a place where the program under test offers to behave as badly as it may: rarely, harmfully and by its
// own rules, as a cache that is emptied, a retry that comes at once, a batch of one. It reports, rarely, that this is
// to be done here. site names the place.
//
// Each site is on in half of all runs and off in the others, so that runs differ in what they suffer from; one that is
// on says yes in Config.Buggify of a hundred cases. Both are draws, keyed to the site and to the process: a site more
// moves no other draw, and under a dull source all are off. Without a site nothing is drawn.
func (p *Proc) Buggify(site string) bool {
	w := p.w
	if w.cfg.Buggify < 0 || !p.acts() {
		return false
	}
	s := w.site(site)
	return s.on && s.fires(p)
}

// site is a place that said Buggify in this run.
type site struct {
	name  string
	on    bool
	fired uint64
	asked map[uint64]uint64 // how often, by the key of the process
}

// site is the site of that name; the first time somebody comes by it is drawn whether it is on.
func (w *World) site(name string) *site {
	if s := w.sites.at(name); s != nil {
		return *s
	}
	s := &site{name: name, on: w.chance.Chance(choice.Key{Domain: choice.Buggify, ID: choice.ID("site", name)}, 1, 2)}
	w.sites.put(name, s)
	return s
}

// fires draws whether the site says yes to a process.
func (s *site) fires(p *Proc) bool {
	w := p.w
	percent := w.cfg.Buggify
	if percent == 0 {
		percent = DefaultBuggify
	}
	if s.asked == nil {
		s.asked = map[uint64]uint64{}
	}
	s.asked[p.id.Key]++
	k := choice.Key{Domain: choice.Buggify, ID: choice.Child(p.id.Key, s.name, 0), N: s.asked[p.id.Key]}
	if !w.chance.Chance(k, percent, 100) {
		return false
	}
	s.fired++
	w.note(trace.User, p.id, nil, choice.ID("buggify", s.name))
	w.tellText(trace.User, p.id, nil, "buggify", s.told())
	return true
}

// BuggifySite is what has become of a site of Buggify. That one fires is a fact of the program, of the kind buggify,
// with this beside it.
type BuggifySite struct {
	Name  string
	On    bool   // it is of the half that is on in this run
	Fired uint64 // how often it said yes so far
}

// String says that it fires, and for which time.
func (s BuggifySite) String() string {
	if s.Fired == 0 {
		return "site " + s.Name + " has not fired"
	}
	return "site " + s.Name + " fires for the " + term.Ordinal(s.Fired) + " time"
}

func (s *site) told() BuggifySite { return BuggifySite{s.name, s.on, s.fired} }

// BuggifySites are the sites that somebody came by, in the order in which that was first so.
func (v View) BuggifySites() (all []BuggifySite) {
	for _, e := range v.w.sites.entries {
		all = append(all, e.val.told())
	}
	return all
}
