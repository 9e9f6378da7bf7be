// Package conform runs recorded conformance cases and compares what happens with what happened on real
// Erlang/OTP, observation by observation.
//
// A case is a small declarative program: puppets, which are processes that perform operations when told to,
// and steps, each of which has a puppet perform some. A recording is what could be observed after each step.
// The interpreter stands on the public faces of sim and sim/otp and knows nothing of their insides. What a
// case may say and how a recording prints is specified in testdata/FORMAT.md.
//
// An operation is an entry in a table (operations.go). Each domain brings its own: process.go, server.go and
// system.go, supervision.go; what its callbacks do is in script.go. driver.go performs the steps, book.go writes
// down what they did, render.go prints it, run.go tries schedules until one gives the recording.
//
// It reads no files and starts no goroutines: whoever calls it does.
package conform
