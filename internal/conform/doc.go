// Package conform runs recorded conformance cases and compares what happens with what happened on real
// Erlang/OTP, observation by observation.
//
// A case is a small declarative program: puppets, which are processes that perform operations when told to,
// and steps, each of which has a puppet perform some. A recording is what could be observed after each step.
// The interpreter stands on the public faces of sim and sim/otp and knows nothing of their insides. What a
// case may say and how a recording prints is specified in FORMAT.md beside the recordings; an operation is
// an entry in a table (operations.go), a scripted behaviour a file of its own.
//
// It reads no files and starts no goroutines: whoever calls it does.
package conform
