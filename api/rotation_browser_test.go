package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/browsertest"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestRotationInChromium shows turned pictures in a real browser.
func TestRotationInChromium(t *testing.T) {
	if !mediatest.Long(t) {
		t.Skip("a browser takes a second to start")
	}
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	page := browsertest.Open(t, server.URL+"/nothing")
	for _, c := range []struct{ extension, codec string }{{"mp4", "libx264"}, {"webm", "libvpx-vp9"}, {"mkv", "libx264"}} {
		for _, degrees := range []int{90, 180, 270} {
			name := fmt.Sprintf("turned-%d.%s", degrees, c.extension)
			encodeCorners(t, api.VideoConfig{Codec: c.codec, Rotation: degrees}, api.File(filepath.Join(dir, name)))
			shown := browsertest.Eval[[]int](page, fmt.Sprintf(`(async () => {
				const video = document.createElement("video");
				video.muted = true, video.src = %q;
				await new Promise((loaded, failed) => { video.onloadeddata = loaded; video.onerror = failed });
				video.currentTime = 0.21;
				await new Promise((seeked) => { video.onseeked = seeked });
				const canvas = document.createElement("canvas");
				const w = canvas.width = video.videoWidth, h = canvas.height = video.videoHeight;
				const to = canvas.getContext("2d");
				const at = (x, y) => to.getImageData(x * w, y * h, 1, 1).data[0];
				do { // until there is a picture: none of the corners is black
					await new Promise((drawn) => setTimeout(drawn, 10));
					to.drawImage(video, 0, 0);
				} while (at(0.5, 0.5) == 0);
				return [w, h, at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)];
			})()`, "/"+name))
			want, width := turned(corners(), 64, degrees)
			height := len(want) / width
			require.Equal(t, []int{width, height}, shown[:2], name)
			for i, value := range shown[2:] {
				x, y := width/4+i%2*width/2, height/4+i/2*height/2
				require.InDelta(t, want[y*width+x], value, 6, "%s, corner %d", name, i)
			}
		}
	}
}
