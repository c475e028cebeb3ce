package cookbook_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/browsertest"
	"github.com/avloom/avloom/internal/mediatest"
)

// playWithChromium plays a file in a page, and returns the picture at half a second.
func playWithChromium(t *testing.T, path string) (shown [][]byte) {
	t.Helper()
	page := openInChromium(t, path)
	if failed := browsertest.Eval[string](page, "failed"); failed != "" {
		t.Logf("Chromium: %s", failed)
		return nil
	}
	streams := mediatest.Probe(t, path).Streams
	encoded := browsertest.Eval[string](page, fmt.Sprintf(`(() => {
		const canvas = document.createElement("canvas");
		canvas.width = %d, canvas.height = %d;
		canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
		return canvas.toDataURL("image/png");
	})()`, streams[0].Width, streams[0].Height))
	content, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(encoded, "data:image/png;base64,"))
	require.NoError(t, err)
	decoded, err := png.Decode(bytes.NewReader(content))
	require.NoError(t, err)
	browsertest.Eval[any](page, "video.play()")
	page.Await("video.ended")
	if streams[len(streams)-1].Type == "audio" {
		require.Positive(t, browsertest.Eval[int](page, "video.webkitAudioDecodedByteCount"), "Chromium: sound")
	}
	return [][]byte{rgbOf(decoded)}
}

// openInChromium opens a file in a page, where "video" is the element that shows it. The page shows
// the picture at half a second, or "failed" says why not.
func openInChromium(t *testing.T, path string) *browsertest.Page {
	t.Helper()
	server := httptest.NewServer(http.FileServer(http.Dir(filepath.Dir(path))))
	t.Cleanup(server.Close)
	page := browsertest.Open(t, server.URL+"/nothing")
	browsertest.Eval[any](page, fmt.Sprintf(`document.body.innerHTML = "<video muted></video>";
		video = document.querySelector("video");
		failed = "", done = false;
		video.onerror = () => { failed = video.error.message || "error"; done = true };
		video.onloadeddata = () => { video.currentTime = 0.51 };
		video.onseeked = () => { failed = video.videoWidth ? "" : "it plays the sound alone"; done = true };
		video.src = %q; null`, "/"+url.PathEscape(filepath.Base(path))))
	page.Await("done")
	return page
}
