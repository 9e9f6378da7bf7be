// Package conform runs recorded conformance cases and compares what happens with what happened on real
// Erlang/OTP, observation by observation.
//
// A case is a small declarative program: puppets, which are processes that perform operations when told to,
// and steps, each of which has a puppet perform some. A recording is what could be observed after each step.
// The interpreter stands on the public faces of sim and sim/otp and knows nothing of their insides. What a
// case may say and how a recording prints is specified in testdata/FORMAT.md.
//
// An operation is an entry in a table (operations.go). Each domain brings its own: process.go, server.go and
// system.go, supervision.go; what its callbacks do is in script.go. dist.go, remote.go and global.go have those of
// connected nodes. driver.go performs the steps, book.go writes down what they did, render.go prints it, run.go tries
// schedules until one gives the recording.
//
// On one node a step takes no time. Cases of several nodes (cluster.go) were recorded in real time, so that there the
// driver lets virtual time pass as it passed for the one that recorded them: it looks at the nodes again and again
// until nothing changes any more, as often and as far apart. Sleeps count what the steps have taken, links have the
// latencies of one machine, and a partition is what it was there: cookies that differ, and the smaller side disconnects.
//
// It reads no files and starts no goroutines: whoever calls it does.
package conform
