package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

func TestOutputStatsInJSON(t *testing.T) {
	want := api.Stats{Outputs: []api.OutputStats{
		{Name: "a.mp4", Node: "mux", State: "running", BytesWritten: 7, Queued: 1, Depth: 16},
		{
			Name: "tcp://host:1", Node: "mux 1", BestEffort: true, State: "waiting", Lost: 3, Reconnects: 2,
			Err:     errors.New("refused"),
			Latency: []api.LatencyStats{{Stream: 1, P50: time.Millisecond, P99: time.Second}},
		},
	}}
	text, err := json.Marshal(want)
	require.NoError(t, err)
	require.Contains(t, string(text), `"Err":"refused"`)
	var got api.Stats
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, want, got)
}

// Nodes, edges and outputs of a later snapshot are compared with those of the same names, although
// others have come and gone.
func TestStatsSinceWithOutputsThatComeAndGo(t *testing.T) {
	mediatest.NoLeaks(t)
	enc, v, a, _ := openRecording(t)
	defer enc.Abort(nil)
	gone := addOutput(t, enc, api.Writer(io.Discard, "mpegts"))
	stays := temporary(t, "stays.mkv")
	addOutput(t, enc, api.File(stays))
	feedFrom(t, v, a, 0, 30)
	require.NoError(t, enc.Sync(context.Background()))
	earlier := enc.Stats()
	require.NoError(t, gone.Close())
	addOutput(t, enc, api.Writer(io.Discard, "mkv"))
	feedFrom(t, v, a, 30, 10)
	require.NoError(t, enc.Sync(context.Background()))
	now := enc.Stats()
	since := now.Since(earlier)
	require.Len(t, since.Outputs, 3)
	nodes := map[string]api.NodeStats{}
	for _, n := range since.Nodes {
		if n.Stream < 0 {
			nodes[n.Name] = n
		}
	}
	require.NotContains(t, nodes, "mux 1")
	require.Equal(t, nodes["mux"].In, nodes["mux 2"].In, "since then")
	require.Less(t, nodes["mux"].In, int64(30))
	for _, e := range since.Edges {
		if e.From == "encode" && e.Stream == 0 && e.To != "mux 3" {
			require.EqualValues(t, 10, e.Received, e.To)
		}
	}
	require.Equal(t, "mux 2", since.Outputs[1].Node)
	require.Equal(t, now.Outputs[1].BytesWritten-earlier.Outputs[2].BytesWritten, since.Outputs[1].BytesWritten)
	require.Equal(t, now.BytesWritten-earlier.BytesWritten, since.BytesWritten)
	require.Positive(t, since.BytesWritten)
}

// Outputs that have failed stay listed until their handles are closed, and not more than 32 of
// them.
func TestEndedOutputsAreListed(t *testing.T) {
	mediatest.NoLeaks(t)
	enc, v, a, _ := openRecording(t)
	defer enc.Abort(nil)
	var last *api.OutputHandle
	for range 40 {
		last = addOutput(t, enc, api.Writer(&limitedWriter{}, "mpegts", api.BestEffort()))
		feedFrom(t, v, a, 0, 1)
	}
	i := 1
	for ; i < 100 && last.Err() == nil; i++ {
		feedFrom(t, v, a, i, 1)
		require.NoError(t, enc.Sync(context.Background()))
	}
	<-last.Done()
	require.Eventually(t, func() bool { return len(enc.Stats().Outputs) == 33 }, time.Minute, time.Millisecond)
	require.ErrorIs(t, last.Close(), errFull)
	outputs := enc.Stats().Outputs
	require.Len(t, outputs, 32)
	require.Equal(t, "mux 39", outputs[31].Node)
	require.ErrorIs(t, outputs[31].Err, errFull)
	require.NoError(t, enc.Close())
}
