// Package scenarios reads a scenario file: a supervision tree, the clients that work it, the faults that befall it and
// what must hold. One half parses and checks: it starts nothing. The other, from [NewRunner] on, runs a [Scenario] in a
// world of package sim, once for each seed. Neither reads a file or knows a clock.
//
// [Parse] turns bytes into a [Scenario] or into [Diagnostics], never both. Its contract:
//
//   - every mistake of a file is reported at once, in order of line and column, each with a code, a place, the source
//     line, a caret and, where there is one, a hint; one mistake is reported once, and what only follows from it is not
//     reported;
//   - every position of a diagnostic is inside the file: a line that exists, a column at most one past its end;
//   - any bytes are answered in bounded time and space; there are no panics;
//   - a Scenario that comes back needs no second look: defaults are filled in, names are known, selectors select
//     something, times are within the run.
//
// The keys of the format are tables (grammar.go). They read the file, and they print [Reference], the documentation of
// the format, so neither can be ahead of the other. Values print as they parse: for each there is a Parse function, a
// String, and Parse(x.String()) gives x again.
//
// # Running
//
// A [Runner] has one world, and uses it again. What it does:
//
//   - boot.go starts the trees, as real supervisors of package supervisor, and then the clients. It wraps every start,
//     and so knows which process is which child (book.go, slot.go). Applications are started by package application,
//     before all else; node.go watches them and the node;
//   - workforce.go is the clients, harm.go the faults: what they do from outside is drawn under keys made of their
//     names, so that nothing else in the file moves it;
//   - ruling.go and reading.go watch what is expected. Facts are counted as they happen, and a rule is looked at only
//     when a count that it asks about has changed. Rules set no timers: a file with other expectations is the same run,
//     with the same hash;
//   - outcome.go and story.go make a [reports.Run] of it.
//
// A run that stops before its time is told apart: a deadlock or a livelock breaks a rule that no file needs to write; a
// limit leaves open what might still have come. A panic of a program is the exit reason of a process, as everywhere in
// package sim.
//
// The programs that files can start are values ([Program]); those of package programs come along, and [Library] holds a
// file or two for each. A program is a gen_server, or anything else that an otp.StartFunc starts; its [Kind] says how
// clients reach it. The example of this package is a program of one's own. Faults wait for messages by words: the name
// of a request, or one that [Program] tells of (vocabulary.go); no draw hangs on them. A [Token] names a run: a
// scenario by its [Digest], and a seed or a plan. A [Repro] says the same in a file: it stands at the end of the
// scenario.
package scenarios
