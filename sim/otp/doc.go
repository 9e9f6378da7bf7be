// Package otp is what Erlang's behaviours have in common, seen from outside: how a process is called, cast
// to and answered, how one is started and stopped, and what goes wrong while doing so. It is OTP's gen and
// proc_lib for clients.
//
// The servers themselves are in the packages below it: genserver, genstatem, genevent, supervisor.
// otp is written on the public face of package sim and knows nothing of worlds, faults or files.
//
// Type the message, not the address: a request embeds Returns, which says what its answer is, so that
// Call needs no type assertion and genserver.Reply is checked by the compiler:
//
//	type Get struct {
//		otp.Returns[int]
//		Key string
//	}
//
//	n, err := otp.Call(p, sim.Local("kv"), Get{Key: "a"}) // n is an int
//
// Comments cite rules of OTP by an id, such as GC2: RULES.md, in this folder, says what each means.
package otp
