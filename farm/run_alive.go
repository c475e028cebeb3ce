package farm

import (
	"context"
	"sync"
	"time"

	"github.com/avloom/avloom/farm/internal/flow"
)

// aliveEvery is how often Start gives a sign of life. With a short RunConfig.Handover it gives
// more.
const aliveEvery = time.Minute

// live gives the run signs of life until the caller calls end: the jobs may come slowly. A run that
// is taken up gets one at once.
func (f *feeder) live(ctx context.Context) (end func()) {
	if f.over {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var living sync.WaitGroup
	living.Go(func() {
		if f.takenUp {
			f.sign(ctx)
		}
		tick := time.NewTicker(min(aliveEvery, f.settings.Handover/5))
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				f.sign(ctx)
			}
		}
	})
	return func() { cancel(); living.Wait() }
}

// sign repeats what the run knows. If the server does not take it, the next batch finds out why.
func (f *feeder) sign(ctx context.Context) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.run.client.SignalWorkflow(ctx, f.settings.Run, "", flow.FedSignal, f.fed)
}
