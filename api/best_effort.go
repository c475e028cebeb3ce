package api

import (
	"time"

	"github.com/avloom/avloom/internal/plan"
)

// BestEffort says that the run goes on without this output when it falls behind or fails. At least
// one output of Open must be required, which is an output without BestEffort.
//
// An output with BestEffort never makes the encoders wait. Up to 128 packets of each stream wait
// for it. When there are more, the output loses packets of that stream: pictures from the first
// packet without room to the next key frame, sound packet by packet. After a loss of pictures the
// output asks the encoder for a key frame; all outputs together ask at most once in two seconds.
// OutputStats.Lost counts the packets, and the logger gets a warning when a loss begins and when it
// ends.
//
// Open does not wait for the output: it is connected, or created, by its own actor, and it gets its
// header there. What is wrong with its configuration is still an error of Open. When the output
// fails, it is closed, OutputStats.Err says why, and the logger gets a warning. Close returns the
// errors of required outputs only. Sync does not wait for the output. Close gives it one second
// after the required outputs are finished, and over SRT the latency, and then leaves it;
// Stats.Abandoned counts it if it does not return even then. A stall, as of WithStallTimeout, ends
// this output only. Gaps between frames that its container cannot hold (VideoConfig.VariableRate)
// make it fail; for required outputs they are errors of the calls that feed the encoder.
func BestEffort() OutputOption { return func(o *Output) { o.config.BestEffort = true } }

// Reconnect connects a URL again after the connection has failed, or could not be made. It implies
// BestEffort. The first attempt comes after the duration first, and each further one after twice as
// long as the one before, up to longest; every wait is up to a fifth longer or shorter, by chance.
// A connection that lasted for more than longest makes the next wait begin with first again. first
// must be above 0, and longest at least first.
//
// What is encoded meanwhile is lost and counted in OutputStats.Lost. A new connection gets a header
// of its own and begins at a key frame, for which it asks, with times that begin at 0.
// OutputStats.Reconnects counts the connections that were made again. There is no limit to the
// number of attempts. The output ends with the run, or when its OutputHandle is closed.
func Reconnect(first, longest time.Duration) OutputOption {
	return func(o *Output) {
		o.config.BestEffort = true
		o.config.Reconnect = &plan.Backoff{First: first, Longest: longest}
	}
}
