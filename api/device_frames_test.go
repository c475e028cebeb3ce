package api_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/cudatest"
	"github.com/avloom/avloom/internal/mediatest"
)

// planes turns pictures of packed R G B into planar ones.
func planes(packed []byte, pixels int) []byte {
	out := make([]byte, 0, len(packed))
	for len(out) < len(packed) {
		frame := packed[len(out):][:3*pixels]
		for c := range 3 {
			for i := c; i < len(frame); i += 3 {
				out = append(out, frame[i])
			}
		}
	}
	return out
}

// testDeviceFrames gives the same pictures to the encoder from main memory and from that of the
// GPU: the files must be the same to the last byte.
func testDeviceFrames(t *testing.T) {
	mediatest.NoLeaks(t)
	const n = 5
	for _, odd := range []api.OddSize{api.OddSizeError, api.OddSizePad, api.OddSizeCrop} {
		cfg := cudaVideo()
		cfg.OddSize = odd
		if odd != api.OddSizeError {
			cfg.Width, cfg.Height = 3*97, 3*61
		}
		packed := moving(t)[20*oracleWidth*oracleHeight*3:][:n*cfg.Width*cfg.Height*3]
		even := cfg.Width + cfg.Width%2
		nv12 := packed[:n*(cfg.Width*cfg.Height+even*((cfg.Height+1)/2))]
		for layout, data := range map[api.Layout][]byte{api.NHWC: packed, api.NCHW: planes(packed, cfg.Width*cfg.Height), api.Raw: nv12} {
			cfg.InputFormat = ""
			if layout == api.Raw {
				cfg.InputFormat = "nv12"
			}
			for name, gpu := range map[string]*cudatest.GPU{"primary": cudatest.Primary(t, 0), "own": cudatest.Own(t, 0)} {
				t.Run(fmt.Sprintf("%s/%s/%s", odd, layout, name), func(t *testing.T) {
					var option []api.Option
					if name == "own" {
						option = append(option, api.WithCUDAContext(gpu.Context()))
					}
					testDeviceFramesAlike(t, cfg, layout, data, gpu, option)
				})
			}
		}
	}
}

// testDeviceFramesAlike encodes the frames from main memory, and from the GPU's with and without
// padding, and bottom up. Frames in main memory with padding and bottom up are uploaded alike.
func testDeviceFramesAlike(
	t *testing.T,
	cfg api.VideoConfig,
	layout api.Layout,
	data []byte,
	gpu *cudatest.GPU,
	option []api.Option,
) {
	const n, pitch = 5, 1024
	var want api.MemoryFile
	encodeStream(t, api.Writer(&want, "mp4"), cfg, frames(t, data, layout), option...)
	planes, _ := memoryPlanes(layout, "nv12", cfg.Width, cfg.Height)
	rnd := rand.New(rand.NewPCG(3, 3))
	for _, f := range []api.DeviceFrames{{}, {Pitch: pitch}, {BottomUp: true}, {Pitch: pitch, BottomUp: true}} {
		strides := []int{pitch}
		if f.Pitch == 0 {
			strides = spaced(planes, 0)
		}
		content := spread(data, planes, 0, strides, f.BottomUp, rnd)
		f.Ptr, f.N, f.Layout, f.Stream = gpu.Alloc(t, len(content)), n, layout, gpu.Stream(t)
		var got api.MemoryFile
		encodeStream(t, api.Writer(&got, "mp4"), cfg, func(v *api.VideoStream) {
			gpu.Write(t, f.Ptr, content, f.Stream) // which the stream does when somebody waits for it
			require.NoError(t, v.AddDeviceFrames(context.Background(), f))
			gpu.Write(t, f.Ptr, make([]byte, len(content)), f.Stream) // since they have been read
			gpu.Wait(t, f.Stream)
			require.NoError(t, v.AddDeviceFrames(context.Background(), api.DeviceFrames{Ptr: f.Ptr, Layout: layout}), "none")
		}, option...)
		var host api.MemoryFile
		encodeStream(t, api.Writer(&host, "mp4"), cfg, func(v *api.VideoStream) {
			frames := api.Frames{Data: content, Layout: layout, Strides: slices.Repeat(strides[:1], len(planes))}
			if f.Pitch == 0 {
				frames.Strides = nil
			}
			frames.BottomUp = f.BottomUp
			require.NoError(t, v.AddFrames(context.Background(), frames))
		}, option...)
		require.True(t, string(want.Bytes()) == string(host.Bytes()), "strides %v, bottom up: %v", strides, f.BottomUp)
		require.True(t, string(want.Bytes()) == string(got.Bytes()), "pitch %d, bottom up: %v", f.Pitch, f.BottomUp)
	}
}

// testDeviceFramesRefused gives frames that cannot be read.
func testDeviceFramesRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	gpu := cudatest.Primary(t, 0)
	ctx := context.Background()
	cfg := shadedVideo()
	size := cfg.Width * cfg.Height * 3
	memory := gpu.Alloc(t, 2*size)
	enc := api.NewEncoder()
	v := addVideo(t, enc, cfg)
	require.ErrorIs(t, v.AddDeviceFrames(ctx, api.DeviceFrames{Ptr: memory, N: 1}), api.ErrNotOpen)
	require.NoError(t, enc.OpenWriter(ctx, io.Discard, "mp4"))
	for field, f := range map[string]api.DeviceFrames{
		"Ptr":    {Ptr: memory, N: 3},
		"N":      {Ptr: memory, N: -1},
		"Pitch":  {Ptr: memory, N: 1, Pitch: cfg.Width - 1},
		"Layout": {Ptr: memory, N: 1, Layout: 7},
		"Stream": {Ptr: memory, N: 1, Stream: 2},
	} {
		requireField(t, v.AddDeviceFrames(ctx, f), field)
	}
	requireSizesChecked(t, v, memory)
	requireField(t, v.AddDeviceFrames(ctx, api.DeviceFrames{N: 1}), "Ptr")
	require.NoError(t, v.AddDeviceFrames(ctx, api.DeviceFrames{Ptr: memory, N: 2}))
	over, cancel := context.WithCancel(ctx)
	cancel()
	var partial *api.PartialError
	require.ErrorAs(t, v.AddDeviceFrames(over, api.DeviceFrames{Ptr: memory, N: 2}), &partial)
	require.Zero(t, partial.Accepted)
	require.NoError(t, v.End())
	require.ErrorIs(t, v.AddDeviceFrames(ctx, api.DeviceFrames{Ptr: memory, N: 1}), api.ErrEnded)
	require.NoError(t, enc.Close())
	require.ErrorIs(t, v.AddDeviceFrames(ctx, api.DeviceFrames{Ptr: memory, N: 1}), api.ErrClosed)

	enc = api.NewEncoder()
	defer enc.Abort(nil)
	cfg.ColorSpace = "fcc"
	v = addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenWriter(ctx, io.Discard, "mp4"))
	requireField(t, v.AddDeviceFrames(ctx, api.DeviceFrames{Ptr: memory, N: 1}), "ColorSpace")
	require.NoError(t, v.AddDeviceFrames(ctx, api.DeviceFrames{Ptr: memory, N: 1, Layout: api.Raw}))

	inOwn := api.NewEncoder(api.WithCUDAContext(cudatest.Own(t, 0).Context()))
	defer inOwn.Abort(nil)
	v = addVideo(t, inOwn, shadedVideo())
	require.NoError(t, inOwn.OpenWriter(ctx, io.Discard, "mp4"))
	requireField(t, v.AddDeviceFrames(ctx, api.DeviceFrames{Ptr: memory, N: 1}), "Ptr")
	require.NoError(t, inOwn.Close())

	onOther := api.NewEncoder(api.WithCUDAContext(cudatest.Own(t, 1).Context()))
	addVideo(t, onOther, shadedVideo())
	requireField(t, onOther.OpenWriter(ctx, io.Discard, "mp4"), "CUDAContext")
}

// requireSizesChecked gives sizes whose products, sums or lower 32 bits are harmless, and they are
// not.
func requireSizesChecked(t *testing.T, v *api.VideoStream, memory uintptr) {
	t.Helper()
	for _, layout := range []api.Layout{api.NCHW, api.NHWC, api.Raw} {
		for name, c := range map[string]struct {
			field  string
			frames api.DeviceFrames
		}{
			"so many that there are none":     {"N", api.DeviceFrames{Ptr: memory, N: 1 << 62}},
			"as many as a number says":        {"N", api.DeviceFrames{Ptr: memory, N: math.MaxInt}},
			"more than addresses":             {"N", api.DeviceFrames{Ptr: math.MaxUint - 100, N: 1}},
			"more than memory":                {"Ptr", api.DeviceFrames{Ptr: memory, N: 1 << 40}},
			"rows so long that they are none": {"Pitch", api.DeviceFrames{Ptr: memory, N: 1, Pitch: 1 << 56}},
			"rows that are short in 32 bits":  {"Pitch", api.DeviceFrames{Ptr: memory, N: 1, Pitch: 1<<32 + 1024}},
			"rows that run back in 32 bits":   {"Pitch", api.DeviceFrames{Ptr: memory, N: 1, Pitch: 1 << 31}},
			"rows that run back":              {"Pitch", api.DeviceFrames{Ptr: memory, N: 1, Pitch: -1024}},
			"rows longer than memory":         {"Ptr", api.DeviceFrames{Ptr: memory, N: 1, Pitch: math.MaxInt32}},
			"many of them":                    {"N", api.DeviceFrames{Ptr: memory, N: 1 << 32, Pitch: math.MaxInt32}},
		} {
			c.frames.Layout = layout
			var wrong *api.ConfigError
			require.ErrorAs(t, v.AddDeviceFrames(context.Background(), c.frames), &wrong, "%s, %s", name, layout)
			require.Equal(t, c.field, wrong.Field, "%s, %s", name, layout)
		}
	}
}

// requireField asserts that the error is about this field.
func requireField(t *testing.T, err error, field string) {
	t.Helper()
	var wrong *api.ConfigError
	require.ErrorAs(t, err, &wrong, field)
	require.Equal(t, field, wrong.Field)
}

func TestDeviceFramesNeedAStreamOnTheGPU(t *testing.T) {
	mediatest.NoLeaks(t)
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	v := addVideo(t, enc, numberedVideo())
	require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mp4"))
	requireField(t, v.AddDeviceFrames(context.Background(), api.DeviceFrames{Ptr: 1 << 40, N: 1}), "Device")
}
