package api_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/cudatest"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// testCUDAUnavailable says that Open fails as it must without a usable GPU, with these words, and
// does not touch the destination.
func testCUDAUnavailable(words string) func(t *testing.T) {
	return func(t *testing.T) {
		mediatest.NoLeaks(t)
		path := temporary(t, "old.mp4")
		require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
		enc := api.NewEncoder()
		addVideo(t, enc, cudaVideo())
		err := enc.OpenFile(context.Background(), path)
		require.ErrorIs(t, err, gpu.ErrUnavailable)
		require.ErrorContains(t, err, words)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "old", string(content))
		require.NoError(t, enc.Close())
	}
}

// testCUDASessions opens one encoder more than the driver allows.
func testCUDASessions(t *testing.T) {
	mediatest.NoLeaks(t)
	open := func() (*api.Encoder, error) {
		enc := api.NewEncoder()
		addVideo(t, enc, shadedVideo())
		return enc, enc.OpenWriter(context.Background(), io.Discard, "mp4")
	}
	var opened []*api.Encoder
	for range 5 {
		enc, err := open()
		require.NoError(t, err)
		opened = append(opened, enc)
	}
	sixth, err := open()
	require.ErrorIs(t, err, gpu.ErrUnavailable)
	require.ErrorIs(t, err, gpu.ErrSessionLimit)
	require.ErrorContains(t, err, "it encodes as many videos as its driver allows")
	require.NoError(t, opened[0].Close())
	require.NoError(t, sixth.OpenWriter(context.Background(), io.Discard, "mp4"), "there is room again")
	for _, enc := range append(opened, sixth) {
		require.NoError(t, enc.Close())
	}
}

// testCUDAFailingNodes has each node that uses the GPU fail in the middle of a run, beside a stream
// on the CPU.
func testCUDAFailingNodes(t *testing.T) {
	mediatest.NoLeaks(t)
	caller := cudatest.Primary(t, 0)
	memory := caller.Alloc(t, len(shaded(0, 1)))
	for _, f := range []struct{ fault, node, words string }{
		{"encode=7", "encode", "h264_nvenc on cuda:0 (Stand-in 0): "},
		{"copy=17", "upload", "cuda:0 (Stand-in 0): upload: cuMemcpy2DAsync: CUDA_ERROR_1"},
		{"launch=4", "convert", "convert gbrp to nv12: cuda:0 (Stand-in 0): convert: cuLaunchKernel: CUDA_ERROR_LAUNCH_FAILED"},
	} {
		t.Run(f.node, func(t *testing.T) {
			enc := api.NewEncoder()
			onCPU := shadedVideo()
			onCPU.Device, onCPU.Codec = "", "libx264"
			v, other := addVideo(t, enc, shadedVideo()), addVideo(t, enc, onCPU)
			require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mp4"))
			cudatest.Fault(t, f.fault)
			err := feedUntilItFails(v, other, memory)
			var failed *pipeline.NodeError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, f.node, failed.Node)
			require.Zero(t, failed.Stream)
			require.ErrorContains(t, err, f.words)
			require.ErrorIs(t, other.AddFrames(context.Background(), api.Frames{Data: shaded(0, 1)}), failed)
			require.ErrorIs(t, enc.Close(), failed)
			requireLaw(t, enc.Stats(), true)
		})
	}
}

// testCUDALateFailure has the copy of the last picture fail after everything has been sent on.
func testCUDALateFailure(t *testing.T) {
	mediatest.NoLeaks(t)
	enc := api.NewEncoder()
	v := addVideo(t, enc, shadedVideo())
	require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mp4"))
	require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: shaded(0, 1)}))
	var failed *pipeline.NodeError
	require.ErrorAs(t, enc.Close(), &failed)
	require.Equal(t, "upload", failed.Node)
	require.ErrorContains(t, failed, "cuEventSynchronize: CUDA_ERROR_LAUNCH_FAILED")
}

// feedUntilItFails feeds both streams, the first from main memory and from the GPU's.
func feedUntilItFails(v, other *api.VideoStream, memory uintptr) error {
	ctx := context.Background()
	for i := range 1000 {
		if err := v.AddFrames(ctx, api.Frames{Data: shaded(i%50, 1)}); err != nil {
			return err
		}
		if err := v.AddDeviceFrames(ctx, api.DeviceFrames{Ptr: memory, N: 1}); err != nil {
			return err
		}
		if err := other.AddFrames(ctx, api.Frames{Data: shaded(i%50, 1)}); err != nil {
			return err
		}
	}
	return nil
}

// testCUDAFailingMemory has the GPU run out of memory at every allocation there is, until there is
// none left to fail.
func testCUDAFailingMemory(t *testing.T) {
	mediatest.NoLeaks(t)
	atOpen, later := 0, 0
	for n := 1; ; n++ {
		cudatest.Fault(t, fmt.Sprintf("memory=%d", n))
		enc := api.NewEncoder()
		v := addVideo(t, enc, shadedVideo())
		if err := enc.OpenWriter(context.Background(), io.Discard, "mp4"); err != nil {
			require.ErrorContains(
				t,
				err,
				"cuda:0 (Stand-in 0): allocate a picture of 160×64 in its memory: Cannot allocate memory",
			)
			require.NoError(t, enc.Close())
			atOpen++
			continue
		}
		fed := v.AddFrames(context.Background(), api.Frames{Data: shaded(0, 40)})
		closed := enc.Close()
		if closed == nil {
			require.NoError(t, fed)
			break
		}
		require.ErrorContains(t, closed, "cuda:0 (Stand-in 0): pinned memory: ") // all else is reserved
		require.ErrorContains(t, closed, "Cannot allocate memory")
		later++
	}
	require.Greater(t, atOpen, 5)
	require.Positive(t, later)
	require.Less(t, later, 16, "what is reserved is reused, and so is pinned memory")
}

// testCUDASettings asks the GPU for what it does not do.
func testCUDASettings(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, s := range []struct {
		field, words, faults string
		change               func(*api.VideoConfig)
	}{
		{"ExtraOptions[tune]", "does not open with this value", "", func(c *api.VideoConfig) { c.ExtraOptions = map[string]any{"tune": "lossless"} }},
		{"ExtraOptions[profile]", "", "", func(c *api.VideoConfig) { c.ExtraOptions = map[string]any{"profile": "hgih"} }},
		{"Preset", "", "", func(c *api.VideoConfig) { c.Preset = "p8" }},
		{"Width", "it does encode 146×64 and larger", "", func(c *api.VideoConfig) { c.Width, c.Height = 64, 64 }},
		{"Width", "it does encode", "", func(c *api.VideoConfig) { c.Width, c.Height = 5000, 64 }},
		{"Codec", `"hevc_nvenc": the NVENC of cuda:0 (Stand-in 0) does not encode it (supported: h264_nvenc)`, "h264_only=1", func(c *api.VideoConfig) { c.Codec = "hevc" }},
		{"Codec", "does not encode it (supported: h264_nvenc, hevc_nvenc)", "no_av1=1", func(c *api.VideoConfig) { c.Codec = "av1" }},
		{"", "there is no device cuda:2", "", func(c *api.VideoConfig) { c.Device = "cuda:2" }},
	} {
		cudatest.Fault(t, s.faults)
		cfg := shadedVideo()
		s.change(&cfg)
		enc := api.NewEncoder()
		_, err := enc.AddVideo(cfg)
		if err == nil {
			err = enc.OpenWriter(context.Background(), io.Discard, "mp4")
		}
		require.ErrorContains(t, err, s.words)
		if s.field != "" {
			requireField(t, err, s.field)
		} else {
			require.ErrorIs(t, err, gpu.ErrUnavailable)
		}
		require.NoError(t, enc.Close())
	}
}
