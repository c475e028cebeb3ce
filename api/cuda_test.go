package api_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/cudatest"
	"github.com/avloom/avloom/internal/mediatest"
)

// soundCUDA are the tests in which nothing is wrong.
func soundCUDA() []cudatest.Case {
	return []cudatest.Case{
		{Name: "pixels", Run: testCUDAPixels},
		{Name: "colors", Run: testCUDAColors},
		{Name: "siting", Run: testCUDASiting},
		{Name: "order", Run: testCUDAOrder},
		{Name: "pictures", Run: testCUDAPictures},
		{Name: "device_frames", Run: testDeviceFrames},
		{Name: "many", Run: testCUDAMany},
		{Name: "abort", Run: testCUDAAbort},
		{Name: "rates", Run: testCUDARates},
		{Name: "frame_rate", Run: testCUDAFrameRate},
		{Name: "drops", Run: testCUDADrops},
		{Name: "times", Run: testCUDATimes},
		{Name: "force_key_frame", Run: testCUDAForceKeyFrame},
		{Name: "set_bit_rate", Run: testCUDASetBitRate},
		{Name: "picture_data", Run: testCUDAPictureData},
	}
}

// TestGPU runs them on a real one.
func TestGPU(t *testing.T) {
	d, err := gpu.Open(gpu.Config{OutWidth: 2, OutHeight: 2})
	if err == nil {
		d.Close()
	}
	cudatest.RunOnGPU(t, err, gpu.Probe(0), soundCUDA())
}

// TestCUDA runs them on the stand-in for the driver, and those in which the driver or the GPU are
// at fault.
func TestCUDA(t *testing.T) {
	cudatest.Run(t, append(soundCUDA(), []cudatest.Case{
		{Name: "device_frames_refused", Run: testDeviceFramesRefused},
		{Name: "mixed", Run: testCUDAMixed},
		{Name: "sessions", Faults: "sessions=5", Run: testCUDASessions},
		{Name: "sessions_of_an_old_driver", Faults: "sessions=5,old_driver=1", Run: testCUDASessions},
		{Name: "failing_nodes", Run: testCUDAFailingNodes},
		{Name: "failing_late", Faults: "late=1", Run: testCUDALateFailure},
		{Name: "failing_memory", Run: testCUDAFailingMemory},
		{Name: "settings", Run: testCUDASettings},
		{Name: "no_driver", Without: cudatest.Driver, Run: testCUDAUnavailable("there is no NVIDIA driver")},
		{Name: "no_gpu", Faults: "no_device=1", Run: testCUDAUnavailable("finds no GPU")},
		{
			Name:    "no_encoder_library",
			Without: cudatest.Encoder,
			Run:     testCUDAUnavailable("the driver's encoder library cannot be loaded"),
		},
		{Name: "no_nvenc", Faults: "no_nvenc=1", Run: testCUDAUnavailable("cuda:0 (Stand-in 0) has no NVENC")},
		{
			Name:   "old_driver",
			Faults: "nvenc_version=161",
			Run:    testCUDAUnavailable("its driver is too old: it knows NVENC up to version 10.1"),
		},
		{
			Name:   "driver_older_than_ffmpeg",
			Faults: "nvenc_version=192",
			Run:    testCUDAUnavailable("its driver is too old for the NVENC of this FFmpeg"),
		},
	}...))
}

// cudaVideo is a stream on the GPU that loses next to nothing.
func cudaVideo() api.VideoConfig {
	return api.VideoConfig{
		Width: oracleWidth, Height: oracleHeight, FrameRate: 30, Device: "cuda", ExtraOptions: map[string]any{"qp": 1},
	}
}

// encodeStream encodes one stream, which feed feeds.
func encodeStream(
	t *testing.T,
	out api.Output,
	cfg api.VideoConfig,
	feed func(v *api.VideoStream),
	options ...api.Option,
) {
	t.Helper()
	enc := api.NewEncoder(options...)
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.Open(context.Background(), out))
	feed(v)
	require.NoError(t, enc.Close())
	requireLaw(t, enc.Stats(), true)
}

// frames feeds frames in main memory.
func frames(t *testing.T, data []byte, layout api.Layout) func(v *api.VideoStream) {
	return func(v *api.VideoStream) {
		t.Helper()
		require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: data, Layout: layout}))
	}
}

// testCUDAPixels compares what NVENC encodes with what the CPU does.
func testCUDAPixels(t *testing.T) {
	mediatest.NoLeaks(t)
	pictures := moving(t)
	for _, c := range []struct{ extension, codec, is, sited string }{
		{"mp4", "", "h264", "left"},
		{"mov", "h264", "h264", "left"},
		{"mkv", "hevc_nvenc", "hevc", "left"},
		{"mp4", "hevc", "hevc", "left"},
		{"mp4", "av1", "av1", ""},
		// FFmpeg's wrapper does not tell NVENC, and AV1 has no default; Matroska says it itself
		{"mkv", "av1_nvenc", "av1", "left"},
	} {
		theirs, ours := temporary(t, "cpu."+c.extension), temporary(t, "cuda."+c.extension)
		onCPU, onGPU := cudaVideo(), cudaVideo()
		onCPU.Device, onCPU.Codec, onCPU.ExtraOptions = "", "libx264", map[string]any{
			"qp":                     1,
			"chroma_sample_location": "left",
			"bf":                     0,
		}
		onGPU.Codec, onGPU.Preset = c.codec, "p1"
		encodeStream(t, api.File(theirs), onCPU, frames(t, pictures, api.NHWC))
		encodeStream(t, api.File(ours), onGPU, frames(t, pictures, api.NHWC))
		want, got := mediatest.Probe(t, theirs).Streams[0], mediatest.Probe(t, ours).Streams[0]
		require.Equal(t, []any{want.Duration, want.NbReadFrames, want.AvgFrameRate, want.Width, want.Height, c.sited, c.is},
			[]any{got.Duration, got.NbReadFrames, got.AvgFrameRate, got.Width, got.Height, got.ChromaLocation, got.Codec})
		requireSamePixels(t, theirs, ours, 25, 0.99)
	}
}

// testCUDAColors checks pixels and tags of all matrices and ranges.
func testCUDAColors(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, codec := range []string{"h264", "hevc", "av1"} {
		for matrix, name := range map[string]string{"bt601": "BT.601", "bt709": "BT.709", "bt2020": "BT.2020 non-constant"} {
			for wanted, span := range map[string]string{"tv": "Limited", "pc": "Full"} {
				for _, extension := range map[string][]string{"h264": {"mp4", "mov", "mkv"}, "hevc": {"mp4"}, "av1": {"mkv"}}[codec] {
					path := temporary(t, "colors."+extension)
					encodePatches(t, path, api.VideoConfig{
						Device: "cuda", Codec: codec, ColorSpace: matrix, ColorRange: wanted, ExtraOptions: map[string]any{"qp": 1},
					})
					requirePatches(t, path, false)
					tags := mediatest.Colors(t, path)
					require.Equal(
						t,
						[]string{name, span, "BT.709", "BT.709"},
						[]string{tags.Matrix.Value, tags.Range.Value, tags.Primaries.Value, tags.Transfer.Value},
						path,
					)
				}
			}
		}
	}
}
