package farm

import (
	"fmt"
	"os"
	"time"

	"go.temporal.io/sdk/worker"
)

// options are those of both SDK workers.
func (w *Worker) options() worker.Options {
	const few = 2                                                      // pollers; the SDK wants at least so many for workflows
	tuner, _ := worker.NewCompositeTuner(worker.CompositeTunerOptions{ // no error is possible
		WorkflowSlotSupplier:        fixed(16),
		ActivitySlotSupplier:        w.node.Slots,
		LocalActivitySlotSupplier:   fixed(few),
		NexusSlotSupplier:           fixed(few),
		SessionActivitySlotSupplier: fixed(few),
	})
	host, _ := os.Hostname() // "" is as good
	return worker.Options{
		Tuner:                            tuner,
		Identity:                         fmt.Sprintf("%s %d %s %s", host, os.Getpid(), w.cfg.Version, w.build),
		MaxConcurrentActivityTaskPollers: few,
		MaxConcurrentWorkflowTaskPollers: few,
		MaxHeartbeatThrottleInterval:     time.Second,
		WorkerStopTimeout:                defaultDrain,
		DisableEagerActivities:           true,
	}
}

// fixed returns a supplier of n slots; n must be positive.
func fixed(n int) worker.SlotSupplier {
	s, err := worker.NewFixedSizeSlotSupplier(n)
	if err != nil {
		panic(err) // n is a constant
	}
	return s
}
