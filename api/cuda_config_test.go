package api_test

import (
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// TestCUDAConfig is about what is wrong whatever GPU there is, and is found without one.
func TestCUDAConfig(t *testing.T) {
	crf := 20.0
	for _, w := range []struct {
		name, field, container string // "": AddVideo finds it
		words                  string
		supported              []string
		change                 func(*api.VideoConfig)
	}{
		{"a pixel format", "PixelFormat", "", "must be empty on CUDA", nil, func(c *api.VideoConfig) { c.PixelFormat = "nv12" }},
		{"an encoder of the CPU", "Codec", "", `does not encode on CUDA; take one of these, or Device "cpu"`, cudaEncoders, func(c *api.VideoConfig) { c.Codec = "libx264" }},
		{"a codec that NVENC lacks", "Codec", "", "does not encode on CUDA", cudaEncoders, func(c *api.VideoConfig) { c.Codec = "vp9" }},
		{"an encoder of sound", "Codec", "", "does not encode on CUDA", cudaEncoders, func(c *api.VideoConfig) { c.Codec = "aac" }},
		{"another name of a codec", "Codec", "", `did you mean "hevc"?`, cudaEncoders, func(c *api.VideoConfig) { c.Codec = "h265" }},
		{"a constant rate factor", "CRF", "", "ExtraOptions[cq]", nil, func(c *api.VideoConfig) { c.Codec, c.CRF = "h264", &crf }},
		{"a preset of another encoder", "Preset", "", "", nil, func(c *api.VideoConfig) { c.Codec, c.Preset = "h264", "ultrafast" }},
		{"a GPU by option", "ExtraOptions[gpu]", "", "set Device instead", nil, func(c *api.VideoConfig) { c.ExtraOptions = map[string]any{"gpu": 1} }},
		{"an unknown option", "ExtraOptions[qpp]", "", `did you mean "qp"?`, nil, func(c *api.VideoConfig) { c.Codec, c.ExtraOptions = "h264", map[string]any{"qpp": 1} }},
		{"an odd size", "Width", "", "set OddSize to pad or crop", nil, func(c *api.VideoConfig) { c.Codec, c.Width = "h264", 321 }},
		{"a bit rate beside a quality", "BitRate", "", "ignores it, as ExtraOptions[cq] decides", nil, func(c *api.VideoConfig) {
			c.Codec, c.BitRate, c.ExtraOptions = "h264", 500_000, map[string]any{"cq": 20}
		}},
		{"another size", "OutWidth", "", "scale them before, or encode on the CPU", nil, func(c *api.VideoConfig) { c.Codec, c.OutWidth = "h264", 32 }},
		{"a default that NVENC lacks", "Codec", "webm", "must be named: NVENC does not encode vp9, the default of webm", []string{"av1_nvenc"}, nil},
		{"a codec that the container lacks", "Codec", "webm", "webm cannot carry h264", []string{"av1_nvenc"}, func(c *api.VideoConfig) { c.Codec = "h264" }},
		{"a container without any", "Codec", "gif", "carries none of the codecs that NVENC encodes", nil, nil},
		{"a constant rate factor, without a codec", "CRF", "mp4", "ExtraOptions[cq]", nil, func(c *api.VideoConfig) { c.CRF = &crf }},
	} {
		t.Run(w.name, func(t *testing.T) {
			cfg := cudaVideo()
			if w.change != nil {
				w.change(&cfg)
			}
			enc := api.NewEncoder()
			_, err := enc.AddVideo(cfg)
			if w.container != "" {
				require.NoError(t, err)
				err = enc.OpenWriter(context.Background(), io.Discard, w.container)
			}
			requireField(t, err, w.field)
			var wrong *api.ConfigError
			require.ErrorAs(t, err, &wrong)
			require.Contains(t, wrong.Error(), w.words)
			if w.supported != nil {
				require.Equal(t, w.supported, wrong.Supported)
			}
			require.NotContains(t, wrong.Error(), "PixelFormat to")
		})
	}
}

var cudaEncoders = []string{"h264_nvenc", "hevc_nvenc", "av1_nvenc"}
