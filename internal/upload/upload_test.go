package upload

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/live"
)

func TestUpload(t *testing.T) {
	var got *http.Request
	var body []byte
	to := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
	})
	to.User = parse(t, "http://me:pass@host").User
	require.NoError(t, upload(to, Config{}, "a bc def"))
	require.Equal(t, "abcdef", string(body))
	require.Equal(t, http.MethodPost, got.Method)
	require.Equal(t, "/live/x.mp4?token=hush", got.RequestURI)
	require.Equal(t, "application/octet-stream", got.Header.Get("Content-Type"))
	require.Equal(t, "avloom", got.UserAgent())
	require.Equal(t, []string{"chunked"}, got.TransferEncoding)
	user, password, _ := got.BasicAuth()
	require.Equal(t, []string{"me", "pass"}, []string{user, password})
	require.Empty(t, live.Report())
}

// takeBody reads the whole body, and answers 200.
func takeBody(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }

func TestNothingToUpload(t *testing.T) {
	to := serve(t, takeBody)
	u, err := Start(context.Background(), to, Config{})
	require.NoError(t, err)
	require.NoError(t, u.Close())
}

func TestHTTP2(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request)
		want   string
	}{
		"taken": {func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }, ""},
		"early": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusAccepted)
			_ = http.NewResponseController(w).Flush()
			_, _ = io.Copy(io.Discard, r.Body)
		}, ""},
		"refused": {func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no more room", http.StatusInsufficientStorage)
		}, "507 Insufficient Storage: no more room"},
		"refused later": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadFull(r.Body, make([]byte, 2))
			http.Error(w, "enough", http.StatusRequestEntityTooLarge)
		}, "413 Request Entity Too Large: enough"},
		"ended early": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadFull(r.Body, make([]byte, 2))
		}, "answered 200 OK before the upload had ended"},
	} {
		t.Run(name, func(t *testing.T) {
			proto := make(chan string, 3)
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				proto <- r.Proto
				c.answer(w, r)
			}))
			s.EnableHTTP2 = true
			s.StartTLS()
			t.Cleanup(s.Close)
			config := Config{TLS: &tls.Config{RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}}
			u, err := Start(context.Background(), parse(t, s.URL), config)
			if err == nil {
				_, _ = u.Write([]byte("abc"))
				if c.want != "" {
					err = writeUntilError(u)
					require.Error(t, err)
				}
				require.Equal(t, err, u.Close())
			}
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.want)
			}
			require.Equal(t, "HTTP/2.0", <-proto)
		})
	}
}

func TestStatus(t *testing.T) {
	for _, code := range []int{400, 401, 403, 404, 413, 500, 503, 507, 303, 304} {
		for when, read := range map[string]func(*http.Request){
			"before the body": func(*http.Request) {},
			"in the body":     func(r *http.Request) { _, _ = io.ReadFull(r.Body, make([]byte, 3)) },
			"after the body":  func(r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) },
		} {
			t.Run(http.StatusText(code)+" "+when, func(t *testing.T) {
				to := serve(t, func(w http.ResponseWriter, r *http.Request) {
					read(r)
					w.Header().Set("Content-Type", "text/plain")
					w.WriteHeader(code)
					_, _ = io.WriteString(w, "because\r\nof \x1bthis")
				})
				err := upload(to, Config{}, strings.Repeat("abc ", 5))
				status, ok := errors.AsType[*StatusError](err)
				require.True(t, ok, "%v", err)
				require.Equal(t, code, status.Code)
				require.ErrorContains(t, err, http.StatusText(code))
				if code != http.StatusNotModified {
					require.ErrorContains(t, err, "because of this")
				}
				require.Empty(t, live.Report())
			})
		}
	}
}

// TestServerThatAnswersAndHangsUp has the error say what the server said, not that the connection
// broke.
func TestServerThatAnswersAndHangsUp(t *testing.T) {
	for range 20 {
		to := script(t, func(c net.Conn, in *bufio.Reader) {
			readHead(in)
			_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
			_, _ = io.ReadFull(in, make([]byte, 100_000))
			_, _ = io.WriteString(c, "HTTP/1.1 507 Full\r\nContent-Length: 4\r\nContent-Type: text/plain\r\n\r\nfull")
			_ = c.Close() // with more to read: the other side gets a reset
		})
		u, err := Start(context.Background(), to, Config{})
		require.NoError(t, err)
		require.EqualError(t, writeUntilError(u), "the server answered 507 Full: full")
		require.EqualError(t, u.Close(), "the server answered 507 Full: full")
	}
}

// TestServerThatDoesNotFinishItsRefusal: the status is enough.
func TestServerThatDoesNotFinishItsRefusal(t *testing.T) {
	to := script(t, func(c net.Conn, in *bufio.Reader) {
		readHead(in)
		_, _ = io.WriteString(c, "HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\nnot you")
		_, _ = io.Copy(io.Discard, in)
	})
	require.EqualError(t, upload(to, Config{}, "a"), "the server answered 403 No: not you")
}

func TestServerThatHangsUp(t *testing.T) {
	for name, do := range map[string]func(net.Conn, *bufio.Reader){
		"at once": func(net.Conn, *bufio.Reader) {},
		"after a while": func(c net.Conn, in *bufio.Reader) {
			readHead(in)
			_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
			_, _ = in.ReadByte()
		},
		"at the end": func(c net.Conn, in *bufio.Reader) {
			readHead(in)
			_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
			_, _ = readChunks(in)
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := upload(script(t, do), Config{}, "a b c")
			require.Error(t, err)
			hungUp := errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
			require.True(t, hungUp, "%v", err)
			require.Empty(t, live.Report())
		})
	}
}

// TestServerThatAnswersEarly goes on to read behind an answer, and may break off what it has begun.
func TestServerThatAnswersEarly(t *testing.T) {
	whole := make(chan string, 1)
	readOn := func(answer string) func(net.Conn, *bufio.Reader) {
		return func(c net.Conn, in *bufio.Reader) {
			readHead(in)
			_, _ = io.WriteString(c, answer)
			all, err := readChunks(in)
			if err != nil {
				all = err.Error()
			}
			whole <- all
		}
	}
	for name, answer := range map[string]string{
		"a complete answer": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"after being asked": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, slowly(t, script(t, readOn(answer)), "a b c d"))
			require.Equal(t, "abcd", <-whole)
		})
	}
	t.Run("with text", func(t *testing.T) {
		require.NoError(t, upload(script(t, readOn("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes")), Config{}, "a b c d"))
		require.Equal(t, "abcd", <-whole)
	})
	t.Run("by a server of the old kind", func(t *testing.T) {
		first := func(c net.Conn, in *bufio.Reader) {
			readHead(in)
			_, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\n\r\n")
			_, _ = in.ReadByte()
		}
		require.NoError(t, upload(script(t, first, readOn("HTTP/1.0 200 OK\r\n\r\n")), Config{}, "a b c d"))
		require.Equal(t, "abcd", <-whole)
	})
	chunked := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	t.Run("and hangs up when it has all, as FFmpeg does", func(t *testing.T) {
		require.NoError(t, upload(script(t, readOn(chunked)), Config{}, "a b c"))
		require.Equal(t, "abc", <-whole)
	})
	t.Run("and hangs up before it has all", func(t *testing.T) {
		u, err := Start(context.Background(), script(t, func(c net.Conn, in *bufio.Reader) {
			readHead(in)
			_, _ = io.WriteString(c, chunked)
			_, _ = in.ReadByte()
		}), Config{})
		require.NoError(t, err)
		require.ErrorContains(t, writeUntilError(u),
			"the server answered 200 OK before the upload had ended, and took no more of it: ")
		require.Error(t, u.Close())
	})
	t.Run("and resets the connection", func(t *testing.T) {
		err := upload(script(t, func(c net.Conn, in *bufio.Reader) {
			readHead(in)
			_, _ = io.WriteString(c, chunked)
			_, _ = readChunks(in)
			_ = c.(*net.TCPConn).SetLinger(0)
		}), Config{}, "a b c")
		require.ErrorIs(t, err, syscall.ECONNRESET)
	})
}

// slowly uploads, and goes on behind an answer when net/http has closed the connection.
func slowly(t *testing.T, to *url.URL, text string) error {
	t.Helper()
	u, err := Start(context.Background(), to, Config{})
	require.NoError(t, err)
	t.Cleanup(u.Interrupt)
	for piece := range strings.SplitSeq(text, " ") {
		if _, err := u.Write([]byte(piece)); err != nil {
			return errors.Join(err, u.Close())
		}
		if piece == "b" {
			require.Eventually(t, func() bool { return u.connections.closing() || u.Err() != nil },
				time.Minute, time.Millisecond)
		}
	}
	return u.Close()
}

// closing says whether net/http has closed the last connection.
func (c *connections) closing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.all) > 0 && c.all[len(c.all)-1].closing
}

func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.ErrorIs(t, upload(parse(t, "http://"+l.Addr().String()), Config{}, "a"), syscall.ECONNREFUSED)
	_, ok := errors.AsType[*net.DNSError](upload(parse(t, "http://nobody.invalid"), Config{}, "a"))
	require.True(t, ok)
}

func TestCertificate(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(takeBody))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(s.Close)
	_, ok := errors.AsType[*tls.CertificateVerificationError](upload(parse(t, s.URL), Config{}, "a"))
	require.True(t, ok)
	config, err := Parse(map[string]string{"tls_verify": "0"})
	require.NoError(t, err)
	require.NoError(t, upload(parse(t, s.URL), config, "a"))
}

// silent reads a request to its end, says when it has read the head and when the body, and answers
// nothing more than it is told to.
func silent(t *testing.T, answer string) (to *url.URL, head, body <-chan struct{}) {
	heads, bodies := make(chan struct{}), make(chan struct{})
	return script(t, func(c net.Conn, in *bufio.Reader) {
		readHead(in)
		close(heads)
		_, _ = io.WriteString(c, answer)
		_, err := readChunks(in)
		if err == nil {
			close(bodies)
		}
		_, _ = io.Copy(io.Discard, c)
	}), heads, bodies
}

const goOn = "HTTP/1.1 100 Continue\r\n\r\n"

func TestContextEndsStart(t *testing.T) {
	cause := errors.New("no more patience")
	ctx, cancel := context.WithCancelCause(context.Background())
	to, head, _ := silent(t, "")
	go func() {
		<-head
		cancel(cause)
	}()
	_, err := Start(ctx, to, Config{})
	require.ErrorIs(t, err, cause)
	require.Empty(t, live.Report())
}

func TestUploadOutlivesTheContextOfStart(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	u, err := Start(ctx, serve(t, takeBody), Config{})
	require.NoError(t, err)
	cancel()
	_, err = u.Write([]byte("abc"))
	require.NoError(t, err)
	require.NoError(t, u.Close())
}

func TestInterruptEndsClose(t *testing.T) {
	to, _, body := silent(t, goOn)
	u, err := Start(context.Background(), to, Config{})
	require.NoError(t, err)
	_, err = u.Write([]byte("abc"))
	require.NoError(t, err)
	go func() {
		<-body
		u.Interrupt()
	}()
	require.ErrorIs(t, u.Close(), ErrInterrupted)
	_, err = u.Write([]byte("abc"))
	require.ErrorIs(t, err, ErrInterrupted)
	u.Interrupt()
}

// TestInterruptedUploadIsNotWhole: the server can tell.
func TestInterruptedUploadIsNotWhole(t *testing.T) {
	got := make(chan error, 1)
	to := script(t, func(c net.Conn, in *bufio.Reader) {
		readHead(in)
		_, _ = io.WriteString(c, goOn)
		_, err := readChunks(in)
		got <- err
	})
	u, err := Start(context.Background(), to, Config{})
	require.NoError(t, err)
	_, err = u.Write([]byte("abc"))
	require.NoError(t, err)
	u.Interrupt()
	require.ErrorIs(t, u.Close(), ErrInterrupted)
	require.Error(t, <-got)
}

func TestTimeout(t *testing.T) {
	t.Run("of the question and what follows", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts
		require.NoError(t, err)
		_, err = Start(context.Background(), parse(t, "https://"+l.Addr().String()), Config{Timeout: 50 * time.Millisecond})
		require.ErrorContains(t, err, "the server did not let the upload in within 50ms")
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NoError(t, l.Close())
	})
	t.Run("of a write", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		u, err := Start(context.Background(), script(t, func(c net.Conn, in *bufio.Reader) {
			readHead(in)
			_, _ = io.WriteString(c, goOn)
			<-ctx.Done() // it reads nothing
		}), Config{Timeout: 300 * time.Millisecond})
		require.NoError(t, err)
		require.ErrorContains(t, writeUntilError(u), "the server did not take what was sent within 300ms")
		require.ErrorIs(t, u.Close(), os.ErrDeadlineExceeded)
		cancel()
	})
	t.Run("of the answer", func(t *testing.T) {
		to, _, _ := silent(t, goOn)
		u, err := Start(context.Background(), to, Config{Timeout: 300 * time.Millisecond})
		require.NoError(t, err)
		require.ErrorContains(t, u.Close(), "the server did not answer within 300ms")
	})
}
