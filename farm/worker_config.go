package farm

import (
	"log/slog"
	"time"

	"github.com/avloom/avloom/farm/internal/flow"
)

// DefaultQueue is the task queue of workers and runs that name none.
const DefaultQueue = flow.DefaultQueue

// WorkerConfig says how a worker works. Its zero value is ready.
type WorkerConfig struct {
	// Queue is the task queue that the worker takes jobs from: that of the runs. At most 200 bytes,
	// without "@". "": DefaultQueue.
	Queue string
	// Jobs is how many jobs the worker renders at a time, each with one thread. A job with more
	// threads takes the place of as many. 0: as many as the process has cores and, with JobMemory,
	// memory for.
	Jobs int
	// JobMemory is the memory that one job takes at most, in bytes; Jobs is then at most what the
	// available memory has room for. 0: 512 MiB. It only matters if Jobs is 0.
	JobMemory int64
	// Scratch is a folder for files that are being rendered, which are there until they are in the
	// store. Each worker has a folder of its own in it, and removes those of workers that were killed.
	// "": os.TempDir.
	Scratch string
	// Version is that of the program: of its renderers. Workers of different versions make no parts of
	// the same film. "": all workers have the same renderers.
	Version string
	// Failures is how many different jobs must fail in a row, for reasons that may be the machine's,
	// until the worker stops. 0: 10. Negative: it never stops.
	Failures int
	// Drain is how long jobs may go on when the worker is to stop. Then they are stopped, and rendered
	// anew by another worker. At least 1 ms. 0: 30 s. Negative: they are stopped at once.
	Drain time.Duration
	// Metrics shows what the worker does. nil: nothing is counted.
	Metrics *Metrics
	// Log gets a line for each job that fails here, and when the worker begins and ends. nil: nothing
	// is logged.
	Log *slog.Logger
}

const (
	defaultFailures = 10
	defaultDrain    = 30 * time.Second
	minDrain        = time.Millisecond // less is a number without a unit
)
