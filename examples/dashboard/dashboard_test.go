package main

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/browsertest"
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
	page := browsertest.Open(t, server.URL)

	page.Await(`parseFloat(document.getElementById("fps").textContent) > 0`)
	page.Await(`parseInt(document.getElementById("frames").textContent) > 10`)
	require.Equal(t, 9, browsertest.Eval[int](page, `document.querySelectorAll(".actor").length`), "two callers and seven nodes")
	require.Equal(t, 9, browsertest.Eval[int](page, `document.querySelectorAll(".queue").length`))
	page.Await(`/^[0-9.]+ of [0-9.]+$/.test(document.getElementById("cores").textContent)`)
	screenshot(t, page, "running.png")

	const fill = `document.querySelector('.queue[data-key="encode 0 mux"] .fill')`
	require.False(t, browsertest.Eval[bool](page, fill+`.classList.contains("full")`))
	destination.mu.Lock()
	open := sync.OnceFunc(destination.mu.Unlock)
	defer open()
	page.Await(fill + `.classList.contains("full")`)
	const before = `document.querySelector('.queue[data-key="convert 0 encode"] .fill')`
	page.Await(before + `.classList.contains("full")`)
	require.InDelta(t, 40, browsertest.Eval[float64](page, before+`.getBBox().width`), 0.01, "its bar is as long as can be")
	page.Await(`document.getElementById("bottleneck").textContent.includes(` +
		`"writes to the slowest destination took 100 %")`)
	page.Await(`document.getElementById("fps").textContent === "0.0"`) // nothing was encoded for two seconds
	requirePreview(t, page, r)
	screenshot(t, page, "blocked.png")

	open()
	page.Await(`!` + fill + `.classList.contains("full") && !` + before + `.classList.contains("full")`)
	page.Await(`parseFloat(document.getElementById("fps").textContent) > 0`)
	stop()
	page.Await(`document.querySelector('.actor[data-key="mux"] .detail').textContent.endsWith("holds 0")`)
	path := filepath.Join(t.TempDir(), "recording.mkv")
	require.NoError(t, os.WriteFile(path, destination.Bytes(), 0o600))
	video := mediatest.Probe(t, path).Streams[0]
	page.Await(`document.getElementById("frames").textContent === "` + video.NbReadFrames + `"`)
}

// TestViewer stops the viewer on the page, until the page shows that it loses packets, and lets it
// go on. The file has every frame.
func TestViewer(t *testing.T) {
	mediatest.NoLeaks(t)
	r, path := newRecorder(time.Millisecond), filepath.Join(t.TempDir(), "orbits.mkv")
	server := httptest.NewServer(newHandler(r, 20*time.Millisecond))
	t.Cleanup(server.Close)
	stop := startRecording(t, r, api.File(path))
	page := browsertest.Open(t, server.URL)
	cell := func(output, column int) string {
		return fmt.Sprintf(`document.querySelector("#outputs tbody").rows[%d]?.cells[%d].innerText`, output, column)
	}
	page.Await(cell(0, 1) + ` === "running" && ` + cell(1, 1) + ` === "running"`)
	page.Await(cell(1, 6) + `.match(/stream 0: \d+ ms, \d+ ms\nstream 1: \d+ ms, \d+ ms/) !== null`)
	require.Equal(t, "0", browsertest.Eval[string](page, cell(1, 4)))

	page.Click("#viewer")
	page.Await(cell(1, 1) + ` === "losing"`)
	page.Await(`parseInt(` + cell(1, 4) + `) > 100`)
	require.Equal(t, "let the viewer go on", browsertest.Eval[string](page, `document.getElementById("viewer").textContent`))
	screenshot(t, page, "losing.png")

	page.Click("#viewer")
	page.Await(cell(1, 1) + ` === "running"`)
	frames := browsertest.Eval[string](page, `document.getElementById("frames").textContent`)
	page.Await(`parseInt(document.getElementById("frames").textContent) > ` + frames)
	stop()
	page.Await(cell(0, 1) + ` === "ended" && ` + cell(1, 1) + ` === "ended"`)
	require.Equal(t, []string{"0", ""}, []string{browsertest.Eval[string](page, cell(0, 4)), browsertest.Eval[string](page, cell(0, 7))})
	stats := r.encoder.Stats()
	require.Equal(t, strconv.FormatInt(stats.Outputs[1].Lost, 10), browsertest.Eval[string](page, cell(1, 4)))
	require.Equal(t, mediatest.Probe(t, path).Streams[0].NbReadFrames, strconv.FormatInt(stats.Streams[0].Accepted, 10))
}

// requirePreview waits until the page shows the latest picture, and compares the pixels with those
// of the frame of that number.
func requirePreview(t *testing.T, page *browsertest.Page, r *recorder) {
	t.Helper()
	var shown int
	require.Eventually(t, func() bool {
		shown = browsertest.Eval[int](page, `parseInt(document.getElementById("preview").dataset.frame ?? "-1")`)
		return shown == r.latestFrame()
	}, browsertest.Patience, 20*time.Millisecond)
	size := browsertest.Eval[[]int](page, `(i => [i.naturalWidth, i.naturalHeight])(document.getElementById("preview"))`)
	require.Equal(t, []int{width, height}, size)
	pixels := browsertest.Eval[[]int](page, `(() => {
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

// screenshot keeps a picture of the page, which has all of it.
func screenshot(t *testing.T, page *browsertest.Page, name string) {
	t.Helper()
	require.GreaterOrEqual(t, page.Screenshot(name).Bounds().Dx(), 1200)
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
	}, browsertest.Patience, 10*time.Millisecond, "there is a picture")
	cancel()
	require.NoError(t, <-result)
	require.Len(t, mediatest.Probe(t, path).Streams, 2, "the file is finished")
}
