package code

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
)

// resident is what a behaviour is given in the place of the user's server, machine or handler: it holds the one
// of the version that its process runs, and changes it for another.
type resident[I any] struct {
	*use
	module *Module
	impl   I
	args   []any
	before *past[I] // what to go back to; nil: it has not changed
}

// past is what a resident was before its code changed.
type past[I any] struct {
	impl I
	load *load
}

func (r *resident[I]) build(l *load) I { return codeOf[maker[I]](r.module, l.Version)(r.args) }

// begin makes the resident one of the current version.
func (r *resident[I]) begin(p *sim.Proc) {
	r.use = tableOf(p).enter(p, r.module)
	r.keep = r
	r.impl = r.build(r.load)
}

// change is the CodeChange of all residents. ask calls the user's. back is true if all that is to be done is to go back.
func (r *resident[I]) change(p *sim.Proc, oldVsn any, ask func(of I, oldVsn any) error) (back bool, err error) {
	if _, back := oldVsn.(gen.Undo); back {
		if r.before != nil {
			r.impl, r.load = r.before.impl, r.before.load
		}
		r.forget()
		return true, nil
	}
	r.forget()
	to, said := oldVsn.(target)
	if !said {
		to = target{tableOf(p).entry(r.module).current}
	}
	if to.index != r.load.index {
		return false, r.move(to.load, ask)
	}
	if !said { // the same code: somebody wants to see its CodeChange at work
		err = ask(r.impl, oldVsn)
	}
	if err == nil {
		r.turn(r.impl, to.load) // which may have been loaded once more
	}
	return false, err
}

// turn makes the resident another, and remembers what it was.
func (r *resident[I]) turn(impl I, to *load) {
	r.before = &past[I]{r.impl, r.load}
	r.impl, r.load = impl, to
}

// move goes to another version: the newer one of the two is asked.
func (r *resident[I]) move(to *load, ask func(of I, oldVsn any) error) (err error) {
	next, asked := r.build(to), false
	if to.index > r.load.index {
		err = ask(next, Up{r.load.Vsn, r.impl, &asked})
	} else {
		err = ask(r.impl, Down{to.Vsn, next, &asked})
	}
	if err == nil && !asked {
		err = unmoved(r.module, r.load.Vsn, to.Vsn)
	}
	if err == nil {
		r.turn(next, to)
	}
	return err
}

// forget forgets what the resident was: it will not go back.
func (r *resident[I]) forget() { r.before = nil }
