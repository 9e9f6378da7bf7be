// Package scenarios reads a scenario file: a supervision tree, the clients that work it, the faults that befall it and what must hold.
// This half parses and checks; it starts nothing, reads no file and knows no clock.
//
// [Parse] turns bytes into a [Scenario] or into [Diagnostics], never both. Its contract:
//
//   - every mistake of a file is reported at once, in order of line and column, each with a code, a place, the source line, a caret and, where
//     there is one, a hint; one mistake is reported once, and what only follows from it is not reported;
//   - every position of a diagnostic is inside the file: a line that exists, a column at most one past its end;
//   - any bytes are answered in bounded time and space; there are no panics;
//   - a Scenario that comes back needs no second look: defaults are filled in, names are known, selectors select something, times are within the run.
//
// The keys of the format are tables (grammar.go). They read the file, and they print [Reference], the documentation of the format, so neither can be ahead of the other.
// Values print as they parse: for each there is a Parse function, a String, and Parse(x.String()) gives x again.
package scenarios
