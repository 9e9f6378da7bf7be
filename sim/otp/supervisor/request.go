package supervisor

import (
	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// The requests. They print as OTP's. Those that hold what can change have exported fields: they may come from another node.
type (
	startChild     struct{ Child Child }
	startDynamic   struct{ Args []any }
	terminateChild struct{ which any }
	restartChild   struct{ which any }
	deleteChild    struct{ which any }
	getChildSpec   struct{ which any }
	whichChildren  struct{}
	countChildren  struct{}
)

func (r *startChild) String() string    { return request("start_child", r.Child) }
func (r startDynamic) String() string   { return request("start_child", r.Args) }
func (r terminateChild) String() string { return request("terminate_child", r.which) }
func (r restartChild) String() string   { return request("restart_child", r.which) }
func (r deleteChild) String() string    { return request("delete_child", r.which) }
func (r getChildSpec) String() string   { return request("get_childspec", r.which) }
func (whichChildren) String() string    { return "which_children" }
func (countChildren) String() string    { return "count_children" }

func request(what term.Atom, arg any) string {
	if id, ok := arg.(string); ok {
		arg = term.Atom(id)
	}
	return term.Tuple{what, arg}.String()
}

func (s *server) startChild(p *sim.Proc, c Child) (otp.Started, error) {
	if s.table.template != nil { // the specification is no list of arguments
		return otp.Started{}, &Error{term.Tuple{term.Atom("EXIT"), &term.Crash{Err: term.Atom("badarg")}}}
	}
	if wrong := c.check(s.auto); wrong != nil {
		return otp.Started{}, &Error{wrong}
	}
	if known := s.table.named(c.ID); known != nil {
		if known.phase == running {
			return otp.Started{}, &Error{otp.AlreadyStarted(known.pid).Reason}
		}
		return otp.Started{}, ErrAlreadyPresent
	}
	spec := settled(c)
	pid, info, reason := s.launch(p, spec, nil)
	switch {
	case reason != nil:
		return otp.Started{}, startFailed(p, reason, spec)
	case pid.IsZero() && spec.Restart == Temporary:
		return otp.Started{}, nil
	case spec.Restart == Temporary:
		spec.Start = nil // it is never started again
	}
	added := s.table.add(spec)
	if p.Mutant().Is(mutant.DynamicFirst) {
		s.table.toFront(added)
	}
	s.table.runs(added, pid)
	return otp.Started{PID: pid, Info: info}, nil
}

// startFailed is {error, {Reason, Child}}, except that OTP 27 says plainly who has the name that the child wanted.
func startFailed(p *sim.Proc, reason sim.Reason, spec *Child) error {
	if t, ok := reason.(term.Tuple); ok && p.Compat() != sim.OTP25 && len(t) == 2 && t[0] == any(term.Atom("already_started")) {
		return &Error{reason}
	}
	return &Error{term.Tuple{reason, *spec}}
}

func (s *server) terminateChild(p *sim.Proc, which any) error {
	pid, isPID := which.(sim.PID)
	if s.table.template != nil {
		if !isPID {
			return ErrSimpleOneForOne
		}
		return s.stopDynamic(p, pid)
	}
	c := s.named(which)
	if c == nil {
		return ErrNotFound
	}
	s.stop(p, c)
	spec := c.spec
	s.table.ended(c)
	if s.auto.ends(spec, &s.table) && p.Mutant().Is(mutant.TerminateTriggers) {
		p.ExitSelf(sim.Shutdown)
	}
	return nil
}

// named is the child with that ID; nil if there is none.
func (s *server) named(which any) *child {
	switch id := which.(type) {
	case string:
		return s.table.named(id)
	case sim.Atom:
		return s.table.named(string(id))
	}
	return nil
}

func (s *server) restartChild(p *sim.Proc, which any) (otp.Started, error) {
	c, err := s.idle(which)
	if err != nil {
		return otp.Started{}, err
	}
	pid, info, reason := s.launch(p, c.spec, nil)
	if reason != nil {
		return otp.Started{}, &Error{reason}
	}
	s.table.runs(c, pid)
	return otp.Started{PID: pid, Info: info}, nil
}

func (s *server) deleteChild(p *sim.Proc, which any) error {
	c, err := s.idle(which)
	if err == ErrRestarting && p.Mutant().Is(mutant.DeletesRestarting) {
		c, err = s.named(which), nil
	}
	if err == nil {
		s.table.remove(c)
	}
	return err
}

// idle is the child with that ID, which must have no process.
func (s *server) idle(which any) (*child, error) {
	if s.table.template != nil {
		return nil, ErrSimpleOneForOne
	}
	c := s.named(which)
	switch {
	case c == nil:
		return nil, ErrNotFound
	case c.phase == retrying:
		return nil, ErrRestarting
	case c.phase == running:
		return nil, ErrRunning
	}
	return c, nil
}

func (s *server) childSpec(p *sim.Proc, which any) (*Child, error) {
	t := &s.table
	if t.template == nil {
		if c := s.named(which); c != nil {
			return c.spec, nil
		}
		return nil, ErrNotFound
	}
	if pid, ok := which.(sim.PID); ok {
		if t.with(pid) == nil && p.Alive(pid) {
			return nil, ErrNotFound
		}
		return t.template, nil
	}
	if id, ok := which.(string); ok && id == t.template.ID {
		return t.template, nil
	}
	return nil, ErrNotFound
}

func (s *server) whichChildren() []Info {
	list := make([]Info, 0, s.table.size)
	for c := s.table.last; c != nil; c = c.prev {
		info := Info{ID: c.spec.ID, PID: c.pid, Type: c.spec.Type, Modules: c.spec.Modules}
		if c.phase == retrying {
			info.PID, info.Restarting = sim.PID{}, true
		}
		if s.table.template != nil {
			info.ID = ""
		}
		list = append(list, info)
	}
	return list
}

func (s *server) countChildren(p *sim.Proc) Counts {
	t := &s.table
	if t.template != nil {
		n := Counts{Specs: 1, Active: t.size - t.retried}
		*n.of(t.template.Type) = t.size
		return n
	}
	n := Counts{Specs: t.size}
	for c := t.first; c != nil; c = c.next {
		*n.of(c.spec.Type)++
		if c.phase == running && p.Alive(c.pid) {
			n.Active++
		}
	}
	return n
}

// of is the count of children of that type.
func (c *Counts) of(t ChildType) *int {
	if t == Supervisor {
		return &c.Supervisors
	}
	return &c.Workers
}
