package otp

// Must is Erlang's {ok, _} = start_link(…): it gives what was started, or fails as that match does, so that a system
// which did not come up is not taken for one that has nothing to do.
//
//	otp.Must(supervisor.StartLink(p, sim.Local("kv_sup"), spec))
func Must(s Started, err error) Started {
	if err != nil {
		panic(&BadMatch{err})
	}
	return s
}

// BadMatch is {badmatch, {error, Reason}}: what Must panics with.
type BadMatch struct{ Err error }

// Error says why nothing was started.
func (e *BadMatch) Error() string { return "no match: " + e.Err.Error() }

// Unwrap is the error that there was in the place of what was to be started.
func (e *BadMatch) Unwrap() error { return e.Err }
