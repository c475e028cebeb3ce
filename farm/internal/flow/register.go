package flow

import "go.temporal.io/sdk/worker"

// Register tells a worker the workflows. Each worker of a run's queue must know them.
func Register(registry worker.WorkflowRegistry) {}
