package cookbook_test

import (
	"context"
	"image"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/browsertest"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleAlphaWeb() {
	printStreams("cut.webm", "codec_name,width,height,nb_read_frames:stream_tags=alpha_mode", func(path string) error {
		return cookbook.AlphaWeb(context.Background(), path, width, height, reusing(3, cutOut))
	})
	// Output: codec_name=vp9|width=320|height=180|nb_read_frames=3|tag:alpha_mode=1
}

// TestAlphaWeb lays the film over a checkerboard, as ffmpeg decodes it, and in Chromium.
func TestAlphaWeb(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "cut.webm", func(path string) error {
		return cookbook.AlphaWeb(t.Context(), path, width, height, reusing(20, cutOut))
	})
	raw := mediatest.Run(t, "ffmpeg", "-v", "error", "-c:v", "libvpx-vp9", "-i", path,
		"-f", "rawvideo", "-pix_fmt", "rgba", "-")
	require.Len(t, raw, 20*4*width*height)
	last := raw[19*4*width*height:]
	require.GreaterOrEqual(t, mediatest.PSNR(over(cutOut(19)), over(last)), 35.0)
	if !mediatest.Long(t) { // a browser takes seconds
		return
	}
	page := openInChromium(t, path)
	require.Empty(t, browsertest.Eval[string](page, "failed"))
	browsertest.Eval[any](page, `document.body.style.cssText = "margin:0;background:`+
		`repeating-conic-gradient(#808080 0 25%, #fff 0 50%) 0 0/32px 32px"; `+
		`video.style.cssText = "display:block"; null`)
	require.True(t, browsertest.Eval[bool](page, `new Promise(done => requestAnimationFrame(() =>
		requestAnimationFrame(() => done(true))))`))
	shot := page.Screenshot("checkerboard.png").(interface {
		image.Image
		SubImage(image.Rectangle) image.Image
	}).SubImage(image.Rect(0, 0, width, height))
	require.GreaterOrEqual(t, mediatest.PSNR(over(cutOut(15)), rgbOf(shot)), 35.0)
}
