package conform

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// appModule is what the callbacks of the applications of a case have as their module in reasons.
const appModule = term.Atom("o_app")

// appOperations are those of applications.
var appOperations = map[string]operation{
	"app_load":       func(a *actor, o Op) any { return appResult(application.Load(a.p, a.s.app(o.object("app")))) },
	"app_unload":     func(a *actor, o Op) any { return appResult(application.Unload(a.p, appName(o))) },
	"app_start":      func(a *actor, o Op) any { return appResult(application.Start(a.p, appName(o), appType(o))) },
	"app_ensure_all": (*actor).appEnsureAll,
	"app_stop":       func(a *actor, o Op) any { return appResult(application.Stop(a.p, appName(o))) },
	"app_which":      (*actor).appWhich,
	"app_get_env":    (*actor).appGetEnv,
	"app_set_env":    (*actor).appSetEnv,
	"app_of":         (*actor).appOf,
}

func appName(o Op) sim.Atom { return sim.Atom(o.text("name")) }

func appType(o Op) application.Type { return application.Type(o.textOr("type", "temporary")) }

// appResult is ok, {error, Reason}, or the exit of a call.
func appResult(err error) any {
	if err != nil {
		return startFailure(err)
	}
	return ok
}

func (a *actor) appEnsureAll(o Op) any {
	names, err := application.EnsureAllStarted(a.p, appType(o), appName(o))
	if err != nil {
		return startFailure(err)
	}
	list := []any{}
	for _, name := range names {
		list = append(list, name)
	}
	return term.Tuple{ok, list}
}

// appWhich leaves out what every node has.
func (a *actor) appWhich(Op) any {
	infos, err := application.WhichApplications(a.p)
	if err != nil {
		return exitOf(err)
	}
	list := []any{}
	for _, info := range infos {
		if info.Name != "kernel" && info.Name != "stdlib" {
			list = append(list, info.Name)
		}
	}
	return list
}

func (a *actor) appGetEnv(o Op) any {
	v, set := application.GetEnv(a.p, appName(o), sim.Atom(o.text("key")))
	return maybe(v, set)
}

func (a *actor) appSetEnv(o Op) any {
	err := application.SetEnv(a.p, appName(o), sim.Atom(o.text("key")), a.term(o, "value"))
	return appResult(err)
}

func (a *actor) appOf(o Op) any {
	name, known := application.Of(a.p, a.pid(o, "to"))
	return maybe(name, known)
}

// maybe is {ok, V} or undefined.
func maybe(v any, there bool) any {
	if !there {
		return term.Undefined
	}
	return term.Tuple{ok, v}
}

// app decodes an application.
func (s *stage) app(o Op) application.App {
	name := o.text("name")
	app := application.App{
		Name: sim.Atom(name), Description: name, Vsn: "1", Module: appModule, Args: closure{},
		Deps: append([]sim.Atom{"kernel", "stdlib"}, atoms(o.texts("apps"))...), Included: atoms(o.texts("included")),
		Env: application.Env{},
	}
	for key, v := range o.object("env") {
		app.Env[sim.Atom(key)] = s.term(v)
	}
	for _, r := range o.texts("registered") {
		app.Registered = append(app.Registered, sim.Name(r))
	}
	if o.flag("library") {
		return app
	}
	app.Start = func(p *sim.Proc, typ application.StartType, _ any) (otp.Started, error) {
		s.log(name, term.Tuple{term.Atom("start"), typ.Term()})
		return s.startApp(p, o)
	}
	app.PrepStop = func(_ *sim.Proc, state any) any {
		s.log(name, term.Atom("prep_stop"))
		return state
	}
	app.Stop = func(*sim.Proc, any) { s.log(name, term.Atom("stop")) }
	if o.has("phases") {
		app.Phases = []application.Phase{}
	}
	for _, phase := range o.texts("phases") {
		app.Phases = append(app.Phases, application.Phase{Name: sim.Atom(phase)})
	}
	app.StartPhase = func(_ *sim.Proc, phase sim.Atom, typ application.StartType, _ any) error {
		s.log(name, term.Tuple{term.Atom("start_phase"), phase, typ.Term()})
		return nil
	}
	return app
}

func atoms(names []string) []sim.Atom {
	list := make([]sim.Atom, len(names))
	for i, name := range names {
		list[i] = sim.Atom(name)
	}
	return list
}

// startApp does what the script of an application says about its start.
func (s *stage) startApp(p *sim.Proc, o Op) (otp.Started, error) {
	ret, given := o["start"]
	if !given {
		ret = "ok"
	}
	word, rest := verb(ret)
	switch {
	case word == "ok" && len(rest) == 0:
		init := s.supInit(o.text("name")+"_sup", false, o.object("sup"))
		return supervisor.StartLinkInit(p, nil, init, supervisor.Module(supModule))
	case len(rest) != 1:
	case word == "error":
		return otp.Started{}, &otp.StartError{Reason: s.term(rest[0])}
	case word == "exit":
		p.ExitSelf(s.term(rest[0]))
	case word == "crash":
		panic(s.term(rest[0]))
	case word == "bad":
		v := s.term(rest[0])
		if t, is := v.(term.Tuple); is && len(t) == 2 && t[0] == any(term.Atom("error")) { // not so bad
			return otp.Started{}, &otp.StartError{Reason: t[1]}
		}
		return otp.Started{}, &otp.BadReturn{Value: v}
	}
	malformed(ret)
	return otp.Started{}, nil
}
