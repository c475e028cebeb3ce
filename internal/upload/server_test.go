package upload

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// serve starts a server of Go's, which is over at the end of the test.
func serve(t *testing.T, handler http.HandlerFunc) *url.URL {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return parse(t, s.URL+"/live/x.mp4?token=hush")
}

func parse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	require.NoError(t, err)
	return u
}

// script is a server that does with one connection after another what it is told to.
func script(t *testing.T, each ...func(c net.Conn, in *bufio.Reader)) *url.URL {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for _, do := range each {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				<-over
				_ = c.Close()
			}()
			do(c, bufio.NewReader(c))
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		close(over)
		<-done
	})
	return parse(t, "http://"+l.Addr().String()+"/x.mkv?token=hush")
}

// readHead reads the head of a request, and forgets it.
func readHead(in *bufio.Reader) {
	for {
		line, err := in.ReadString('\n')
		if err != nil || line == "\r\n" {
			return
		}
	}
}

// readChunks reads a chunked body to its end.
func readChunks(in *bufio.Reader) (string, error) {
	all, err := io.ReadAll(httputil.NewChunkedReader(in))
	return string(all), err
}

// upload sends text in pieces, and returns the first error.
func upload(to *url.URL, config Config, text string) error {
	u, err := Start(context.Background(), to, config)
	if err != nil {
		return err
	}
	for piece := range strings.SplitSeq(text, " ") {
		if _, err := u.Write([]byte(piece)); err != nil {
			if closed := u.Close(); closed.Error() != err.Error() {
				panic("Close says something else: " + closed.Error())
			}
			return err
		}
	}
	err = u.Close()
	if again := u.Close(); again != err { //nolint:errorlint // the very same
		panic("a second Close says something else")
	}
	return err
}

// writeUntilError writes until that fails.
func writeUntilError(u *Upload) error {
	block := make([]byte, 1<<16)
	for {
		if _, err := u.Write(block); err != nil {
			return err
		}
	}
}
