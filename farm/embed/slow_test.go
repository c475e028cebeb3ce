package embed

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"gocloud.dev/blob/memblob"

	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/flow"
)

// slowConverter takes longer for a task than the SDK lets a workflow compute without a pause, as
// one may on a machine whose cores all encode.
type slowConverter struct{ converter.DataConverter }

func (c slowConverter) ToPayloads(values ...any) (*commonpb.Payloads, error) {
	if _, ok := values[0].(flow.Task); ok {
		time.Sleep(1500 * time.Millisecond)
	}
	return c.DataConverter.ToPayloads(values...)
}

// TestSlowWorkflow has workflows that compute for longer than a second: they do not count as ones
// that hang, which would be begun anew for ever.
func TestSlowWorkflow(t *testing.T) {
	server, _ := start(t, Config{})
	c, err := client.DialContext(t.Context(), client.Options{
		HostPort: server.Address(), DataConverter: slowConverter{converter.GetDefaultDataConverter()},
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	runWorker(t, c, memblob.OpenBucket(nil), newGate(), farm.WorkerConfig{Jobs: 1})
	_, err = startRun(t, c, clips("tiny", 1)).Wait(t.Context())
	require.NoError(t, err)
}
