package farm

import (
	"context"

	enumspb "go.temporal.io/api/enums/v1"

	"github.com/avloom/avloom/farm/internal/flow"
)

// Cancel asks the run to stop, and returns when the server knows. Workers stop rendering within
// seconds; Wait returns when they have. While no worker is there, nothing is rendered, but Wait
// waits until one comes and ends the run: see ErrNoWorker. Files that are complete stay. It is no
// error if the run has ended. Of a run that was terminated by hand, Cancel stops what still goes
// on.
func (r *Run) Cancel(ctx context.Context) error {
	info, err := r.describe(ctx)
	if err != nil {
		return err
	}
	switch info.GetStatus() {
	case enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED, enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED:
		return nil
	case enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:
		err := r.client.CancelWorkflow(ctx, r.id, "")
		if err != nil && !isNotFound(err) { // it has ended just now
			return r.failed(ctx, "cancel it", err)
		}
		return nil
	default:
		return r.cancelBatches(ctx)
	}
}

// cancelBatches cancels the batches of a run that does not do it itself.
func (r *Run) cancelBatches(ctx context.Context) error {
	for batch := 0; ; batch++ {
		_, err := r.client.DescribeWorkflowExecution(ctx, flow.BatchID(r.id, batch), "")
		if isNotFound(err) {
			return nil
		}
		if err == nil {
			err = r.cancelBatch(ctx, batch)
		}
		if err != nil {
			return r.failed(ctx, "cancel its jobs", err)
		}
	}
}

// cancelBatch cancels a batch, if it is there and goes on.
func (r *Run) cancelBatch(ctx context.Context, batch int) error {
	err := r.client.CancelWorkflow(ctx, flow.BatchID(r.id, batch), "")
	if isNotFound(err) {
		return nil
	}
	return err
}
