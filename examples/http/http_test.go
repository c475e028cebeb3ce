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
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

func TestMain(m *testing.M) { mediatest.Main(m) }

// hurried returns a stream that does not keep to the clock.
func hurried(t *testing.T, duration time.Duration) *live {
	return &live{
		codec: "libx264", interval: time.Millisecond, duration: duration, stall: time.Minute,
		logger: log.New(t.Output(), "", 0),
	}
}

// startServer serves the handler, and says when a request of the stream is over.
func startServer(t *testing.T, stream http.Handler) (client *http.Client, url string, over <-chan struct{}) {
	ended := make(chan struct{}, 1)
	server := httptest.NewServer(newHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { ended <- struct{}{} }()
		stream.ServeHTTP(w, r)
	})))
	t.Cleanup(server.Close)
	return server.Client(), server.URL, ended
}

func get(ctx context.Context, t *testing.T, client *http.Client, url string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	response, err := client.Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	require.Equal(t, http.StatusOK, response.StatusCode)
	return response
}

// A stream that has no end can give something only while it goes on.
func TestTheFirstFramesComeAtOnce(t *testing.T) {
	mediatest.NoLeaks(t)
	client, url, over := startServer(t, hurried(t, 0))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	response := get(ctx, t, client, url+"/live.mp4")
	require.Equal(t, "video/mp4", response.Header.Get("Content-Type"))

	var start bytes.Buffer
	for _, want := range []string{"ftyp", "moov", "moof", "mdat"} {
		require.Equal(t, want, copyBox(t, &start, response.Body))
	}
	require.Empty(t, over)
	path := filepath.Join(t.TempDir(), "start.mp4")
	require.NoError(t, os.WriteFile(path, start.Bytes(), 0o600))
	streams := mediatest.Probe(t, path).Streams
	require.Len(t, streams, 2)
	require.Equal(t, "3", streams[0].NbReadFrames, "a fragment of 0.1 s")
	require.NotEqual(t, "0", streams[1].NbReadFrames)

	cancel() // the client goes away
	<-over
}

// TestPicturesComeWithoutSound checks that a stream that is not fed holds the other back only for a
// moment.
func TestPicturesComeWithoutSound(t *testing.T) {
	mediatest.NoLeaks(t)
	stream := hurried(t, 0)
	stream.mute = true
	client, url, over := startServer(t, stream)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	response := get(ctx, t, client, url+"/live.mp4")
	for _, want := range []string{"ftyp", "moov", "moof", "mdat", "moof", "mdat"} {
		require.Equal(t, want, copyBox(t, io.Discard, response.Body))
	}
	require.Empty(t, over)
	cancel()
	<-over
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

func TestAWholeStream(t *testing.T) {
	mediatest.NoLeaks(t)
	client, url, _ := startServer(t, hurried(t, 2*time.Second))
	response := get(context.Background(), t, client, url+"/live.mp4")
	path := filepath.Join(t.TempDir(), "live.mp4")
	f, err := os.Create(path)
	require.NoError(t, err)
	_, err = io.Copy(f, response.Body)
	require.NoError(t, err)
	require.NoError(t, f.Close())

	file := mediatest.Probe(t, path)
	require.Len(t, file.Streams, 2)
	video := file.Streams[0]
	require.Equal(t, "h264", video.Codec)
	require.Equal(t, []int{width, height}, []int{video.Width, video.Height})
	require.Equal(t, "60", video.NbReadFrames)
	require.Equal(t, "2.000000", video.Duration)
	require.Equal(t, "aac", file.Streams[1].Codec)
	require.InDelta(t, 2*sampleRate, len(mediatest.Sound(t, path, 1)[0]), 2*1024, "but for priming and padding")
	for _, p := range mediatest.Packets(t, path) {
		if p.Stream == 0 && p.Key {
			require.Zero(t, int(p.PTS*frameRate+0.5)%frameRate, "a keyframe each second, and %v s is none", p.PTS)
		}
	}
}

// stuck is a client that does not read: a write blocks until its deadline.
type stuck struct {
	http.ResponseWriter
	blocked, deadline chan struct{}
	once, late        sync.Once
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
	ctx, cancel := context.WithCancel(context.Background())
	client := &stuck{ResponseWriter: httptest.NewRecorder(), blocked: make(chan struct{}), deadline: make(chan struct{})}
	go func() {
		<-client.blocked
		cancel()
	}()
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/live.mp4", http.NoBody)
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { hurried(t, 0).ServeHTTP(client, request) })
}

// TestAClientThatSaysNoGoodbye has lost the network, or sleeps: it stays connected and reads
// nothing.
func TestAClientThatSaysNoGoodbye(t *testing.T) {
	mediatest.NoLeaks(t)
	stream := hurried(t, 0)
	stream.stall = 100 * time.Millisecond
	var logged bytes.Buffer
	stream.logger = log.New(&logged, "", 0)
	_, url, over := startServer(t, stream)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).SetReadBuffer(1<<12))
	_, err = io.WriteString(conn, "GET /live.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n")
	require.NoError(t, err)
	<-over
	require.NoError(t, conn.Close())
	require.Empty(t, logged.String(), "that is no fault of the server's")
}

func TestAStreamThatCannotBeEncoded(t *testing.T) {
	mediatest.NoLeaks(t)
	stream := hurried(t, 0)
	stream.codec = "nonsense"
	var logged bytes.Buffer
	stream.logger = log.New(&logged, "", 0)
	client, url, over := startServer(t, stream)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/live.mp4", http.NoBody)
	require.NoError(t, err)
	response, err := client.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusInternalServerError, response.StatusCode)
	<-over
	require.Contains(t, logged.String(), "nonsense")
}

func TestPage(t *testing.T) {
	mediatest.NoLeaks(t)
	client, url, _ := startServer(t, hurried(t, 0))
	response := get(context.Background(), t, client, url)
	html, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Contains(t, string(html), `<video src="live.mp4"`)
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
	lines, result := make(lineWriter, 16), make(chan error, 1)
	go func() { result <- run(ctx, []string{"-addr", "127.0.0.1:0"}, lines) }()
	_, url, found := strings.Cut(strings.TrimSpace(<-lines), "watch at ")
	require.True(t, found)

	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response := get(context.Background(), t, client, url+"/live.mp4")
	require.Equal(t, "ftyp", copyBox(t, io.Discard, response.Body))
	cancel()
	require.NoError(t, <-result)
	_, err := io.Copy(io.Discard, response.Body)
	require.Error(t, err, "a stream that was cut does not look complete")
}
