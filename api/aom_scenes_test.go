package api_test

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// scenes returns n pictures of 64×64, R G B, with a little noise over still scenes of 33 pictures.
func scenes(n int) (all []byte) {
	const side = 64
	random := rand.New(rand.NewPCG(3, 1))
	scene := make([]byte, 3*side*side)
	for k := range n {
		if k%33 == 0 {
			a, b, c := random.IntN(256), random.IntN(256), random.IntN(256)
			for i := range scene {
				scene[i] = byte(a+b*(i/3%side)/side+c*(i/3/side)/side) / 2
			}
		}
		for _, v := range scene {
			all = append(all, v+40+byte(random.IntN(3)))
		}
	}
	return all
}

// TestScenesInAOM: libaom, when it searches for changes of scene, ends the process at these.
func TestScenesInAOM(t *testing.T) {
	t.Parallel()
	const n = 70
	cfg := api.VideoConfig{
		Width: 64, Height: 64, FrameRate: 25, Codec: "libaom-av1", CRF: new(30.0), ExtraOptions: map[string]any{"cpu-used": 8},
	}
	enc, path := api.NewEncoder(), filepath.Join(t.TempDir(), "scenes.mkv")
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenFile(context.Background(), path))
	require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: scenes(n), Layout: api.NHWC}))
	require.NoError(t, enc.Close())
	require.Len(t, mediatest.Pictures(t, path, 0, "yuv420p"), n)
}

// TestLeastKeyIntervalOfAOM refuses an option that would have no effect.
func TestLeastKeyIntervalOfAOM(t *testing.T) {
	t.Parallel()
	cfg := api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: "libaom-av1"}
	cfg.ExtraOptions = map[string]any{"keyint_min": 10, "g": 100}
	_, err := api.NewEncoder().AddVideo(cfg)
	requireField(t, err, "ExtraOptions[keyint_min]")
	cfg.ExtraOptions = map[string]any{"keyint_min": 100, "g": 100}
	_, err = api.NewEncoder().AddVideo(cfg)
	require.NoError(t, err)
}

// TestKeysOnDemandOfAOM asks libaom for key frames while it looks ahead. It would make others, too,
// and end the process at some, so that another one begins at each.
func TestKeysOnDemandOfAOM(t *testing.T) {
	t.Parallel()
	const n = 140
	data, size := scenes(n), 3*64*64
	for name, lag := range map[string]int{"default": 35, "short": 18} {
		cfg := api.VideoConfig{
			Width: 64, Height: 64, FrameRate: 25, Codec: "libaom-av1", CRF: new(30.0),
			ExtraOptions: map[string]any{"cpu-used": 8, "lag-in-frames": lag},
		}
		enc, path := api.NewEncoder(), filepath.Join(t.TempDir(), name+".mkv")
		v := addVideo(t, enc, cfg)
		require.NoError(t, enc.OpenFile(context.Background(), path))
		asked := []int{0}
		for k := range n {
			if k%29 == 28 || k%41 == 40 {
				require.NoError(t, v.ForceKeyFrame())
				asked = append(asked, k)
			}
			require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: data[k*size:][:size], Layout: api.NHWC}))
		}
		require.NoError(t, enc.Close())
		keys, frames := keyFrames(t, path)
		require.Equal(t, n, frames, name)
		require.Equal(t, asked, keys, name)
		require.Equal(t, asked, decodedKeyFrames(t, path), name)
		require.Len(t, mediatest.Pictures(t, path, 0, "yuv420p"), n, name)
	}
}
