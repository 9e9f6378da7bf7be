// Package fault is what can go wrong in a world, as values that print as they parse: one file a fault.
//
// A Fault is a harm, the time at which it befalls the world, and how long it lasts. A declaration or a test holds a
// list of them; Schedule puts such a list on a world's calendar. A Mix draws lists at random, of the same values, so
// that a random failure prints as something that could have been written by hand, and shrinking edits the list.
//
// Harms are counted: injected, when they found somebody to befall, and took effect, when something came of it. A
// fault that took no effect has tested nothing.
package fault
