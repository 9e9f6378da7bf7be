// Command simrun runs scenario files: systems of actors in virtual time, over many seeds, with what breaks and
// what must hold. It prints what held and what broke, and ends every failure with a line that replays it.
//
// It is the only place of this module that touches files, the machine's clock, signals and goroutines. What it
// prints to stdout depends on its arguments and the files alone: not on the number of workers, the terminal, or
// how fast the machine is. Whatever does, such as progress, goes to stderr. Exit codes are in exit.go.
package main

import "os"

func main() { os.Exit(int(newApp().execute(os.Args[1:]))) }
