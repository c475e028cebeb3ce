package flow

import (
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// longest is how long an attempt may take as long as its worker is alive: a film of hours at a
// frame a second ends in this time. Heartbeats find out sooner when something is wrong.
const longest = 30 * 24 * time.Hour

// Which tasks of a queue workers take first: what removes or completes something goes before what
// begins something.
const (
	sooner = 2
	usual  = 3 // the server's default
)

// activityOptions returns those of the activities of a run. An attempt whose worker died, or whose
// failure was not final, is made again without a limit: the activity itself knows which of its
// failures count, and returns one that is not retried in the end.
func activityOptions(s Settings, queue string, priority int) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue:           queue,
		StartToCloseTimeout: longest,
		HeartbeatTimeout:    s.Heartbeat,
		WaitForCancellation: true,
		Priority:            temporal.Priority{PriorityKey: priority},
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:        time.Second,
			BackoffCoefficient:     2,
			MaximumInterval:        30 * time.Second,
			NonRetryableErrorTypes: []string{ErrConfig, ErrPermanent, ErrParts, ErrLost},
		},
	}
}

// summary names a job in Temporal's page, which has a limit for it.
func summary(job Job) string {
	const most = 100
	if len(job.ID) <= most {
		return job.ID
	}
	return strings.ToValidUTF8(job.ID[:most], "")
}

// askOptions are those of activities that ask the server something. They run beside the workflow,
// and do not wait in a queue behind jobs.
func askOptions(ctx workflow.Context) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: time.Minute,
		StartToCloseTimeout:    15 * time.Second,
		RetryPolicy:            &temporal.RetryPolicy{MaximumAttempts: 3},
	})
}

// isCancelled reports whether an error says that something was cancelled.
func isCancelled(err error) bool { return temporal.IsCanceledError(err) }
