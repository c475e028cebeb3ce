package cookbook_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

// clipsOnMachines calls the recipe as one of so many machines, for six clips. Each of them begins
// with another picture.
func clipsOnMachines(ctx context.Context, folder string, machine, machines int) error {
	shard := api.Shard{Index: machine, Count: machines}
	return cookbook.ClipsOnMachines(ctx, folder, width, height, 6, shard, func(clip, k int) []byte {
		return shots(96)[clip+k]
	})
}

func ExampleClipsOnMachines() {
	printStreams("clip-00003.mp4", "codec_name,pix_fmt,nb_read_frames", func(path string) error {
		for machine := range 2 { // on as many machines
			if err := clipsOnMachines(context.Background(), filepath.Dir(path), machine, 2); err != nil {
				return err
			}
		}
		return nil
	})
	// Output: codec_name=h264|pix_fmt=yuv420p|nb_read_frames=90
}

// TestClipsOnMachines makes the clips on two machines, and one of them again on a third.
func TestClipsOnMachines(t *testing.T) {
	mediatest.NoLeaks(t)
	folder := t.TempDir()
	for machine := range 2 {
		require.NoError(t, clipsOnMachines(t.Context(), folder, machine, 2))
	}
	list, err := os.ReadFile(filepath.Join(folder, "clips.jsonl"))
	require.NoError(t, err)
	require.Equal(t, 6, bytes.Count(list, []byte("\n")), "each clip is made once")

	path := filepath.Join(folder, "clip-00004.mp4")
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.Remove(path))
	require.NoError(t, clipsOnMachines(t.Context(), folder, 0, 1))
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after))
	list, err = os.ReadFile(filepath.Join(folder, "clips.jsonl"))
	require.NoError(t, err)
	require.Equal(t, 7, bytes.Count(list, []byte("\n")))

	requirePSNR(t, path, 33, shots(96)[4:94])
	requirePlayers(t, path, 30, shots(96)[4:94], "GStreamer", "VLC", "Chromium")
}
