// Package fault is what can go wrong in a world, as values that print as they parse: one file a fault.
//
// A Fault is a harm, the time or the event at which it befalls the world, and how long it lasts:
//
//	at 20s for 15s: cut at groups(a b | c)
//	at the 3rd message kv.Put of kv_store@a: kill kv_store@a   (kv.Put is the type of what it is sent, as Go prints it)
//	at 5ms after the 1st nodedown of b@a for 2s: pause a
//
// What waits for an event strikes as soon as the process that it happens to can be interrupted, and stays where it
// belongs when the program around it is changed. A declaration or a test holds a list of faults; Schedule puts such a
// list on a world's calendar. A Mix draws lists at random, of the same values, so that a random failure prints as
// something that could have been written by hand, and shrinking edits the list.
//
// Harms are counted: injected, when they found somebody to befall, and took effect, when something came of it. A
// fault that took no effect has tested nothing.
package fault
