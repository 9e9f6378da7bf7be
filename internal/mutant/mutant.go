// Package mutant names mistakes that can be planted in the code of this module, one in a run, so that the suites that
// ought to find them can be held to it. A mistake is planted where the code asks for it by name, on rare paths alone:
// an exit, a link, a decision of a supervisor. The zero Mutant is no mistake, and all there is for a program.
package mutant

// Mutant is a mistake to make, or none. It compares with ==.
type Mutant struct{ about *about }

// about is what there is to say of a mistake.
type about struct{ name, home, what string }

// Is reports whether m is the mistake that.
func (m Mutant) Is(that Mutant) bool { return m.about != nil && m.about == that.about }

// None reports whether m is no mistake at all.
func (m Mutant) None() bool { return m.about == nil }

// String is the mistake's name; none for the zero Mutant.
func (m Mutant) String() string {
	if m.about == nil {
		return "none"
	}
	return m.about.name
}

// Home is where the mistake is planted: supervisor, server, gen, process, node, global or race. "" for the zero Mutant.
func (m Mutant) Home() string {
	if m.about == nil {
		return ""
	}
	return m.about.home
}

// What says in one line what goes wrong. "" for the zero Mutant.
func (m Mutant) What() string {
	if m.about == nil {
		return ""
	}
	return m.about.what
}

// List is all mistakes that can be planted, those of one home together.
func List() []Mutant { return append([]Mutant(nil), all...) }

// Named is the mistake of that name. ok is false if there is none.
func Named(name string) (m Mutant, ok bool) {
	for _, m := range all {
		if m.about.name == name {
			return m, true
		}
	}
	return Mutant{}, false
}

var all []Mutant

// plant makes a mistake known.
func plant(home, name, what string) Mutant {
	m := Mutant{&about{name, home, what}}
	all = append(all, m)
	return m
}
