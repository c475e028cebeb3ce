package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/cudatest"
	"github.com/avloom/avloom/internal/mediatest"
)

const (
	shadedWidth  = 160 // NVENC encodes none much smaller
	shadedHeight = 64
)

// shaded returns pictures first, first+1, … in R G B, each of one grey that rises with its number.
func shaded(first, n int) []byte {
	const size = shadedWidth * shadedHeight * 3
	data := make([]byte, n*size)
	for i := range data {
		data[i] = byte(16 + 4*(first+i/size))
	}
	return data
}

func shadedVideo() api.VideoConfig {
	cfg := cudaVideo()
	cfg.Width, cfg.Height = shadedWidth, shadedHeight
	return cfg
}

// requireShaded checks that a stream has the first n shaded pictures, in order.
func requireShaded(t *testing.T, path string, stream, n int) {
	t.Helper()
	pictures := mediatest.Pictures(t, path, stream, "rgb24")
	require.Len(t, pictures, n)
	for i, p := range pictures {
		require.InDelta(t, 16+4*i, p[len(p)/2], 2, "picture %d", i)
	}
}

// testCUDAOrder encodes with and without B-frames, and with all sorts of delay.
func testCUDAOrder(t *testing.T) {
	mediatest.NoLeaks(t)
	for preset, extra := range map[string]map[string]any{
		"p1": {"delay": 0}, "p4": {}, "p7": {"bf": 3, "b_ref_mode": "middle"}, "p2": {"rc": "vbr", "cq": 1},
		"p3": {"tune": "ull", "zerolatency": true}, "p5": {"rc-lookahead": 8},
		"p6": {"surfaces": 64},
	} {
		cfg := shadedVideo()
		cfg.Preset, cfg.ExtraOptions = preset, extra
		if _, ok := extra["rc"]; !ok {
			extra["qp"] = 1
		}
		path := temporary(t, preset+".mp4")
		encodeStream(t, api.File(path), cfg, func(v *api.VideoStream) {
			for i := range 50 {
				frames(t, shaded(i, 1), api.NHWC)(v)
			}
		})
		requireShaded(t, path, 0, 50)
		times := mediatest.FrameTimes(t, path, 0)
		for i, at := range times {
			require.InDelta(t, float64(i)/30, at, 0.001, preset)
		}
	}
}

// testCUDAPictures acquires pictures in the encoder's own format, which are handed over as they
// are, and in another; some are of an odd size.
func testCUDAPictures(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, format := range []string{"nv12", "rgba", "yuv422p"} {
		for _, odd := range []api.OddSize{api.OddSizeError, api.OddSizePad, api.OddSizeCrop} {
			cfg := shadedVideo()
			cfg.InputFormat, cfg.OddSize = format, odd
			cfg.ColorRange = "pc" // so that a grey is its own number in all of these formats
			if odd != api.OddSizeError {
				cfg.Width, cfg.Height = cfg.Width+1, cfg.Height+1
			}
			path := temporary(t, "pictures.mkv")
			encodeStream(t, api.File(path), cfg, func(v *api.VideoStream) {
				for i := range 20 {
					commitGrey(t, v, byte(16+4*i), format)
				}
			})
			requireShaded(t, path, 0, 20)
			size := mediatest.Probe(t, path).Streams[0]
			grown := map[api.OddSize]int{api.OddSizePad: 2}[odd]
			require.Equal(t, []int{shadedWidth + grown, shadedHeight + grown}, []int{size.Width, size.Height})
		}
	}
}

// commitGrey commits a picture of one grey.
func commitGrey(t *testing.T, v *api.VideoStream, grey byte, format string) {
	t.Helper()
	p, err := v.Acquire(context.Background())
	require.NoError(t, err)
	for i := range 4 {
		pix, _ := p.Plane(i)
		for k := range pix {
			pix[k] = grey
			if i > 0 {
				pix[k] = 128 // chroma
			}
		}
	}
	require.NoError(t, v.Commit(context.Background(), p), format)
}

// testCUDAMixed encodes on both GPUs, on the CPU and sound, into one file.
func testCUDAMixed(t *testing.T) {
	mediatest.NoLeaks(t)
	path := temporary(t, "mixed.mp4")
	enc := api.NewEncoder()
	second, onCPU := shadedVideo(), shadedVideo()
	second.Device, second.Codec = "cuda:1", "hevc"
	onCPU.Device, onCPU.Codec = "", "libx264"
	streams := []*api.VideoStream{addVideo(t, enc, shadedVideo()), addVideo(t, enc, onCPU), addVideo(t, enc, second)}
	sound := addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenFile(context.Background(), path))
	var feeding sync.WaitGroup
	for _, v := range streams {
		feeding.Go(func() {
			for i := range 50 {
				assert.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: shaded(i, 1), Layout: api.NHWC}))
			}
		})
	}
	feeding.Go(func() {
		for i := range 50 {
			assert.NoError(t, sound.AddSamples(context.Background(), tone(2, 1600*i, 1600)))
		}
	})
	feeding.Wait()
	require.NoError(t, enc.Close())
	for i, codec := range []string{"h264", "h264", "hevc"} {
		requireShaded(t, path, i, 50)
		require.Equal(t, codec, mediatest.Probe(t, path).Streams[i].Codec)
	}
	require.InDelta(t, 50*1600, len(mediatest.Sound(t, path, 3)[0]), 1024)
}

// testCUDAMany renders several files at a time, whose bytes do not depend on their neighbours.
func testCUDAMany(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	jobs := func(yield func(api.Job) bool) {
		for i := range 8 {
			job := api.Job{
				Path: fmt.Sprintf("%s/%d.mp4", dir, i),
				Run: func(ctx context.Context, enc *api.Encoder, path string) error {
					v, err := enc.AddVideo(shadedVideo())
					if err != nil {
						return err
					}
					if err := enc.OpenFile(ctx, path); err != nil {
						return err
					}
					return v.AddFrames(ctx, api.Frames{Data: shaded(0, 50), Layout: api.NHWC})
				},
			}
			if !yield(job) {
				return
			}
		}
	}
	_, err := api.RenderAll(context.Background(), jobs, api.RenderConfig{Workers: 4})
	require.NoError(t, err)
	want, err := os.ReadFile(dir + "/0.mp4")
	require.NoError(t, err)
	requireShaded(t, dir+"/0.mp4", 0, 50)
	for i := range 8 {
		got, err := os.ReadFile(fmt.Sprintf("%s/%d.mp4", dir, i))
		require.NoError(t, err)
		require.True(t, slices.Equal(want, got), i)
	}
}

// testCUDAAbort aborts runs in the middle, some of which were never fed; the counters of the
// stand-in tell that nothing is left.
func testCUDAAbort(t *testing.T) {
	mediatest.NoLeaks(t)
	caller := cudatest.Primary(t, 0)
	memory := caller.Alloc(t, len(shaded(0, 1)))
	for i := range 12 {
		enc := api.NewEncoder()
		v := addVideo(t, enc, shadedVideo())
		require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mp4"))
		var feeding sync.WaitGroup
		enough := make(chan struct{})
		feeding.Go(func() {
			for k := range 1000 {
				if k == i {
					close(enough)
				}
				err := v.AddFrames(context.Background(), api.Frames{Data: shaded(k, 1), Layout: api.NHWC})
				if k%2 == 1 && err == nil {
					err = v.AddDeviceFrames(context.Background(), api.DeviceFrames{Ptr: memory, N: 1})
				}
				if err != nil {
					assert.ErrorIs(t, err, errEnough)
					return
				}
			}
		})
		<-enough
		require.ErrorIs(t, enc.Abort(errEnough), errEnough)
		feeding.Wait()
		requireLaw(t, enc.Stats(), true)
	}
}

var errEnough = errors.New("enough")
