package graph

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/nodes"
)

func TestConverters(t *testing.T) {
	mediatest.NoLeaks(t)
	nut, ok := astiavx.GuessContainer("nut", "")
	require.True(t, ok)
	for name, c := range map[string]struct {
		cfg  plan.VideoConfig
		want int
	}{
		"our own kernels":             {plan.VideoConfig{Width: 3840, Height: 2160, PixelFormat: "yuv420p", Threads: 8}, 1},
		"the encoder's own format":    {plan.VideoConfig{Width: 3840, Height: 2160, PixelFormat: "yuv420p", InputFormat: "yuv420p", Threads: 8}, 1},
		"swscale":                     {plan.VideoConfig{Width: 3840, Height: 2160, PixelFormat: "yuv420p10le", Threads: 16}, 8},
		"swscale, for Raw alone":      {plan.VideoConfig{Width: 1920, Height: 1080, PixelFormat: "yuv420p", InputFormat: "rgb48le", Threads: 8}, 2},
		"swscale, with few threads":   {plan.VideoConfig{Width: 3840, Height: 2160, PixelFormat: "yuv420p10le", Threads: 3}, 3},
		"swscale, of a small picture": {plan.VideoConfig{Width: 640, Height: 360, PixelFormat: "yuv420p10le", Threads: 8}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c.cfg.FrameRate, c.cfg.Codec = 25, "rawvideo"
			p, err := plan.NewVideo(c.cfg)
			require.NoError(t, err)
			enc, err := open(p, codec.Share{}, nut)
			require.NoError(t, err)
			defer nodes.FreeCodecContext(enc.codec)
			all, _, err := enc.converters()
			require.NoError(t, err)
			require.Len(t, all, c.want)
			for _, converter := range all {
				converter.Close()
			}
		})
	}
}

// open opens the encoder of a plan for a container.
func open(p *plan.Video, share codec.Share, c astiavx.Container) (*videoEncoder, error) {
	opening := videoOpening{plan: p, share: share, containers: []astiavx.Container{c}}
	return opening.open()
}
