package farm

import "time"

// RunConfig says how the jobs of a run are made. The zero value is a good start.
type RunConfig struct {
	// ID names the run, also in Temporal's page, and finds it again. Start takes a run up that has
	// this ID. "": a new ID, made of the time and a random number. At most 200 bytes, without "/".
	ID string
	// Queue is the task queue of the workers. "": "avloom", as for workers.
	Queue string
	// Threads is the number of threads of each encoder. With some encoders the bytes of a file
	// depend on it. 0: 1, so that each machine makes the same file.
	Threads int
	// Stall is how long a renderer may take until its next frame. Then its context ends, and the
	// attempt has failed. 0: one minute.
	Stall time.Duration
	// Heartbeat is after how much time without a sign of life a worker counts as dead, and others
	// get its jobs. At least one second. 0: 10 s.
	Heartbeat time.Duration
	// Attempts is how often a job may fail for a reason of its own, before it has failed for good. An
	// attempt that ended because its worker died does not count. 0: 3.
	Attempts int
	// Resume skips a job if there is a file at its Path, whatever made it.
	Resume bool
	// Parts is the prefix of the keys of films' parts, which are removed when the film is made. No
	// job's Path may begin with it. "": ".avloom/".
	Parts string
}
