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

	entries := logs.FilterLoggerName("").All()
	require.Len(t, entries, 2)
	require.Equal(t, "open", entries[0].Message)
	chosen := entries[0].ContextMap()
	require.Equal(t, "mp4", chosen["container"])
	require.Equal(t, map[string]any{
		"codec": "libx264", "format": "yuv420p", "width": int64(64), "height": int64(64), "rate": "30", "threads": int64(1),
		"conversion": "rgb24: kernel",
	}, chosen["stream0"])
	require.Equal(t, map[string]any{
		"codec": "aac", "format": "fltp", "rate": int64(48000), "channels": "stereo", "input_rate": int64(48000),
		"input_channels": int64(2), "bit_rate": int64(128000),
	}, chosen["stream1"])
	require.Equal(t, "closed", entries[1].Message)
	ended, s := entries[1].ContextMap(), enc.Stats()
	require.Equal(t, s.BytesWritten, ended["bytes"])
	require.Equal(t, s.Elapsed, ended["elapsed"])
	require.Equal(t, s.Bottleneck(), ended["bottleneck"])
	require.Equal(t, map[string]any{
		"codec": "libx264", "accepted": int64(3), "encoded": 100 * time.Millisecond, "packets": int64(3),
		"bytes": s.Streams[0].Bytes,
		"speed": s.Streams[0].Speed, "fps": s.Streams[0].FPS,
	}, ended["stream0"])
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
	require.Equal(t, map[string]any{"stream": int64(1), "node": "encode"}, logs.All()[0].ContextMap())
	require.Equal(
		t,
		`ColorRange "pc": yuv420p in mpeg2video in matroska cannot signal it; pixels and tags use a value that it can signal`,
		logs.All()[0].Message,
	)
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
