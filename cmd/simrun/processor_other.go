//go:build !unix

package main

import "time"

var begun = time.Now()

// processorTime is the time that has passed, where the system does not tell how much of it was ours.
func processorTime() int64 { return int64(time.Since(begun)) }
