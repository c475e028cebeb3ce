package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

func TestMain(m *testing.M) { mediatest.Main(m) }

// station is a broadcast with a server.
type station struct {
	show   *broadcast
	stream *live
	client *http.Client
	url    string
	logged bytes.Buffer
	over   chan struct{}      // has an entry for each request for live.mp4 that is over
	end    context.CancelFunc // of the simulation
	result chan error         // of the broadcast
}

// looped returns a simulation that repeats itself, and is drawn before: the race detector makes
// drawing slow.
var looped = sync.OnceValue(func() func(int) []byte {
	water, pictures := newWaves(), make([][]byte, 10)
	for k := range pictures {
		pictures[k] = slices.Clone(water.draw(3 * k))
	}
	return func(k int) []byte { return pictures[k%len(pictures)] }
})

// newStation returns a broadcast that is open, and does not keep to the clock. Its simulation
// stands still until begin is called.
func newStation(t *testing.T, changes ...func(*broadcast)) *station {
	t.Helper()
	b := &broadcast{codec: "libx264", draw: looped(), interval: time.Millisecond}
	for _, change := range changes {
		change(b)
	}
	folder := t.TempDir()
	require.NoError(t, b.open(t.Context(), folder))
	s := &station{show: b, over: make(chan struct{}, 16), result: make(chan error, 1)}
	s.stream = &live{encoder: b.encoder, stall: time.Minute, logger: log.New(&s.logged, "", 0)}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { s.over <- struct{}{} }()
		s.stream.ServeHTTP(w, r)
	})
	server := httptest.NewServer(newHandler(handler, os.DirFS(folder), ""))
	t.Cleanup(server.Close)
	t.Cleanup(func() { _ = b.encoder.Abort(nil) }) // if the test fails
	s.client, s.url = server.Client(), server.URL
	return s
}

// begin starts the simulation.
func (s *station) begin(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	s.end = cancel
	go func() { s.result <- s.show.run(ctx) }()
}

// finish ends the simulation, and waits for the end of the broadcast.
func (s *station) finish(t *testing.T) {
	t.Helper()
	s.end()
	require.NoError(t, <-s.result)
}

// get requests what is at a path.
func (s *station) get(ctx context.Context, t *testing.T, path string, status int) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, http.NoBody)
	require.NoError(t, err)
	response, err := s.client.Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	require.Equal(t, status, response.StatusCode)
	return response
}

// awaitOutputs waits until the encode has so many outputs, that of HLS among them.
func (s *station) awaitOutputs(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return len(s.show.encoder.Stats().Outputs) == n }, time.Minute, time.Millisecond)
}

// A stream that has no end can give something only while it goes on.
func TestTheFirstFramesComeAtOnce(t *testing.T) {
	mediatest.NoLeaks(t)
	s := newStation(t)
	s.begin(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	response := s.get(ctx, t, "/live.mp4", http.StatusOK)
	require.Equal(t, "video/mp4", response.Header.Get("Content-Type"))

	var start bytes.Buffer
	for _, want := range []string{"ftyp", "moov", "moof", "mdat"} {
		require.Equal(t, want, copyBox(t, &start, response.Body))
	}
	require.Empty(t, s.over)
	path := filepath.Join(t.TempDir(), "start.mp4")
	require.NoError(t, os.WriteFile(path, start.Bytes(), 0o600))
	streams := mediatest.Probe(t, path).Streams
	require.Len(t, streams, 2)
	require.Equal(t, "3", streams[0].NbReadFrames, "a fragment of 0.1 s")
	require.NotEqual(t, "0", streams[1].NbReadFrames)

	cancel() // the client goes away
	<-s.over
	s.awaitOutputs(t, 1)
	s.finish(t)
}

// TestPicturesComeWithoutSound checks that a stream that is not fed holds the other back only for a
// moment.
func TestPicturesComeWithoutSound(t *testing.T) {
	mediatest.NoLeaks(t)
	s := newStation(t, func(b *broadcast) { b.mute = true })
	s.begin(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	response := s.get(ctx, t, "/live.mp4", http.StatusOK)
	for _, want := range []string{"ftyp", "moov", "moof", "mdat", "moof", "mdat"} {
		require.Equal(t, want, copyBox(t, io.Discard, response.Body))
	}
	require.Empty(t, s.over)
	cancel()
	<-s.over
	s.finish(t)
}

// copyBox copies the next box of an mp4 file, which begins with its size and its type, and returns
// the type.
func copyBox(t *testing.T, to io.Writer, from io.Reader) string {
	t.Helper()
	var header [8]byte
	_, err := io.ReadFull(from, header[:])
	require.NoError(t, err)
	rest := io.LimitReader(from, int64(binary.BigEndian.Uint32(header[:]))-8)
	_, err = io.Copy(to, io.MultiReader(bytes.NewReader(header[:]), rest))
	require.NoError(t, err)
	return string(header[4:])
}

// TestAWholeStream has two viewers: one who comes before the simulation begins, and one who reads
// nothing.
func TestAWholeStream(t *testing.T) {
	mediatest.NoLeaks(t)
	s := newStation(t, func(b *broadcast) { b.duration = 6 * time.Second })
	asleep := newStuck()
	go func() {
		defer func() { _ = recover() }() // the connection is cut in the end
		defer close(asleep.over)
		s.stream.ServeHTTP(asleep, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/live.mp4", http.NoBody))
	}()
	s.awaitOutputs(t, 2)
	begun := make(chan *http.Response, 1)
	go func() { begun <- s.get(context.Background(), t, "/live.mp4", http.StatusOK) }()
	s.awaitOutputs(t, 3)
	s.begin(t)

	path := filepath.Join(t.TempDir(), "live.mp4")
	f, err := os.Create(path)
	require.NoError(t, err)
	_, err = io.Copy(f, (<-begun).Body)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.NoError(t, <-s.result)
	<-asleep.over
	file := mediatest.Probe(t, path)
	require.Len(t, file.Streams, 2)
	video := file.Streams[0]
	require.Equal(t, "h264", video.Codec)
	require.Equal(t, []int{width, height}, []int{video.Width, video.Height})
	require.Equal(t, "180", video.NbReadFrames)
	require.Equal(t, "6.000000", video.Duration)
	require.Equal(t, "aac", file.Streams[1].Codec)
	require.InDelta(t, 6*sampleRate, len(mediatest.Sound(t, path, 1)[0]), 2*1024, "but for priming and padding")
}

// stuck is a client that does not read: a write blocks until its deadline.
type stuck struct {
	http.ResponseWriter
	blocked, deadline, over chan struct{}
	once, late              sync.Once
}

func newStuck() *stuck {
	return &stuck{
		ResponseWriter: httptest.NewRecorder(),
		blocked:        make(chan struct{}), deadline: make(chan struct{}), over: make(chan struct{}),
	}
}

func (s *stuck) Write([]byte) (int, error) {
	s.once.Do(func() { close(s.blocked) })
	<-s.deadline
	return 0, os.ErrDeadlineExceeded
}

func (s *stuck) SetWriteDeadline(at time.Time) error { //nolint:unparam // http.ResponseController calls it
	if !at.After(time.Now()) {
		s.late.Do(func() { close(s.deadline) })
	}
	return nil
}

func TestAClientThatDoesNotReadIsLetGo(t *testing.T) {
	mediatest.NoLeaks(t)
	s := newStation(t)
	s.begin(t)
	ctx, cancel := context.WithCancel(context.Background())
	client := newStuck()
	go func() {
		<-client.blocked
		cancel()
	}()
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/live.mp4", http.NoBody)
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { s.stream.ServeHTTP(client, request) })
	s.awaitOutputs(t, 1)
	s.finish(t)
}

// TestAClientThatSaysNoGoodbye has lost the network, or sleeps: it stays connected and reads
// nothing.
func TestAClientThatSaysNoGoodbye(t *testing.T) {
	mediatest.NoLeaks(t)
	s := newStation(t)
	s.stream.stall = 100 * time.Millisecond
	s.begin(t)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).SetReadBuffer(1<<12))
	_, err = io.WriteString(conn, "GET /live.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n")
	require.NoError(t, err)
	<-s.over
	require.NoError(t, conn.Close())
	s.finish(t)
	require.Empty(t, s.logged.String(), "that is no fault of the server's")
}

func TestAStreamThatCannotBeEncoded(t *testing.T) {
	mediatest.NoLeaks(t)
	b := &broadcast{codec: "nonsense"}
	require.ErrorContains(t, b.open(t.Context(), t.TempDir()), "nonsense")
}

// TestAStreamThatIsCut checks that a stream does not look complete where the encode has failed, and
// that later viewers are told.
func TestAStreamThatIsCut(t *testing.T) {
	mediatest.NoLeaks(t)
	s := newStation(t)
	s.begin(t)
	response := s.get(context.Background(), t, "/live.mp4", http.StatusOK)
	require.Equal(t, "ftyp", copyBox(t, io.Discard, response.Body))
	require.ErrorIs(t, s.show.encoder.Abort(nil), api.ErrAborted)
	_, err := io.Copy(io.Discard, response.Body)
	require.Error(t, err)
	require.ErrorIs(t, <-s.result, api.ErrAborted)
	<-s.over
	require.Contains(t, s.logged.String(), api.ErrAborted.Error())
	text, err := io.ReadAll(s.get(context.Background(), t, "/live.mp4", http.StatusServiceUnavailable).Body)
	require.NoError(t, err)
	require.Contains(t, string(text), api.ErrAborted.Error())
}

func TestPage(t *testing.T) {
	mediatest.NoLeaks(t)
	s := newStation(t)
	for path, want := range map[string]string{"/": "<video", "/player.js": "MediaSource"} {
		text, err := io.ReadAll(s.get(context.Background(), t, path, http.StatusOK).Body)
		require.NoError(t, err)
		require.Contains(t, string(text), want)
	}
	s.get(context.Background(), t, "/hls.js", http.StatusNotFound)
}

// lineWriter hands on what is written.
type lineWriter chan string

func (w lineWriter) Write(p []byte) (int, error) {
	w <- string(p)
	return len(p), nil
}

// TestRunEndsWithItsContext checks that viewers have the end of the stream.
func TestRunEndsWithItsContext(t *testing.T) {
	mediatest.NoLeaks(t)
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	lines, result := make(lineWriter, 16), make(chan error, 1)
	go func() { result <- run(ctx, []string{"-addr", "127.0.0.1:0"}, lines) }()
	_, url, found := strings.Cut(strings.TrimSpace(<-lines), "watch at ")
	require.True(t, found)

	s := &station{client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, url: url}
	response := s.get(context.Background(), t, "/live.mp4", http.StatusOK)
	require.Equal(t, "ftyp", copyBox(t, io.Discard, response.Body))
	cancel()
	_, err := io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	require.NoError(t, <-result)
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	require.NoError(t, err)
	require.Empty(t, left, "the files of HLS are removed")
}
