package cookbook_test

import (
	"encoding/base64"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/browsertest"
	"github.com/avloom/avloom/internal/mediatest"
)

// cutOut returns picture k of the film as R G B A: the disc with soft edges, and nothing around it.
func cutOut(k int) []byte {
	rgb := picture(width, height, k)
	rgba := make([]byte, 0, 4*width*height)
	cx := float64(width) * (0.5 + 0.3*math.Sin(float64(k)/10))
	cy := float64(height) * (0.45 + 0.2*math.Cos(float64(k)/7))
	radius := float64(min(width, height)) / 6
	for y := range height {
		for x := range width {
			i := 3 * (y*width + x)
			inside := min(1, max(0, (radius-math.Hypot(float64(x)-cx, float64(y)-cy))/8+0.5))
			rgba = append(rgba, rgb[i], rgb[i+1], rgb[i+2], byte(255*inside))
		}
	}
	return rgba
}

// shown is a picture of an animation in Chromium.
type shown struct {
	Pixels []byte `json:"-"` // R G B A, not multiplied with the alpha
	Data   string `json:"data"`
	Micros int    `json:"micros"` // for which it is shown
}

// serve serves the folder of a file, and returns a page of it.
func serve(t *testing.T, path string) *browsertest.Page {
	t.Helper()
	server := httptest.NewServer(http.FileServer(http.Dir(filepath.Dir(path))))
	t.Cleanup(server.Close)
	return browsertest.Open(t, server.URL+"/nothing")
}

// animationInChromium decodes the pictures of an animation with Chromium.
func animationInChromium(t *testing.T, path, kind string) []shown {
	t.Helper()
	all := browsertest.Eval[[]shown](serve(t, path), fmt.Sprintf(`(async () => {
		const decoder = new ImageDecoder({data: await (await fetch(%q)).arrayBuffer(), type: %q});
		await decoder.tracks.ready;
		await decoder.completed;
		const all = [];
		for (let k = 0; k < decoder.tracks.selectedTrack.frameCount; k++) {
			const {image} = await decoder.decode({frameIndex: k});
			const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight);
			const context = canvas.getContext("2d");
			context.drawImage(image, 0, 0);
			const bytes = context.getImageData(0, 0, canvas.width, canvas.height).data;
			let text = "";
			for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
			all.push({data: btoa(text), micros: image.duration});
		}
		return all;
	})()`, "/"+filepath.Base(path), kind))
	for i := range all {
		pixels, err := base64.StdEncoding.DecodeString(all[i].Data)
		require.NoError(t, err)
		all[i].Pixels = pixels
	}
	return all
}

// over lays R G B A over a checkerboard of squares of 16 pixels, and returns R G B.
func over(rgba []byte) (rgb []byte) {
	for i := 0; i < len(rgba); i += 4 {
		x, y := i/4%width, i/4/width
		board := 255.0
		if (x/16+y/16)%2 == 1 {
			board = 128
		}
		alpha := float64(rgba[i+3]) / 255
		for _, c := range rgba[i : i+3] {
			rgb = append(rgb, byte(math.Round(float64(c)*alpha+board*(1-alpha))))
		}
	}
	return rgb
}

// requireAnimationInChromium compares four pictures in Chromium, laid over a checkerboard, and
// their times. It does so with AVLOOM_LONG=1 only.
func requireAnimationInChromium(t *testing.T, path, kind string, least float64) {
	t.Helper()
	if !mediatest.Long(t) { // a browser takes seconds
		return
	}
	all := animationInChromium(t, path, kind)
	require.Len(t, all, 4)
	for k, p := range all {
		require.InDelta(t, 1e6/rate, p.Micros, 1000, "picture %d", k)
		require.GreaterOrEqual(t, mediatest.PSNR(over(cutOut(k)), over(p.Pixels)), least, "picture %d", k)
		t.Logf("%s: %.1f dB", kind, mediatest.PSNR(over(cutOut(k)), over(p.Pixels)))
	}
}
