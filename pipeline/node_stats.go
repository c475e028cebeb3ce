package pipeline

import "time"

// NodeStats counts what a node did, all of its copies together.
type NodeStats struct {
	Name   string
	Stream int // NoStream for a sink
	Copies int // how many work at the same time

	In   int64 // items taken
	Out  int64 // items sent on; always 0 for a sink
	Held int64 // what a Holder holds, in its own unit; for other processors: items taken and not sent on; else 0

	// Where the time went. An activity that goes on is counted up to now. The sum of Busy, Blocked and
	// Idle is Copies times the node's life.
	Busy    time.Duration // in the node's own code
	Blocked time.Duration // waiting for room in a queue behind the node
	Idle    time.Duration // waiting for an item, or for the turn of this copy
	InCall  time.Duration // how long the present call has been busy without a pause; 0: there is no call
}
