package scheduler

import "github.com/bedlam-sim/bedlam/sim/choice"

// FIFO is the dull policy: round robin, full slices, oldest first, and no draws. It
// is what a BEAM with one scheduler does, and hides what more of them would show.
type FIFO struct{}

// String is fifo.
func (FIFO) String() string { return "fifo" }

// Place is the end of the line.
func (FIFO) Place(*choice.Source, uint64, uint64) int { return 0 }

// Slice is full.
func (FIFO) Slice(*choice.Source, uint64, uint64) int32 { return FullSlice }

// Rank is the same for all.
func (FIFO) Rank(*choice.Source, uint64) int { return 0 }
