package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/browsertest"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestPlayers comes late to a broadcast that keeps to the clock, and watches it in a real Chromium, in
// each way that the page offers. The first picture is there within a second, and playback goes on
// without a stop. The browser shares the processor with all other tests, so several viewers come
// until it has gone well.
func TestPlayers(t *testing.T) {
	mediatest.NoLeaks(t)
	seconds := 3
	if mediatest.Long(t) {
		seconds = 30
	}
	url := startNumbered(t)
	for _, way := range []struct {
		name, way string
		behind    int // by how many frames the first picture may be behind the simulation
	}{
		{name: "video", way: "video", behind: 2 * frameRate}, // the browser collects five fragments
		{name: "media source", way: "mse", behind: frameRate},
		{name: "hls.js", way: "hls", behind: 5 * frameRate},
		{name: "HLS of the browser", way: "hls", behind: 10 * frameRate},
	} {
		t.Run(way.name, func(t *testing.T) {
			page := browsertest.Open(t, url+"/#hls")
			browsertest.Eval[any](page, watching)
			if way.name == "hls.js" && !browsertest.Eval[bool](page, "window.Hls !== undefined") {
				t.Skip("there is no hls.js: npm is missing, or has no network")
			}
			if way.name == "HLS of the browser" {
				browsertest.Eval[any](page, "window.Hls = undefined; null")
			}
			page.Await("video.currentTime > 0") // the others come late
			prompt, steady := false, false
			for attempt := 0; attempt < 5 && (!prompt || !steady); attempt++ {
				browsertest.Eval[any](page, `watch("`+way.way+`")`)
				page.Await("seen.behind !== undefined")
				if !steady {
					page.Await(fmt.Sprintf("seen.played > %d || seen.waits > 0", seconds))
				}
				s := browsertest.Eval[sight](page, "seen")
				t.Logf("%+v", s)
				prompt = prompt || s.After < 1000 && s.Behind <= way.behind
				steady = steady || s.Waits == 0 && s.Played > float64(seconds)
				if way.name != "HLS of the browser" { // whose times begin anew when it jumps
					require.InDelta(t, s.Played*frameRate, s.Last-s.First, 1, "the pictures of these times")
				}
				require.Positive(t, s.Sound)
			}
			require.True(t, prompt, "a viewer that comes late starts within a second")
			require.True(t, steady, "playback does not stop")
		})
	}
}

// sight is what one sees of the stream.
type sight struct {
	After       float64 // how many ms after the viewer came the first picture was shown
	Behind      int     // by how many pictures the simulation was ahead then
	First, Last int     // the first and the last picture that was shown
	Played      float64 // the media time between them, in seconds
	Waits       int     // how often playback had to wait for data, after half a second
	Sound       int     // how many bytes of sound were decoded
}

// watching is a script that keeps in "seen" what one sees.
//
//go:embed browser_test.js
var watching string

// startNumbered serves a broadcast at the pace of the clock, whose pictures carry their numbers. At
// /latest is the number of the latest one.
func startNumbered(t *testing.T) (url string) {
	t.Helper()
	latest, picture := new(atomic.Int64), make([]byte, 3*width*height)
	b := &broadcast{codec: "libx264", interval: time.Second / frameRate, draw: func(k int) []byte {
		latest.Store(int64(k))
		copy(picture, looped()(k))
		return number(picture, k)
	}}
	folder := t.TempDir()
	require.NoError(t, b.open(t.Context(), folder))
	stream := &live{encoder: b.encoder, stall: time.Minute, logger: log.New(t.Output(), "", 0)}
	mux := http.NewServeMux()
	mux.Handle("/", newHandler(stream, os.DirFS(folder), hlsJS(t)))
	mux.HandleFunc("GET /latest", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, latest.Load())
	})
	server := httptest.NewServer(mux)
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() { result <- b.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-result)
		server.Close()
	})
	return server.URL
}

// number draws a number into a picture: a row of 16 blocks at the top, white for a bit that is set.
func number(picture []byte, k int) []byte {
	const block = 3 * width / 16
	row := picture[:16*block]
	for bit := range 16 {
		shade := byte(255 * (k >> bit & 1))
		copy(row[bit*block:], bytes.Repeat([]byte{shade}, block))
	}
	for y := range height / 8 {
		copy(picture[y*len(row):], row)
	}
	return picture
}

// hlsJS returns the path of hls.js, which npm loads once into the cache of the user. Without npm there
// is no file of that name.
func hlsJS(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	folder := filepath.Join(cache, "avloom", "hls.js-1.7.4")
	path := filepath.Join(folder, "package", "dist", "hls.min.js")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	require.NoError(t, os.MkdirAll(folder, 0o750))
	load := exec.Command("sh", "-c", "npm pack --silent hls.js@1.7.4 && tar xf hls.js-1.7.4.tgz")
	load.Dir = folder
	if out, err := load.CombinedOutput(); err != nil {
		t.Logf("npm cannot load hls.js: %v: %s", err, out)
	}
	return path
}
