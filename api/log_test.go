package api_test

import (
	"context"
	"testing"

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
