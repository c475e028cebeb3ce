package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// freePort returns a port on which nobody listens.
func freePort(t *testing.T, network string) int {
	t.Helper()
	if network == "udp" {
		c, err := net.ListenPacket(network, "127.0.0.1:0")
		require.NoError(t, err)
		defer func() { require.NoError(t, c.Close()) }()
		return c.LocalAddr().(*net.UDPAddr).Port
	}
	l, err := net.Listen(network, "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	return l.Addr().(*net.TCPAddr).Port
}

// awaitListener returns once the system says that somebody has the port.
func awaitListener(t *testing.T, network string, port int) {
	t.Helper()
	taken := fmt.Sprintf(":%04X 00000000:0000 ", port) // of no peer
	require.Eventually(t, func() bool {
		table, err := os.ReadFile("/proc/net/" + network)
		return err == nil && strings.Contains(string(table), taken)
	}, time.Minute, 5*time.Millisecond)
}

// server is the system's ffmpeg, which listens, and keeps what it gets.
type server struct {
	cmd        *exec.Cmd
	complaints bytes.Buffer
	path       string
}

func listen(t *testing.T, network string, port int, input ...string) *server {
	t.Helper()
	s := &server{path: temporary(t, "received.mkv")}
	args := append([]string{"-v", "error", "-nostdin"}, input...)
	s.cmd = exec.Command("ffmpeg", append(args, "-map", "0", "-c", "copy", "-y", s.path)...)
	s.cmd.Stderr = &s.complaints
	require.NoError(t, s.cmd.Start())
	awaitListener(t, network, port)
	return s
}

// received waits for the end of the stream and returns the file.
func (s *server) received(t *testing.T) string {
	t.Helper()
	_ = s.cmd.Wait() // what it has kept says how it went: without an end, as of UDP, it is an error to it
	_, err := os.Stat(s.path)
	require.NoError(t, err, s.complaints.String())
	return s.path
}

func TestURLs(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		network string
		url     string
		input   []string // of ffmpeg; its %d is the port
		options []api.OutputOption
	}{
		"tcp":  {"tcp", "tcp://127.0.0.1:%d", []string{"-i", "tcp://127.0.0.1:%d?listen=1"}, nil},
		"udp":  {"udp", "udp://127.0.0.1:%d", []string{"-i", "udp://127.0.0.1:%d?timeout=10000000"}, nil},
		"srt":  {"udp", "srt://127.0.0.1:%d", []string{"-i", "srt://127.0.0.1:%d?mode=listener"}, nil},
		"http": {"tcp", "http://127.0.0.1:%d/live", []string{"-listen", "1", "-i", "http://127.0.0.1:%d/live"}, nil},
		"http, by its extension": {
			"tcp", "http://127.0.0.1:%d/live.mkv?a=b",
			[]string{"-f", "matroska", "-listen", "1", "-i", "http://127.0.0.1:%d/live.mkv"},
			nil,
		},
		"http, mp4": {
			"tcp", "http://127.0.0.1:%d/live",
			[]string{"-f", "mp4", "-listen", "1", "-i", "http://127.0.0.1:%d/live"},
			[]api.OutputOption{api.Format("mp4")},
		},
		"rtmp": {"tcp", "rtmp://127.0.0.1:%d/live/key", []string{"-f", "flv", "-listen", "1", "-i", "rtmp://127.0.0.1:%d/live/key"}, nil},
		"an option of the protocol": {
			"tcp", "tcp://127.0.0.1:%d",
			[]string{"-i", "tcp://127.0.0.1:%d?listen=1"},
			[]api.OutputOption{api.FormatOptions(map[string]any{"tcp_nodelay": true, "mpegts_flags": "+resend_headers", "rw_timeout": 20_000_000})},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port := freePort(t, c.network)
			for i, arg := range c.input {
				if strings.Contains(arg, "%d") {
					c.input[i] = fmt.Sprintf(arg, port)
				}
			}
			s := listen(t, c.network, port, c.input...)
			enc := api.NewEncoder()
			cfg := numberedVideo()
			cfg.Codec = "libx264"
			v, a := addVideo(t, enc, cfg), addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "aac"})
			require.NoError(t, enc.Open(context.Background(), api.URL(fmt.Sprintf(c.url, port), c.options...)))
			require.NoError(t, feedBoth(v, a, 30))
			require.NoError(t, enc.Close())
			require.Positive(t, enc.Stats().BytesWritten)
			require.Zero(t, enc.Stats().Abandoned)
			requireSecond(t, s.received(t))
		})
	}
}

// TestDatagrams looks at what goes over the network: whole packets of MPEG-TS, as many as receivers
// expect in one, also of pictures that take more than is collected before it is sent.
func TestDatagrams(t *testing.T) {
	mediatest.NoLeaks(t)
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Minute)))
	datagrams := make(chan []byte, 1000)
	go func() {
		defer close(datagrams)
		for buffer := make([]byte, 1<<16); ; {
			n, _, err := c.ReadFrom(buffer)
			if err != nil {
				return
			}
			datagrams <- bytes.Clone(buffer[:n])
		}
	}()
	enc := api.NewEncoder()
	v := addVideo(
		t,
		enc,
		api.VideoConfig{
			Width:        208,
			Height:       176,
			FrameRate:    25,
			Codec:        "libx264",
			Preset:       "ultrafast",
			ExtraOptions: map[string]any{"qp": 1},
		},
	)
	require.NoError(t, enc.Open(context.Background(), api.URL("udp://"+c.LocalAddr().String())))
	noise := make([]byte, 208*176*3)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: noise}))
	require.NoError(t, enc.Close())
	require.Greater(t, enc.Stats().BytesWritten, int64(70_000))
	var all []byte
	for int64(len(all)) < enc.Stats().BytesWritten {
		datagram, ok := <-datagrams
		require.True(t, ok, "%d of %d bytes", len(all), enc.Stats().BytesWritten)
		all = append(all, datagram...)
		require.Zero(t, len(datagram)%188)
		require.LessOrEqual(t, len(datagram), 1316)
		if len(all) > 10_000 && len(all) < 70_000 {
			require.Len(t, datagram, 1316, "in the middle of a picture")
		}
	}
	require.NoError(t, c.Close())
	for range datagrams {
		require.Fail(t, "more than was written")
	}
	require.Equal(t, "1", mediatest.Probe(t, saved(t, "datagrams.ts", all)).Streams[0].NbReadFrames)
}

func TestConnectionRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, scheme := range []string{"tcp", "http", "rtmp"} {
		enc := api.NewEncoder()
		v := addVideo(t, enc, numberedVideo())
		url := fmt.Sprintf("%s://user:secret@127.0.0.1:%d/live/key?token=hush", scheme, freePort(t, "tcp"))
		var err error
		require.Empty(
			t,
			mediatest.StderrOf(t, func() { err = enc.Open(context.Background(), api.URL(url)) }),
			"where FFmpeg would show all of the URL",
		)
		require.ErrorIs(t, err, syscall.ECONNREFUSED, scheme)
		require.Contains(t, err.Error(), scheme+"://127.0.0.1:")
		for _, secret := range []string{"user", "secret", "hush"} {
			require.NotContains(t, err.Error(), secret)
		}
		require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mkv"), "it can be tried again")
		addNumbered(t, v, 0, 3)
		require.NoError(t, enc.Close())
	}
}

// TestServerThatHangsUp has the error say what FFmpeg made of it, without secrets.
func TestServerThatHangsUp(t *testing.T) {
	mediatest.NoLeaks(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.CopyN(
				io.Discard,
				c,
				1+1536,
			) // all that the client says first: what is unread would be answered with a reset
			_ = c.Close()
		}
	}()
	enc := api.NewEncoder()
	addVideo(t, enc, numberedVideo())
	url := fmt.Sprintf("rtmp://user:secret@%s/live/key?token=hush", l.Addr())
	require.Empty(t, mediatest.StderrOf(t, func() { err = enc.Open(context.Background(), api.URL(url)) }))
	require.ErrorContains(t, err, "connect to rtmp://127.0.0.1:")
	require.ErrorContains(t, err, "RTMP handshake")
	for _, secret := range []string{"user", "secret", "hush", "key"} {
		require.NotContains(t, err.Error(), secret)
	}
	require.NoError(t, enc.Close())
}

// feedUntilError feeds numbered pictures until that fails.
func feedUntilError(v *api.VideoStream) error {
	for i := 0; ; i++ {
		if err := v.AddFrames(context.Background(), api.Frames{Data: numbered(i, 8), Layout: api.NHWC}); err != nil {
			return err
		}
	}
}

func TestServerThatGoesAway(t *testing.T) {
	mediatest.NoLeaks(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	gone := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			_, _ = io.CopyN(io.Discard, c, 1<<16)
			err = c.Close() // with more to read: the other side gets a reset
		}
		gone <- err
	}()
	enc := api.NewEncoder()
	v := addVideo(t, enc, numberedVideo())
	require.NoError(t, enc.Open(context.Background(), api.URL("tcp://"+l.Addr().String())))
	fed := feedUntilError(v)
	require.NoError(t, <-gone)
	require.NoError(t, l.Close())
	var node *pipeline.NodeError
	require.ErrorAs(t, fed, &node)
	require.Equal(t, "mux", node.Node)
	require.True(t, errors.Is(fed, syscall.EPIPE) || errors.Is(fed, syscall.ECONNRESET), fed)
	require.ErrorContains(t, fed, "tcp://127.0.0.1:", "it says where")
	require.Equal(t, fed, enc.Close())
	requireLaw(t, enc.Stats(), true)
}

// TestServerThatStopsReading: whoever ends the run does not have to wait for it.
func TestServerThatStopsReading(t *testing.T) {
	mediatest.NoLeaks(t)
	cause := errors.New("no more patience")
	for name, end := range map[string]func(*api.Encoder, context.CancelCauseFunc){
		"abort":   func(e *api.Encoder, _ context.CancelCauseFunc) { _ = e.Abort(cause) },
		"context": func(_ *api.Encoder, cancel context.CancelCauseFunc) { cancel(cause) },
	} {
		for _, url := range []string{"tcp://%s?send_buffer_size=4096", "http://%s/x.ts"} {
			t.Run(name+", "+url[:4], func(t *testing.T) {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				require.NoError(t, err)
				accepted := make(chan net.Conn, 1)
				go func() {
					c, _ := l.Accept()
					accepted <- c
				}()
				ctx, cancel := context.WithCancelCause(context.Background())
				defer cancel(nil)
				enc := api.NewEncoder(api.WithQueueDepth(1))
				v := addVideo(t, enc, numberedVideo())
				require.NoError(t, enc.Open(ctx, api.URL(fmt.Sprintf(url, l.Addr()))))
				c := <-accepted
				fed := make(chan error, 1)
				go func() { fed <- feedUntilError(v) }()
				awaitBlocked(t, enc)
				end(enc, cancel)
				requireSoon(t, func() {
					require.ErrorIs(t, <-fed, cause)
					require.ErrorIs(t, enc.Close(), cause)
				})
				require.Zero(t, enc.Stats().Abandoned, "the write has been woken")
				require.NoError(t, c.Close())
				require.NoError(t, l.Close())
			})
		}
	}
}

// awaitBlocked returns once the muxer has been in one and the same call for a while.
func awaitBlocked(t *testing.T, enc *api.Encoder) {
	t.Helper()
	last, since := int64(-1), time.Now()
	require.Eventually(t, func() bool {
		s := enc.Stats()
		waiting := s.Edges[len(s.Edges)-1].Queued > 0
		if s.BytesWritten != last || !waiting {
			last, since = s.BytesWritten, time.Now()
		}
		return time.Since(since) > 300*time.Millisecond
	}, 60*time.Second, 5*time.Millisecond)
}

// TestConnectionThatIsNotAnswered: an Open that waits for the other side ends with its context and
// with an Abort.
func TestConnectionThatIsNotAnswered(t *testing.T) {
	mediatest.NoLeaks(t)
	cause := errors.New("no more patience")
	for name, c := range map[string]struct {
		end  func(*api.Encoder, context.CancelCauseFunc) error
		want error // of Open and what ended it
		then error // of what comes after
	}{
		"context": {func(_ *api.Encoder, cancel context.CancelCauseFunc) error { cancel(cause); return cause }, cause, api.ErrNotOpen},
		"abort":   {func(e *api.Encoder, _ context.CancelCauseFunc) error { return e.Abort(cause) }, cause, cause},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(context.Background())
			defer cancel(nil)
			enc := api.NewEncoder()
			v := addVideo(t, enc, numberedVideo())
			port := freePort(t, "tcp")
			opened := make(chan error, 1)
			go func() { opened <- enc.Open(ctx, api.URL(fmt.Sprintf("tcp://127.0.0.1:%d?listen=1", port))) }()
			awaitListener(t, "tcp", port)
			require.ErrorIs(t, c.end(enc, cancel), c.want)
			require.ErrorIs(t, <-opened, c.want)
			require.ErrorIs(t, v.AddFrames(context.Background(), api.Frames{}), c.then)
			_ = enc.Close()
		})
	}
}

// TestAbortedUploadIsNotComplete: a server can tell a request that was given up from one that has
// ended.
func TestAbortedUploadIsNotComplete(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, abort := range []bool{false, true} {
		body := make(chan error, 1)
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, err := io.Copy(io.Discard, r.Body)
			body <- err
		}))
		enc := api.NewEncoder()
		v := addVideo(t, enc, numberedVideo())
		require.NoError(t, enc.Open(context.Background(), api.URL(server.URL+"/x.mkv")))
		addNumbered(t, v, 0, 3)
		require.NoError(t, enc.Sync(context.Background()))
		if abort {
			require.ErrorIs(t, enc.Abort(nil), api.ErrAborted)
		} else {
			require.NoError(t, enc.Close())
		}
		require.Equal(t, abort, <-body != nil)
		server.Close()
	}
}
