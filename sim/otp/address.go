package otp

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Registry is where names of the {global, Name} and {via, Registry, Name} kinds live. What it knows must
// be part of the world, held by processes: one Registry value serves all worlds.
type Registry interface {
	// Whereis is the holder of the name as the process's node sees it now.
	Whereis(p *sim.Proc, name string) (sim.PID, bool)
	// Register gives pid the name; it reports whether it was free.
	Register(p *sim.Proc, name string, pid sim.PID) bool
	// Unregister frees the name.
	Unregister(p *sim.Proc, name string)
}

// GlobalRegistry is the name under which package global provides itself.
const GlobalRegistry = "global"

var registries = map[string]Registry{}

// Provide makes a registry known under the name that term.Via uses. It is for init functions.
func Provide(name string, r Registry) { registries[name] = r }

// registryOf finds the registry that an address speaks of; ok is false if it speaks of none.
func registryOf(to sim.Addr) (r Registry, name string, ok bool) {
	kind := GlobalRegistry
	switch to := to.(type) {
	case term.Global:
		name = string(to)
	case term.Via:
		kind, name = to.Registry, to.Name
	default:
		return nil, "", false
	}
	if r = registries[kind]; r == nil {
		panic(&sim.Error{Reason: "undef", Op: "whereis_name", Detail: "no registry called " + kind})
	}
	return r, name, true
}

// Whereis is the process behind an address as far as this node knows now, without asking anybody: the PID
// itself, the holder of a name. A name on another node is not known here.
func Whereis(p *sim.Proc, to sim.Addr) (sim.PID, bool) {
	switch to := to.(type) {
	case sim.PID:
		return to, !to.IsZero()
	case sim.Name:
		return p.Whereis(to)
	case term.NameAt:
		if to.Node == p.Node() {
			return p.Whereis(to.Name)
		}
		return sim.PID{}, false
	}
	r, name, ok := registryOf(to)
	if !ok {
		panic(&sim.Error{Reason: "badarg", Op: "whereis", Detail: "not the address of a process"})
	}
	return r.Whereis(p, name)
}

// Register registers the calling process under a name of any kind. If the name is taken, it returns its
// holder and false.
func Register(p *sim.Proc, name sim.Addr) (holder sim.PID, ok bool) {
	self := p.Self()
	if local, isLocal := name.(sim.Name); isLocal {
		if pid, taken := p.Whereis(local); taken {
			return pid, false
		}
		p.Register(local, self)
		return self, true
	}
	r, text, known := registryOf(name)
	if !known {
		panic(&sim.Error{Reason: "badarg", Op: "register_name", Detail: "not a name"})
	}
	if r.Register(p, text, self) {
		return self, true
	}
	holder, _ = r.Whereis(p, text)
	return holder, false
}

// Unregister frees a name of any kind that the calling process holds; if it does not hold it, nothing happens.
func Unregister(p *sim.Proc, name sim.Addr) {
	if pid, ok := Whereis(p, name); !ok || pid != p.Self() {
		return
	}
	if local, ok := name.(sim.Name); ok {
		p.Unregister(local)
		return
	}
	if r, text, ok := registryOf(name); ok {
		r.Unregister(p, text)
	}
}
