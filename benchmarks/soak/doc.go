// Command soak looks for leaks. It opens, feeds, fails, gives up and closes random encoders, many
// at a time, for as long as the flag says. Ten times in a run it lets all of them end, and compares
// what the process holds: memory, goroutines, objects in C memory, file descriptors and threads.
// Memory must be what it was at the rest in the middle of the run, all else what it was at the
// first rest. It measures no speed.
//
// To add a way in which an encoder ends, add it to ends in ends.go; a writer that misbehaves, to
// misdeeds.go; a quantity, to gauge.go.
package main
