package api_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// A receiver of SRT hands packets on late, by its latency, and drops those that it still has when
// the connection ends. Close waits for it, so that pictures that were fed by the clock arrive to
// the last one.
func TestSRTArrivesToTheEnd(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		sender, receiver string // of the URL
		options          []api.OutputOption
	}{
		"the usual latency": {},
		"both name it":      {"?latency=1400000", "&latency=1400000", nil},
		"the sender wants it, best effort": {
			"", "", []api.OutputOption{api.FormatOptions(map[string]any{"peerlatency": 1_500_000}), api.BestEffort()},
		},
		"the sender knows the receiver's": {
			"?linger=2", "&rcvlatency=1600000", []api.OutputOption{api.FormatOptions(map[string]any{"latency": 1_600_000})},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port := freePort(t, "udp")
			s := listen(t, "udp", port, "-i", fmt.Sprintf("srt://127.0.0.1:%d?mode=listener%s", port, c.receiver))
			const stall = time.Second // less than some of the latencies
			enc, to := api.NewEncoder(api.WithStallTimeout(stall)), fmt.Sprintf("srt://127.0.0.1:%d%s", port, c.sender)
			v, a, path := recordBeside(t, enc, api.URL(to, c.options...))
			const frames = 60
			clock := time.NewTicker(time.Second / 60)
			defer clock.Stop()
			for i := range frames {
				<-clock.C
				feedFrom(t, v, a, i, 1)
			}
			require.NoError(t, enc.Sync(context.Background()))
			require.NoError(t, enc.Close())
			require.NoError(t, enc.Stats().Outputs[1].Err)
			require.Zero(t, enc.Stats().Abandoned)
			requireRecording(t, path, frames)
			first, end := requireRun(t, numbersInFile(t, s.received(t)))
			require.Zero(t, first)
			require.Equal(t, frames, end)
		})
	}
}
