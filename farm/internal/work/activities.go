package work

import (
	"context"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
	"gocloud.dev/blob"
)

// Activities are those of one worker. Their methods are called by Temporal's SDK, several at the
// same time.
type Activities struct {
	Renderers map[string]Renderer
	Bucket    *blob.Bucket
	Client    client.Client
	Build     string // of this worker; see flow.BuildQueue
	Identity  string // of this worker, as Temporal's page names it
	Scratch   string // a folder of this worker's own
	Node      Node
	Log       *slog.Logger

	grace time.Duration // see usualGrace, which 0 means
}

// Node is the machine on which the activities run.
type Node interface {
	// Enter waits until so many threads are free, and if alone, until no other task runs. The caller
	// calls leave. The error is the cause of ctx.
	Enter(ctx context.Context, threads int, alone bool) (leave func(), err error)
	// Succeeded notes that a task ended well.
	Succeeded()
	// Failed notes that a task failed for a reason that may be the machine's, and that this was the
	// first failure of its job anywhere.
	Failed(job string, err error)
	// Stopping is closed when the worker must end soon: a task that fails then is not its job's fault.
	// The tasks go on until the SDK ends their contexts.
	Stopping() <-chan struct{}
}
