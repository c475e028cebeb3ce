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
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/browsertest"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestPlayers comes late to a broadcast that keeps to the clock, and watches it in a real Chromium,
// in each way that the page offers. The first picture is there within a second, and playback goes
// on without a stop. The browser shares the processor with all other tests, so several viewers come
// until it has gone well.
func TestPlayers(t *testing.T) {
	mediatest.NoLeaks(t)
	url := startNumbered(t)
	for _, w := range []way{
		{name: "video", page: "/#video", behind: 2 * frameRate}, // the browser collects five fragments
		{name: "media source", page: "/#mse", behind: frameRate},
		{name: "hls.js", page: "/#hls", behind: 5 * frameRate, script: "Hls"},
		{name: "HLS of the browser", page: "/#hls", behind: 10 * frameRate, without: "Hls", jumps: true},
		{name: "dash.js", page: "/dash.html", behind: 10 * frameRate, script: "dashjs"},
	} {
		t.Run(w.name, func(t *testing.T) { w.test(t, url) })
	}
}

// way is a way to play the stream.
type way struct {
	name, page      string
	behind          int    // by how many frames the first picture may be behind the simulation
	script, without string // a script of others that it needs, and one that it must not use
	jumps           bool   // its times begin anew when it jumps
}

func (w way) test(t *testing.T, url string) {
	page := browsertest.Open(t, url+w.page)
	if w.script != "" && !browsertest.Eval[bool](page, "window."+w.script+" !== undefined") {
		t.Skip("the script could not be loaded: npm is missing, or has no network")
	}
	if w.without != "" {
		browsertest.Eval[any](page, "window."+w.without+" = undefined; null")
	}
	browsertest.Eval[any](page, watching)
	page.Await("video.currentTime > 0") // the others come late
	seconds := 2
	if mediatest.Long(t) {
		seconds = 30
	}
	prompt, steady := false, false
	for attempt := 0; attempt < 5 && (!prompt || !steady); attempt++ {
		browsertest.Eval[any](page, "watch()")
		page.Await("seen.behind !== undefined")
		if !steady {
			page.Await(fmt.Sprintf("seen.played > %d || seen.waits > 0", seconds))
		}
		s := browsertest.Eval[sight](page, "seen")
		t.Logf("%+v", s)
		prompt = prompt || s.After < 1000 && s.Behind <= w.behind
		steady = steady || s.Waits == 0 && s.Played > float64(seconds)
		if !w.jumps {
			require.InDelta(t, s.Played*frameRate, s.Last-s.First, 1, "the pictures of these times")
		}
		require.Positive(t, s.Sound)
	}
	require.True(t, prompt, "a viewer that comes late starts within a second")
	require.True(t, steady, "playback does not stop")
}

// TestThePageComesBack stops the program while one watches, and starts it again.
func TestThePageComesBack(t *testing.T) {
	mediatest.NoLeaks(t)
	address := "127.0.0.1:0"
	start := func() (stop func()) {
		ctx, cancel := context.WithCancel(context.Background())
		lines, result := make(lineWriter, 16), make(chan error, 1)
		go func() { result <- run(ctx, []string{"-addr", address}, lines) }()
		address = strings.TrimPrefix(strings.TrimSpace(<-lines), "http: watch at http://")
		return sync.OnceFunc(func() {
			cancel()
			require.NoError(t, <-result)
		})
	}
	stop := start()
	defer stop()
	page := browsertest.Open(t, "http://"+address+"/#mse")
	page.Await("video.currentTime > 0")
	stop()
	page.Await(`state.textContent === "Failed to fetch"`) // and the page tries again each second
	stop = start()
	defer stop()
	page.Await("video.currentTime > 0 && !video.ended")
	page.Screenshot("page.png")
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

// dashPage is a page that plays DASH as index.html plays the others.
const dashPage = `<!doctype html><video muted></video><script src="dash.js"></script><script>
const video = document.querySelector("video");
let player;
function play() {
	player?.destroy();
	player = dashjs.MediaPlayer().create();
	player.updateSettings({ streaming: { delay: { liveDelay: 3 } } });
	player.initialize(video, "dash/manifest.mpd", true);
}
play();
</script>`

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
	folder, dash := t.TempDir(), t.TempDir()
	require.NoError(t, b.open(t.Context(), folder))
	manifest := api.Folder(dash, "manifest.mpd", api.SegmentEvery(time.Second), api.SegmentKeep(8))
	_, err := b.encoder.AddOutput(t.Context(), manifest)
	require.NoError(t, err)
	stream := &live{encoder: b.encoder, stall: time.Minute, logger: log.New(t.Output(), "", 0)}
	mux := http.NewServeMux()
	mux.Handle("/", newHandler(stream, os.DirFS(folder), fromNPM(t, "hls.js", "1.7.4", "dist/hls.min.js")))
	mux.HandleFunc("GET /dash.html", content("text/html", []byte(dashPage)))
	mux.Handle("GET /dash/", http.StripPrefix("/dash/", http.FileServer(http.Dir(dash))))
	script := fromNPM(t, "dashjs", "5.2.1", "dist/modern/umd/dash.all.min.js")
	mux.HandleFunc("GET /dash.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, script) })
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

// fromNPM returns the path of a file of a package, which npm loads once into the cache of the user.
// Without npm there is no file of that name.
func fromNPM(t *testing.T, name, version, file string) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	folder := filepath.Join(cache, "avloom", name+"-"+version)
	path := filepath.Join(folder, "package", file)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	require.NoError(t, os.MkdirAll(folder, 0o750))
	load := exec.Command("sh", "-c", `npm pack --silent "$0@$1" && tar xf "$0-$1.tgz"`, name, version)
	load.Dir = folder
	if out, err := load.CombinedOutput(); err != nil {
		t.Logf("npm cannot load %s: %v: %s", name, err, out)
	}
	return path
}
