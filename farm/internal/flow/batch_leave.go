package flow

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// A batch that has waited for leave for this time asks whether its run goes on. It asks again after
// twice the time.
const (
	minDoubt = time.Hour
	maxDoubt = 24 * time.Hour
)

// awaitLeave waits for the run's leave, or until ctx is cancelled. It stops the batch if the run
// has ended without it: somebody has terminated the run, or the program that handed the batch over
// died before it could tell the run.
func (b *batch) awaitLeave(ctx workflow.Context) {
	leave := workflow.GetSignalChannel(ctx, LeaveSignal)
	given := func() bool { return leave.Len() > 0 }
	for wait := minDoubt; ; wait = min(2*wait, maxDoubt) {
		ok, err := workflow.AwaitWithTimeout(ctx, wait, given)
		if ok || err != nil {
			leave.ReceiveAsync(nil)
			return
		}
		goesOn := true // also if the server does not know
		err = workflow.ExecuteLocalActivity(askOptions(ctx), PresenceActivity, b.Settings.Run).Get(ctx, &goesOn)
		if err == nil && !goesOn {
			b.stop()
			return
		}
	}
}
