package application

import (
	"maps"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// GetEnv is the value of a parameter of an application. It asks nobody.
func GetEnv(p *sim.Proc, app, key sim.Atom) (value any, ok bool) {
	value, ok = tableOf(p).env[app][key]
	return value, ok
}

// GetOwnEnv is GetEnv for the application that the calling process belongs to.
func GetOwnEnv(p *sim.Proc, key sim.Atom) (value any, ok bool) {
	app, ok := Own(p)
	if !ok {
		return nil, false
	}
	return GetEnv(p, app, key)
}

// GetAllEnv is an application's environment: a copy.
func GetAllEnv(p *sim.Proc, app sim.Atom) Env {
	env := Env{}
	maps.Copy(env, tableOf(p).env[app])
	return env
}

// EnvOpt is an option of changing a parameter.
type EnvOpt struct {
	persistent bool
	patience   otp.CallOpt
}

// Persistent makes a change outlive Unload: it counts as part of the node's configuration. It does not
// outlive the node.
func Persistent() EnvOpt { return EnvOpt{persistent: true} }

// Patiently says how long to wait for the controller: 5 s if nothing is said. A process that the controller
// waits for, because its application is being stopped, waits in vain.
func Patiently(patience otp.CallOpt) EnvOpt { return EnvOpt{patience: patience} }

// SetEnv changes a parameter of an application, be it loaded or not. The controller does it.
func SetEnv(p *sim.Proc, app, key sim.Atom, value any, opts ...EnvOpt) error {
	persistent, patience := settle(opts)
	_, err := call(p, setEnv{app, key, value, persistent}, patience...)
	return err
}

// UnsetEnv removes a parameter of an application.
func UnsetEnv(p *sim.Proc, app, key sim.Atom, opts ...EnvOpt) error {
	persistent, patience := settle(opts)
	_, err := call(p, unsetEnv{app, key, persistent}, patience...)
	return err
}

func settle(opts []EnvOpt) (persistent bool, patience []otp.CallOpt) {
	for _, o := range opts {
		persistent = persistent || o.persistent
		patience = append(patience, o.patience)
	}
	return persistent, patience
}
