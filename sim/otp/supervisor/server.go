package supervisor

import (
	"errors"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// server is a supervisor's process: a gen_server.
type server struct {
	genserver.Base
	strategy  Strategy // "" before init has answered
	intensity Intensity
	table     table
	window    window
	auto      AutoShutdown
	name      any // what reports call it
	module    sim.Atom
	init      Init
}

// String prints what the supervisor is and what it has, in one line: its table must not be printed as it is.
func (s *server) String() string {
	spec := Spec{Strategy: s.strategy, Intensity: s.intensity, AutoShutdown: s.auto}
	for c := s.table.first; c != nil; c = c.next {
		spec.Children = append(spec.Children, *c.spec)
	}
	return "#supervisor{" + spec.String() + "}"
}

// begin sets the supervisor up and starts its children. A reason says why it does not start; the error is
// otp.ErrIgnore if it chose so.
func (s *server) begin(p *sim.Proc) (reason sim.Reason, err error) {
	p.TrapExit(true)
	if s.name == nil {
		s.name = p.Self()
	}
	spec, err := s.init(p)
	if errors.Is(err, otp.ErrIgnore) {
		return nil, otp.ErrIgnore
	}
	if err != nil {
		return term.Tuple{term.Atom("bad_return"), term.Tuple{s.module, term.Atom("init"), returned(err)}}, nil
	}
	if wrong := spec.checkFlags(p.Compat()); wrong != nil {
		return term.Tuple{term.Atom("supervisor_data"), wrong}, nil
	}
	s.setFlags(spec)
	if s.strategy == SimpleOneForOne && len(spec.Children) != 1 {
		return term.Tuple{term.Atom("bad_start_spec"), spec.Children}, nil
	}
	if wrong := checkAll(spec.Children, s.auto); wrong != nil {
		return term.Tuple{term.Atom("start_spec"), wrong}, nil
	}
	s.table = newTable(spec.Children, s.strategy == SimpleOneForOne)
	return s.startAll(p), nil
}

// startAll starts the children, or, if one cannot be started, none (SUP3).
func (s *server) startAll(p *sim.Proc) (reason sim.Reason) {
	failed, why := s.startFrom(p, s.table.first)
	if failed == nil {
		return nil
	}
	reason = term.Tuple{sim.Shutdown, term.Tuple{term.Atom("failed_to_start_child"), term.Atom(failed.spec.ID), why}}
	s.stopFrom(p, s.table.first)
	return reason
}

// returned is what an Erlang init function would have returned in the place of an error.
func returned(err error) any {
	var bad *otp.BadReturn
	if errors.As(err, &bad) {
		return bad.Value
	}
	return term.Tuple{term.Atom("error"), otp.ExitReason(err)}
}

func (s *server) setFlags(spec Spec) {
	s.strategy = spec.Strategy.orDefault()
	s.intensity = spec.Intensity.orDefault()
	s.auto = spec.AutoShutdown.orDefault()
}

// changeCode asks init anew. Children keep their processes, and none is started or stopped (SUP19).
func (s *server) changeCode(p *sim.Proc) error {
	spec, err := s.init(p)
	if errors.Is(err, otp.ErrIgnore) {
		return nil
	}
	if err != nil {
		return err
	}
	wrong := spec.checkFlags(p.Compat())
	dynamic := spec.Strategy == SimpleOneForOne
	switch {
	case wrong != nil:
	case dynamic != (s.strategy == SimpleOneForOne): // OTP takes it, and crashes at the next request
		wrong = term.Tuple{term.Atom("invalid_strategy"), term.Atom(spec.Strategy.orDefault())}
	case dynamic && len(spec.Children) != 1:
		wrong = term.Tuple{term.Atom("bad_start_spec"), spec.Children}
	default:
		wrong = checkAll(spec.Children, spec.AutoShutdown.orDefault())
	}
	if wrong != nil {
		return &Error{wrong}
	}
	s.remember(p)
	s.setFlags(spec)
	s.table.update(spec.Children)
	return nil
}

// Init starts the supervisor.
func (s *server) Init(p *sim.Proc) genserver.InitResult {
	reason, err := s.begin(p)
	switch {
	case err != nil:
		return genserver.Ignore()
	case reason != nil:
		return genserver.StopInit(reason)
	case s.table.template == nil && p.Compat() != sim.OTP25: // what is static may as well sleep (SUP20)
		return genserver.Ok().Hibernate()
	}
	return genserver.Ok()
}

// HandleCall answers a request.
func (s *server) HandleCall(p *sim.Proc, req any, _ otp.From) genserver.Result {
	return genserver.ReplyAny(s.serve(p, req))
}

// serve does what is asked. The answer is an error if it does not.
func (s *server) serve(p *sim.Proc, req any) any {
	switch req := req.(type) {
	case *startChild:
		return either(s.startChild(p, req.Child))
	case startDynamic:
		return either(s.startDynamic(p, req.Args))
	case terminateChild:
		return s.terminateChild(p, req.which)
	case restartChild:
		return either(s.restartChild(p, req.which))
	case deleteChild:
		return s.deleteChild(p, req.which)
	case getChildSpec:
		return either(s.childSpec(p, req.which))
	case whichChildren:
		return s.whichChildren()
	case countChildren:
		return s.countChildren(p)
	}
	panic(functionClause("handle_call"))
}

// either is what was done, or why it was not.
func either[T any](done T, err error) any {
	if err != nil {
		return err
	}
	return done
}

// HandleCast hears only from the supervisor itself.
func (s *server) HandleCast(p *sim.Proc, msg any) genserver.Result {
	m, ok := msg.(tryAgain)
	if !ok {
		panic(functionClause("handle_cast"))
	}
	return goOn(s.again(p, m))
}

// HandleInfo hears of children that have ended, if somebody has made a plain message of that: see Exited. Anything else
// is reported and forgotten.
func (s *server) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	exit, ok := msg.(sim.Exit)
	if !ok {
		p.Report("warning", p.Self(), term.Tuple{term.Atom("unexpected_message"), msg})
		return genserver.NoReply()
	}
	return goOn(s.Exited(p, exit.From, exit.Reason, gen.Overseeing{}))
}

// goOn is how a supervisor goes on, or does not: whatever it was that was too much, it exits with shutdown (SUP10).
func goOn(yes bool) genserver.Result {
	if yes {
		return genserver.NoReply()
	}
	return genserver.Stop(sim.Shutdown)
}

// Terminate stops all children, in the reverse order of their start (SUP1).
func (s *server) Terminate(p *sim.Proc, _ sim.Reason) {
	if s.strategy == SimpleOneForOne {
		s.stopAllDynamic(p)
		return
	}
	s.stopFrom(p, s.table.first)
}

// CodeChange asks init anew, or goes back to what was before that.
func (s *server) CodeChange(p *sim.Proc, oldVsn, _ any) error {
	if _, back := oldVsn.(gen.Undo); back {
		s.goBack(p)
		return nil
	}
	s.forget(p)
	return s.changeCode(p)
}

// functionClause is how a supervisor crashes that is asked for what it does not know.
func functionClause(op string) *sim.Error {
	return &sim.Error{Reason: "function_clause", Op: "supervisor:" + op}
}
