package flow

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Register tells a worker the workflows. Each worker of a run's queue must know them, and the
// activities Make, Sweep, Survey, Census and Presence.
func Register(registry worker.WorkflowRegistry) {
	registry.RegisterWorkflowWithOptions(RunRun, workflow.RegisterOptions{Name: RunWorkflow})
	registry.RegisterWorkflowWithOptions(RunBatch, workflow.RegisterOptions{Name: BatchWorkflow})
	registry.RegisterWorkflowWithOptions(RunFilm, workflow.RegisterOptions{Name: FilmWorkflow})
}
