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
		width, height int
		format, input string
		threads       int
		outWidth      int
		want          int
		wantThreads   int // of each
	}{
		"avloom's own kernels":        {3840, 2160, "yuv420p", "", 8, 0, 1, 1},
		"the encoder's own format":    {3840, 2160, "yuv420p", "yuv420p", 8, 0, 1, 1},
		"swscale":                     {3840, 2160, "yuv420p10le", "", 16, 0, 8, 1},
		"swscale, for Raw alone":      {1920, 1080, "yuv420p", "rgb48le", 8, 0, 2, 1},
		"swscale, with few threads":   {3840, 2160, "yuv420p10le", "", 3, 0, 3, 1},
		"swscale, of a small picture": {640, 360, "yuv420p10le", "", 8, 0, 1, 1},
		"a large picture made small":  {3840, 2160, "yuv420p", "", 16, 640, 2, 5},
		"a large picture made tiny":   {3840, 2160, "yuv420p", "", 4, 96, 4, 1},
		"a small picture made large":  {640, 360, "yuv420p", "", 16, 3840, 1, 8},
		"a small one made smaller":    {640, 360, "yuv420p", "", 16, 320, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := plan.NewVideo(plan.VideoConfig{
				Codec: "rawvideo", FrameRate: 25, Width: c.width, Height: c.height,
				PixelFormat: c.format, InputFormat: c.input, Threads: c.threads, OutWidth: c.outWidth,
			})
			require.NoError(t, err)
			enc, err := open(p, codec.Share{}, nut)
			require.NoError(t, err)
			defer nodes.FreeCodecContext(enc.codec)
			all, _, err := enc.newConverters()
			require.NoError(t, err)
			require.Len(t, all, c.want)
			_, threads := enc.divideConversion()
			require.Equal(t, c.wantThreads, threads)
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
