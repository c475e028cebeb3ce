package api_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

func TestLog(t *testing.T) {
	mediatest.NoLeaks(t)
	core, logs := observer.New(zap.InfoLevel)
	enc := api.NewEncoder(api.WithLogger(zap.New(core)))
	v := addVideo(t, enc, numberedVideo())
	addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mp4"))
	addNumbered(t, v, 0, 3)
	require.NoError(t, enc.Close())
	require.NoError(t, enc.Close())

	entries := logs.All()
	require.Len(t, entries, 2)
	require.Equal(t, "open", entries[0].Message)
	chosen := entries[0].ContextMap()
	require.Equal(t, "mp4", chosen["container"])
	require.Equal(t, "libx264 yuv420p 64×64 30/1 fps", chosen["stream0"])
	require.Contains(t, chosen["stream1"], "aac fltp 48000 Hz")
	require.Equal(t, "closed", entries[1].Message)
	require.Equal(t, enc.Stats().BytesWritten, entries[1].ContextMap()["bytes"])
}

// TestLogOfWishes checks that a colour that the codec cannot say is not dropped without a word.
func TestLogOfWishes(t *testing.T) {
	mediatest.NoLeaks(t)
	core, logs := observer.New(zap.WarnLevel)
	enc := api.NewEncoder(api.WithLogger(zap.New(core)))
	addAudio(t, enc, stereo())
	cfg := numberedVideo()
	cfg.Codec, cfg.Preset, cfg.ColorRange = "mpeg2video", "", "pc"
	addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mkv"))
	require.NoError(t, enc.Close())
	require.Len(t, logs.All(), 1)
	require.Equal(t, `stream 1: ColorRange "pc": yuv420p in mpeg2video in matroska cannot say it; pixels and tags follow what it can`, logs.All()[0].Message)
}

// TestLogOfWhatCannotBeCrashSafe: who asks for it is told; who did not is not.
func TestLogOfWhatCannotBeCrashSafe(t *testing.T) {
	mediatest.NoLeaks(t)
	for asked, want := range map[bool]int{true: 1, false: 0} {
		core, logs := observer.New(zap.WarnLevel)
		enc := api.NewEncoder(api.WithLogger(zap.New(core)))
		addVideo(t, enc, numberedVideo())
		addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "ac3"})
		var opts []api.OutputOption
		if asked {
			opts = append(opts, api.CrashSafe(true))
		}
		require.NoError(t, enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mp4", opts...))
		require.NoError(t, enc.Close())
		require.Len(t, logs.FilterMessageSnippet("crash-safe").All(), want)
	}
}

func TestBottleneck(t *testing.T) {
	second := time.Second
	for want, s := range map[string]api.Stats{
		"nothing has run yet": {},
		"the caller: no actor waits for another, so more could be fed": {
			Elapsed: second, Edges: []api.EdgeStats{{From: "convert", To: "encode", Blocked: second / 100}},
		},
		"encode (stream 0): convert waited for it 80 % of the time, and it was busy 95 %": {
			Elapsed: second,
			Nodes:   []api.NodeStats{{Name: "convert", Busy: second / 5}, {Name: "encode", Busy: second * 95 / 100}},
			Edges: []api.EdgeStats{
				{From: "input", To: "convert", Blocked: second * 85 / 100},
				{From: "convert", To: "encode", Blocked: second * 80 / 100},
				{From: "encode", To: "mux"},
			},
		},
		"mux (stream 1): encode waited for it 50 % of the time, and it was busy 70 %": {
			Elapsed: second,
			Nodes:   []api.NodeStats{{Name: "encode", Stream: 1}, {Name: "mux", Stream: pipeline.NoStream, Busy: second * 7 / 10}},
			Edges:   []api.EdgeStats{{From: "encode", To: "mux", Stream: 1, Blocked: second / 2}},
		},
	} {
		require.Equal(t, want, s.Bottleneck())
	}
}
