package choice_test

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

func Example() {
	link := choice.ID("link", "a", "b")
	s := choice.New(42)
	third := choice.Key{Domain: choice.Latency, ID: link, N: 3}

	// Only the key matters, not what was asked before.
	before := s.Choose(third, 100)
	s.Choose(choice.Key{Domain: choice.Slice, ID: link, N: 1}, 4000)
	fmt.Println(s.Choose(third, 100) == before)
	// Output: true
}

// A failing run is stored as what it does otherwise than the dull one.
func ExampleSource_Record() {
	run := func(s *choice.Source) (delays []int) {
		for n := range uint64(6) {
			delay := 0
			if s.Chance(choice.Key{Domain: choice.Fault, ID: 7, N: n}, 1, 3) {
				delay = 1 + s.Choose(choice.Key{Domain: choice.Latency, ID: 7, N: n}, 9)
			}
			delays = append(delays, delay)
		}
		return delays
	}

	recording := &choice.Recording{NonZero: true}
	seeded := choice.New(1)
	seeded.Record(recording)
	first := run(seeded)

	deviations, err := recording.Deviations()
	if err != nil {
		panic(err)
	}
	dull := choice.Dull()
	dull.Deviate(deviations)
	fmt.Println(fmt.Sprint(run(dull)) == fmt.Sprint(first), dull.Drift())
	// Output: true []
}

func ExampleSource_Deviate() {
	late := choice.Key{Domain: choice.Latency, ID: 0xdeadbeef, N: 3}
	gone := choice.Key{Domain: choice.Latency, ID: 0xdeadbeef, N: 4}
	s := choice.Dull()
	s.Deviate([]choice.Deviation{{Key: late, Answer: 7}, {Key: gone, Answer: 1}})

	fmt.Println(s.Choose(late, 10))
	for _, d := range s.Drift() {
		fmt.Println(d)
	}
	// Output:
	// 7
	// latency/00000000deadbeef/4=1 was never asked
}

func ExampleEnumeration() {
	coin := func(n uint64) choice.Key { return choice.Key{Domain: choice.Order, ID: 1, N: n} }
	e := choice.NewEnumeration().Limit(1000)
	for e.Next() {
		s := e.Source()
		fmt.Println(s.Choose(coin(0), 2), s.Choose(coin(1), 3))
	}
	fmt.Println(e.Visited(), e.Complete())
	// Output:
	// 0 0
	// 0 1
	// 0 2
	// 1 0
	// 1 1
	// 1 2
	// 6 true
}

func ExampleParseSeed() {
	seed, _ := choice.ParseSeed("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b")
	fmt.Println(choice.FormatSeed(seed))

	_, err := choice.ParseSeed("9f86d08")
	fmt.Println(err)
	// Output:
	// 0x9f86d081884c7d65
	// seed wants a decimal number, 0x and 1 to 16 hexadecimal digits, or a git hash of 40 digits; "9f86d08" is hexadecimal: is 0x missing, or the rest of a git hash (it has 7 digits)?
}
