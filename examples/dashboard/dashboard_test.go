package main

import (
	"bytes"
	"context"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

func TestMain(m *testing.M) { mediatest.Main(m) }

// gate is a destination that can be shut, so that writes wait.
type gate struct {
	bytes.Buffer
	mu sync.Mutex // held while it is shut
}

func (g *gate) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.Buffer.Write(p)
}

// startRecording records until the function that it returns is called, which waits for the end.
func startRecording(t *testing.T, r *recorder, to api.Output) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() { result <- r.record(ctx, to, 0) }()
	stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-result)
	})
	t.Cleanup(stop)
	return stop
}

// TestPage looks at the page with a real browser: while the recording runs, while its destination
// blocks, and when it goes on.
func TestPage(t *testing.T) {
	mediatest.NoLeaks(t)
	r, destination := newRecorder(10*time.Millisecond), &gate{}
	server := httptest.NewServer(newHandler(r, 20*time.Millisecond))
	t.Cleanup(server.Close)
	stop := startRecording(t, r, api.Writer(destination, "mkv"))
	page := openPage(t, server.URL)

	await(t, page, `parseFloat(document.getElementById("fps").textContent) > 0`)
	await(t, page, `parseInt(document.getElementById("frames").textContent) > 10`)
	require.Equal(t, 8, eval[int](t, page, `document.querySelectorAll(".actor").length`), "two callers and six nodes")
	require.Equal(t, 7, eval[int](t, page, `document.querySelectorAll(".queue").length`))
	screenshot(t, page, "running.png")

	const fill = `document.querySelector('.queue[data-key="encode 0"] .fill')`
	require.False(t, eval[bool](t, page, fill+`.classList.contains("full")`))
	destination.mu.Lock()
	open := sync.OnceFunc(destination.mu.Unlock)
	defer open()
	await(t, page, fill+`.classList.contains("full")`)
	const before = `document.querySelector('.queue[data-key="convert 0"] .fill')`
	await(t, page, before+`.classList.contains("full")`)
	require.InDelta(t, 40, eval[float64](t, page, before+`.getBBox().width`), 0.01, "its bar is as long as can be")
	await(t, page, `document.getElementById("bottleneck").textContent.includes(`+
		`"in writes to the destination, which is slow")`)
	await(t, page, `document.getElementById("fps").textContent === "0.0"`) // nothing was encoded for two seconds
	requirePreview(t, page, r)
	screenshot(t, page, "blocked.png")

	open()
	await(t, page, `!`+fill+`.classList.contains("full") && !`+before+`.classList.contains("full")`)
	await(t, page, `parseFloat(document.getElementById("fps").textContent) > 0`)
	stop()
	await(t, page, `document.querySelector('.actor[data-key="mux"] .detail').textContent.endsWith("holds 0")`)
	path := filepath.Join(t.TempDir(), "recording.mkv")
	require.NoError(t, os.WriteFile(path, destination.Bytes(), 0o600))
	video := mediatest.Probe(t, path).Streams[0]
	await(t, page, `document.getElementById("frames").textContent === "`+video.NbReadFrames+`"`)
}

// requirePreview waits until the page shows the latest picture, and compares the pixels with those
// of the frame of that number.
func requirePreview(t *testing.T, page context.Context, r *recorder) { //nolint:revive // t comes first in tests
	t.Helper()
	var shown int
	require.Eventually(t, func() bool {
		shown = eval[int](t, page, `parseInt(document.getElementById("preview").dataset.frame ?? "-1")`)
		return shown == r.latestFrame()
	}, patience, 20*time.Millisecond)
	size := eval[[]int](t, page, `(i => [i.naturalWidth, i.naturalHeight])(document.getElementById("preview"))`)
	require.Equal(t, []int{width, height}, size)
	pixels := eval[[]int](t, page, `(() => {
		const img = document.getElementById("preview"), canvas = document.createElement("canvas");
		[canvas.width, canvas.height] = [img.naturalWidth, img.naturalHeight];
		const context = canvas.getContext("2d");
		context.drawImage(img, 0, 0);
		return Array.from(context.getImageData(0, 0, canvas.width, canvas.height).data).filter((_, i) => i % 4 < 3);
	})()`)
	simulation := newOrbits()
	var want []byte
	for range shown + 1 {
		want = simulation.step()
	}
	got := make([]byte, len(pixels))
	for i, v := range pixels {
		got[i] = byte(v)
	}
	require.True(t, bytes.Equal(want, got), "the pixels of frame %d", shown)
	require.Greater(t, bytes.Count(want, []byte{255}), 50, "there is something to be seen")
}

// screenshot keeps a picture of the page with the artifacts of the test (go test -artifacts).
func screenshot(t *testing.T, page context.Context, name string) { //nolint:revive // t comes first in tests
	t.Helper()
	shot, err := chromedp.Run(page, chromedp.FullScreenshot(100))
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(shot))
	require.NoError(t, err)
	require.GreaterOrEqual(t, img.Bounds().Dx(), 1200)
	require.NoError(t, os.WriteFile(filepath.Join(t.ArtifactDir(), name), shot, 0o600))
}

// get returns what is served at a path.
func get(t *testing.T, server *httptest.Server, path string, status int) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, http.NoBody)
	require.NoError(t, err)
	response, err := server.Client().Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	require.Equal(t, status, response.StatusCode)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(text)
}

func TestFiguresForOthers(t *testing.T) {
	mediatest.NoLeaks(t)
	r := newRecorder(time.Millisecond)
	server := httptest.NewServer(newHandler(r, time.Hour))
	defer server.Close()
	get(t, server, "/preview.png", http.StatusNotFound)
	require.NoError(t, r.record(t.Context(), api.File(filepath.Join(t.TempDir(), "ten.mkv")), 10))
	require.Contains(t, get(t, server, "/metrics", http.StatusOK),
		`avloom_stream_accepted_total{codec="libx264",encoder="orbits",kind="video",stream="0"} 10`+"\n")
	require.True(t, strings.HasPrefix(get(t, server, "/graph.dot", http.StatusOK), "digraph avloom {\n"))
	img, err := png.Decode(strings.NewReader(get(t, server, "/preview.png", http.StatusOK)))
	require.NoError(t, err)
	require.Equal(t, width, img.Bounds().Dx())
}

func TestRunRecordsAFile(t *testing.T) {
	mediatest.NoLeaks(t)
	path := filepath.Join(t.TempDir(), "orbits.mkv")
	require.NoError(t, run(t.Context(), []string{"-addr", "127.0.0.1:0", "-o", path, "-frames", "15"}, io.Discard))
	file := mediatest.Probe(t, path)
	require.Equal(t, "15", file.Streams[0].NbReadFrames)
	require.Equal(t, "aac", file.Streams[1].Codec)
}

// lineWriter hands on what is written.
type lineWriter chan string

func (w lineWriter) Write(p []byte) (int, error) {
	w <- string(p)
	return len(p), nil
}

func TestRunEndsWithItsContext(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	path := filepath.Join(t.TempDir(), "orbits.mkv")
	lines, result := make(lineWriter, 1), make(chan error, 1)
	go func() { result <- run(ctx, []string{"-addr", "127.0.0.1:0", "-o", path}, lines) }()
	_, url, found := strings.Cut(strings.TrimSpace(<-lines), "look inside at ")
	require.True(t, found)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	require.Eventually(t, func() bool {
		response, err := client.Get(url + "/preview.png") //nolint:noctx // it ends with the server
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode == http.StatusOK
	}, patience, 10*time.Millisecond, "there is a picture")
	cancel()
	require.NoError(t, <-result)
	require.Len(t, mediatest.Probe(t, path).Streams, 2, "the file is finished")
}
