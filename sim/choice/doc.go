// Package choice is the one door of chance: whoever needs an answer nobody
// decided asks a [Source], under a [Key] that says who asks and for the
// n-th time. It has no stream, no clock and no idea what is being decided.
//
// # Contract
//
//   - A draw is a pure function of (seed, key) and the number of answers. No draw
//     moves another: a consumer may be added, removed or silenced and everybody
//     else is answered as before.
//   - 0 is the dull answer (first in line, least delay, no fault, full slice), so
//     that making a run simpler means making answers 0. [Dull] gives nothing else.
//   - A key MUST be asked at most once in a run. A second asking gets the same
//     answer again, which is a hidden correlation and not chance; tests turn on
//     [Source.Unique] to find it.
//   - What a seed means is frozen: integers only, our own mixing, our own bounded
//     draw, golden vectors. The same seed is the same run on every machine and
//     under every Go release. Domain numbers and constants never change.
//
// # One base, three layers
//
// The base of a Source answers: seeded ([New]), dull ([Dull]), a function
// ([From]) or an odometer ([NewEnumeration]). On top of any base,
// [Source.Deviate] overrides single draws, [Source.Record] writes down what was
// answered, and [Source.Unique] watches the keys. A source without layers pays
// for none of them.
//
// A Source is not for concurrent use: a world has one, and one goroutine at a
// time runs in a world.
package choice
