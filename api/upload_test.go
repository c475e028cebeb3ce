package api_test

import (
	"bufio"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// requireNoSecrets reads an error of a connection to user:secret@host with a token=hush.
func requireNoSecrets(t *testing.T, err error) {
	t.Helper()
	for _, secret := range []string{"user", "secret", "hush", "topsecret"} {
		require.NotContains(t, err.Error(), secret)
	}
}

// secretly is the URL of a server with what must not be shown.
func secretly(url, path string) string {
	return strings.Replace(url, "://", "://user:secret@", 1) + path + "?token=hush"
}

// TestUploadThatIsRefused: whenever the server answers that it will not have it, the run fails with
// that answer.
func TestUploadThatIsRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, code := range []int{403, 404, 413, 500, 507} {
		for when, read := range map[string]func(io.Reader){
			"before the body": func(io.Reader) {},
			"in the body":     func(body io.Reader) { _, _ = io.ReadFull(body, make([]byte, 100)) },
			"after the body":  func(body io.Reader) { _, _ = io.Copy(io.Discard, body) },
		} {
			for _, container := range []string{"mkv", "mp4", "ts"} {
				t.Run(fmt.Sprint(code, " ", when, " ", container), func(t *testing.T) {
					t.Parallel()
					server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						read(r.Body)
						http.Error(w, "not for "+r.URL.RawQuery, code)
					}))
					defer server.Close()
					enc := api.NewEncoder()
					defer func() { _ = enc.Abort(nil) }()
					v := addVideo(t, enc, numberedVideo())
					url := secretly(server.URL, "/x."+container)
					err := enc.Open(
						context.Background(),
						api.URL(url, api.FormatOptions(map[string]any{"headers": "X-Key: topsecret"})),
					)
					if when != "in the body" { // which the header of some containers begins
						require.Equal(t, when == "before the body", err != nil, "%v", err)
					}
					if err == nil {
						err = errors.Join(feed(v, 3), enc.Close())
						_, ok := errors.AsType[*pipeline.NodeError](err)
						require.True(t, ok)
						require.Error(t, enc.Close())
					}
					status, ok := errors.AsType[*api.StatusError](err)
					require.True(t, ok)
					require.Equal(t, code, status.Code)
					require.ErrorContains(t, err, fmt.Sprint("the server answered ", code, " ", http.StatusText(code)))
					require.ErrorContains(t, err, server.URL+"/x."+container)
					require.ErrorContains(t, err, "not for …", "what the server says, without the query that it quotes")
					requireNoSecrets(t, err)
				})
			}
		}
	}
}

// feed feeds n times eight numbered pictures.
func feed(v *api.VideoStream, n int) error {
	for i := range n {
		if err := v.AddFrames(context.Background(), api.Frames{Data: numbered(i, 8), Layout: api.NHWC}); err != nil {
			return err
		}
	}
	return nil
}

// TestRefusalReachesEveryCall: calls that feed, Sync and Close.
func TestRefusalReachesEveryCall(t *testing.T) {
	mediatest.NoLeaks(t)
	answer := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadFull(r.Body, make([]byte, 100))
		<-answer
		w.WriteHeader(http.StatusInsufficientStorage)
		_ = http.NewResponseController(w).Flush()
	}))
	defer server.Close()
	enc := api.NewEncoder()
	v := addVideo(t, enc, numberedVideo())
	require.NoError(t, enc.Open(context.Background(), api.URL(server.URL+"/x.ts")))
	require.NoError(t, feed(v, 3))
	require.NoError(t, enc.Sync(context.Background()))
	close(answer)
	var err error
	require.Eventually(t, func() bool { // nothing is written meanwhile
		err = enc.Sync(context.Background())
		return err != nil
	}, time.Minute, time.Millisecond)
	require.ErrorContains(t, err, "507 Insufficient Storage")
	require.ErrorContains(t, feed(v, 1), "507 Insufficient Storage")
	require.ErrorContains(t, enc.Close(), "507 Insufficient Storage")
}

// TestServerThatAnswersAndClosesWhileItIsSent has the error say the answer, not that the pipe
// broke.
func TestServerThatAnswersAndClosesWhileItIsSent(t *testing.T) {
	mediatest.NoLeaks(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	go func() {
		if c, err := l.Accept(); err == nil {
			_, _ = io.CopyN(io.Discard, c, 300)
			_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
			_, _ = io.CopyN(io.Discard, c, 1000)
			_, _ = io.WriteString(c, "HTTP/1.1 507 Insufficient Storage\r\nContent-Length: 0\r\n\r\n")
			_ = c.Close() // with more to read: the other side gets a reset
		}
	}()
	enc := api.NewEncoder()
	v := addVideo(t, enc, numberedVideo())
	url := fmt.Sprintf("http://%s/%s.ts", l.Addr(), strings.Repeat("x", 300))
	require.NoError(t, enc.Open(context.Background(), api.URL(url)))
	require.ErrorContains(t, feedUntilError(v), "the server answered 507 Insufficient Storage")
	require.ErrorContains(t, enc.Close(), "the server answered 507 Insufficient Storage")
}

// TestUploads looks at what a server gets.
func TestUploads(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		path    string
		options map[string]any
		method  string
		kind    string
		agent   string
		key     string
	}{
		"as it comes": {"/x.mp4", nil, "POST", "video/mp4", "avloom", ""},
		"as one likes": {"/x.mkv", map[string]any{
			"method": "PUT", "content_type": "video/own", "user_agent": "me", "headers": "X-Key: 1\r\n", "timeout": 20_000_000,
		}, "PUT", "video/own", "me", "1"},
		"by duration": {"/x.ts", map[string]any{"timeout": 20 * time.Second, "mpegts_flags": "+resend_headers"}, "POST", "video/MP2T", "avloom", ""},
	} {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", secure: ", secure), func(t *testing.T) {
				t.Parallel()
				var got *http.Request
				var body []byte
				server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					got = r
					body, _ = io.ReadAll(r.Body)
				}))
				server.EnableHTTP2 = true
				options := map[string]any{}
				maps.Copy(options, c.options)
				if secure {
					server.StartTLS()
					certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
					options["ca_file"] = saved(t, "ca.pem", certificate)
				} else {
					server.Start()
				}
				defer server.Close()
				enc := api.NewEncoder()
				cfg := numberedVideo()
				cfg.Codec = "libx264"
				v, a := addVideo(t, enc, cfg), addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "aac"})
				require.NoError(
					t,
					enc.Open(context.Background(), api.URL(secretly(server.URL, c.path), api.FormatOptions(options))),
				)
				require.NoError(t, feedBoth(v, a, 30))
				require.NoError(t, enc.Close())
				require.Equal(t, enc.Stats().BytesWritten, int64(len(body)))
				requireSecond(t, saved(t, "got"+c.path[2:], body))
				require.Equal(t, c.method, got.Method)
				require.Equal(t, c.path+"?token=hush", got.RequestURI)
				require.Equal(
					t,
					[]string{c.kind, c.agent, c.key},
					[]string{got.Header.Get("Content-Type"), got.UserAgent(), got.Header.Get("X-Key")},
				)
				user, password, _ := got.BasicAuth()
				require.Equal(t, []string{"user", "secret"}, []string{user, password})
				if secure {
					require.Equal(t, "HTTP/2.0", got.Proto)
				}
			})
		}
	}
}

func TestUploadThatIsRedirected(t *testing.T) {
	mediatest.NoLeaks(t)
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/there.mkv":
			body, _ = io.ReadAll(r.Body)
		case "/late.mkv":
			_, _ = io.Copy(io.Discard, r.Body)
			fallthrough
		default:
			http.Redirect(w, r, "/there.mkv?token=hush", http.StatusTemporaryRedirect)
		}
	}))
	defer server.Close()
	enc := api.NewEncoder()
	v := addVideo(t, enc, numberedVideo())
	require.NoError(t, enc.Open(context.Background(), api.URL(server.URL+"/here.mkv")))
	require.NoError(t, feed(v, 3))
	require.NoError(t, enc.Close())
	require.Equal(t, "24", mediatest.Probe(t, saved(t, "there.mkv", body)).Streams[0].NbReadFrames)

	enc = api.NewEncoder()
	v = addVideo(t, enc, numberedVideo())
	require.NoError(t, enc.Open(context.Background(), api.URL(secretly(server.URL, "/late.mkv"))))
	require.NoError(t, feed(v, 3))
	err := enc.Close()
	require.ErrorContains(t, err, "307 Temporary Redirect, to "+server.URL+"/there.mkv, after the upload had begun")
	requireNoSecrets(t, err)
}

// TestUploadThatIsNotAnswered: whoever ends the run does not have to wait for a server that has all
// and says nothing.
func TestUploadThatIsNotAnswered(t *testing.T) {
	mediatest.NoLeaks(t)
	cause := errors.New("no more patience")
	for name, c := range map[string]struct {
		end     func(*api.Encoder, context.CancelCauseFunc)
		options map[string]any
		want    error
	}{
		"abort":   {func(e *api.Encoder, _ context.CancelCauseFunc) { _ = e.Abort(cause) }, nil, cause},
		"context": {func(_ *api.Encoder, cancel context.CancelCauseFunc) { cancel(cause) }, nil, cause},
		"timeout": {func(*api.Encoder, context.CancelCauseFunc) {}, map[string]any{"timeout": 3_000_000}, os.ErrDeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole, over := make(chan struct{}), make(chan struct{})
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				close(whole)
				<-over
			}))
			defer server.Close()
			defer close(over)
			ctx, cancel := context.WithCancelCause(context.Background())
			defer cancel(nil)
			enc := api.NewEncoder()
			v := addVideo(t, enc, numberedVideo())
			require.NoError(t, enc.Open(ctx, api.URL(server.URL+"/x.mkv", api.FormatOptions(c.options))))
			require.NoError(t, feed(v, 3))
			closed := make(chan error, 1)
			go func() { closed <- enc.Close() }()
			<-whole
			c.end(enc, cancel)
			requireSoon(t, func() { require.ErrorIs(t, <-closed, c.want) })
			require.Zero(t, enc.Stats().Abandoned)
		})
	}
}

// TestErrorsOfConnectionsSayWhere is about calls long after Open.
func TestErrorsOfConnectionsSayWhere(t *testing.T) {
	mediatest.NoLeaks(t)
	socket := temporary(t, "socket")
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": socket} {
		l, err := net.Listen(network, address)
		require.NoError(t, err)
		go func() {
			if c, err := l.Accept(); err == nil {
				_, _ = bufio.NewReader(c).ReadByte()
				_ = c.Close()
			}
		}()
		url := "tcp://user:secret@" + l.Addr().String() + "?send_buffer_size=4096"
		shown := "tcp://" + l.Addr().String()
		if network == "unix" {
			url, shown = "unix:"+socket, "unix:"+socket
		}
		enc := api.NewEncoder()
		v := addVideo(t, enc, numberedVideo())
		require.NoError(t, enc.Open(context.Background(), api.URL(url, api.Format("mkv"))))
		err = feedUntilError(v)
		require.ErrorContains(t, err, shown)
		requireNoSecrets(t, err)
		require.Equal(t, err, enc.Close())
		require.NoError(t, l.Close())
	}
}

// TestNobodyAnswersSRT says so, and how long was waited.
func TestNobodyAnswersSRT(t *testing.T) {
	mediatest.NoLeaks(t)
	port := freePort(t, "udp")
	for name, c := range map[string]struct {
		query   string
		options map[string]any
		want    string
	}{
		"in the URL": {"?connect_timeout=300", nil, "nobody answered within 300ms (connect_timeout)"},
		"an option":  {"", map[string]any{"connect_timeout": 300}, "nobody answered within 300ms (connect_timeout)"},
		"timeout":    {"?timeout=200000", nil, "nobody answered within "},
		"listener":   {"?mode=listener&listen_timeout=200000", nil, "nobody connected within "},
	} {
		t.Run(name, func(t *testing.T) {
			enc := api.NewEncoder()
			addVideo(t, enc, numberedVideo())
			err := enc.Open(
				context.Background(),
				api.URL(fmt.Sprintf("srt://127.0.0.1:%d%s", port, c.query), api.FormatOptions(c.options)),
			)
			require.ErrorContains(t, err, fmt.Sprintf("connect to srt://127.0.0.1:%d: %s", port, c.want))
			require.NoError(t, enc.Close())
		})
	}
}

// TestSRTThatRefusesOrBreaks has both: FFmpeg's error is the same, and says nothing.
func TestSRTThatRefusesOrBreaks(t *testing.T) {
	mediatest.NoLeaks(t)
	port := freePort(t, "udp")
	s := listen(t, "udp", port, "-i", fmt.Sprintf("srt://127.0.0.1:%d?mode=listener&passphrase=0123456789", port))
	enc := api.NewEncoder()
	v := addVideo(t, enc, numberedVideo())
	err := enc.Open(context.Background(), api.URL(fmt.Sprintf("srt://127.0.0.1:%d?passphrase=9876543210", port)))
	require.ErrorContains(
		t,
		err,
		fmt.Sprintf("connect to srt://127.0.0.1:%d: the other side refused, as it does over a wrong passphrase", port),
	)
	require.NoError(
		t,
		enc.Open(context.Background(), api.URL(fmt.Sprintf("srt://127.0.0.1:%d?passphrase=0123456789", port))),
	)
	require.NoError(t, s.cmd.Process.Signal(os.Interrupt)) // on which it says goodbye
	require.ErrorContains(
		t,
		feedUntilError(v),
		fmt.Sprintf("srt://127.0.0.1:%d: the other side has ended the connection", port),
	)
	require.Error(t, enc.Close())
	_ = s.cmd.Wait() // it was interrupted
}
