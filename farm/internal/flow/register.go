package flow

import (
	"fmt"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Register tells a worker the workflows. Each worker of a run's queue must know them, and the
// activities Make, Sweep, Survey, Census and Presence.
func Register(registry worker.WorkflowRegistry) {
	registry.RegisterDynamicWorkflow(begin, workflow.DynamicRegisterOptions{})
}

// begin begins the workflow that the context names. A worker that cannot decode its input panics:
// then the SDK leaves the workflow to other workers. It would fail the workflow if it decoded the
// input itself.
func begin(ctx workflow.Context, input converter.EncodedValues) (any, error) {
	switch name := workflow.GetInfo(ctx).WorkflowType.Name; name {
	case RunWorkflow:
		return decoded(ctx, input, RunRun)
	case BatchWorkflow:
		return decoded(ctx, input, RunBatch)
	case FilmWorkflow:
		return decoded(ctx, input, RunFilm)
	default:
		panic(fmt.Sprintf("avloom has no workflow %q; give other workflows a task queue of their own", name))
	}
}

func decoded[In, Out any](
	ctx workflow.Context, input converter.EncodedValues, run func(workflow.Context, In) (Out, error),
) (any, error) {
	var in In
	if err := input.Get(&in); err != nil {
		panic(Unreadable(err))
	}
	return run(ctx, in)
}
