package api_test

import (
	"context"
	"encoding/json"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// nodeOf returns what a node of a stream did.
func nodeOf(t *testing.T, s api.Stats, name string, stream int) api.NodeStats {
	t.Helper()
	for _, n := range s.Nodes {
		if n.Name == name && n.Stream == stream {
			return n
		}
	}
	require.Fail(t, "no such node", "%s of stream %d", name, stream)
	return api.NodeStats{}
}

// TestStats holds what the streams are said to have done against what ffprobe finds in the file.
func TestStats(t *testing.T) {
	mediatest.NoLeaks(t)
	path := temporary(t, "stats.mkv")
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	cfg := numberedVideo()
	cfg.Preset = "medium" // which looks ahead
	sound := stereo()
	sound.Codec = "aac"
	v, a := addVideo(t, enc, cfg), addAudio(t, enc, sound)
	require.Equal(t, api.Stats{}, enc.Stats(), "before Open")
	require.NoError(t, enc.OpenFile(context.Background(), path))
	addNumbered(t, v, 0, 90)
	addTone(t, a, 0, 3*48000+100)
	require.NoError(t, enc.Sync(context.Background()))

	s := enc.Stats()
	requireLaw(t, s, false)
	require.False(t, s.Over)
	encode := nodeOf(t, s, "encode", 0)
	require.Equal(t, int64(90), encode.In)
	require.Equal(t, encode.In-encode.Out, encode.Held, "frames that the encoder looks ahead")
	require.Greater(t, encode.Held, int64(10))
	require.Equal(t, int64((3*48000+100)%1024), nodeOf(t, s, "rechunk", 1).Held, "samples that wait for a whole block")
	require.Equal(t, int64(90), s.Streams[0].Accepted)
	require.Equal(t, int64(3*48000+100), s.Streams[1].Accepted)

	require.NoError(t, enc.Close())
	s = enc.Stats()
	requireLaw(t, s, true)
	require.True(t, s.Over)
	for _, n := range s.Nodes {
		require.Zero(t, n.Held, "%+v", n)
	}
	video, audio := s.Streams[0], s.Streams[1]
	bytes := map[int]int64{}
	for _, p := range mediatest.Packets(t, path) {
		bytes[p.Stream] += p.Size
	}
	require.InDelta(t, bytes[0], video.Bytes, 1, "a start code of three bytes becomes a length of four")
	require.Equal(t, api.StreamStats{
		Stream: 0, Kind: "video", Codec: "libx264", Ended: true, Accepted: 90, Fed: 3 * time.Second, Encoded: 3 * time.Second,
		Packets: 90, Bytes: video.Bytes, FPS: 90 / s.Elapsed.Seconds(), Speed: 3 / s.Elapsed.Seconds(),
	}, video)
	require.Equal(t, "audio aac", audio.Kind+" "+audio.Codec)
	require.Equal(t, bytes[1], audio.Bytes)
	require.InDelta(t, audio.Fed.Seconds(), audio.Encoded.Seconds(), 1e-6)
	require.Zero(t, audio.FPS)
	require.Greater(t, s.BytesWritten, bytes[0]+bytes[1])
	require.LessOrEqual(t, s.Called, s.Elapsed)
	require.Positive(t, s.Called)
	require.Positive(t, s.Writing)

	text, err := json.Marshal(s)
	require.NoError(t, err)
	var read api.Stats
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, s, read)
}

// TestStatsOfARunThatWasStopped checks that nothing is said to be held any more, nor to go on.
func TestStatsOfARunThatWasStopped(t *testing.T) {
	mediatest.NoLeaks(t)
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	v, _ := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	ctx, cancel := context.WithCancel(context.Background())
	require.NoError(t, enc.OpenWriter(ctx, io.Discard, "mkv"))
	addNumbered(t, v, 0, 30)
	cancel()
	require.ErrorIs(t, enc.Close(), context.Canceled)
	s := enc.Stats()
	require.True(t, s.Over)
	require.Zero(t, s.Streams[0].Held)
	require.Zero(t, s.Streams[0].RecentFPS)
	for _, n := range s.Nodes {
		require.Zero(t, n.Held, "%+v", n)
		require.Zero(t, n.InCall, "%+v", n)
	}
}

func TestStatsAllocateTheirSlicesOnly(t *testing.T) {
	mediatest.NoLeaks(t)
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	addVideo(t, enc, numberedVideo())
	addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mkv"))
	var s api.Stats
	require.Equal(t, 4.0, testing.AllocsPerRun(100, func() { s = enc.Stats() }), "nodes, edges, streams, outputs")
	require.Len(t, s.Nodes, 6)
	require.NoError(t, enc.Close())
}

// BenchmarkStats takes a snapshot of an encoder of two streams.
func BenchmarkStats(b *testing.B) {
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	if _, err := enc.AddVideo(numberedVideo()); err != nil {
		b.Fatal(err)
	}
	if _, err := enc.AddAudio(stereo()); err != nil {
		b.Fatal(err)
	}
	if err := enc.OpenWriter(context.Background(), io.Discard, "mkv"); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = enc.Stats()
	}
	if err := enc.Close(); err != nil {
		b.Fatal(err)
	}
}
