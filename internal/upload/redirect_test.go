package upload

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRedirects(t *testing.T) {
	for _, code := range []int{301, 302, 307, 308} {
		for _, method := range []string{"POST", "PUT"} {
			t.Run(http.StatusText(code)+" "+method, func(t *testing.T) {
				var got string
				var header http.Header
				there := serve(t, func(_ http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					got, header = r.Method+" "+r.RequestURI+" "+string(body), r.Header
				})
				here := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, there.String(), code) })
				here.User = parse(t, "http://me:pass@host").User
				config := Config{Method: method, Header: http.Header{"X-Key": {"1"}, "Cookie": {"a=b"}}}
				require.NoError(t, upload(here, config, "a b c"))
				require.Equal(t, method+" /live/x.mp4?token=hush abc", got)
				require.Equal(t, "1", header.Get("X-Key"))
				require.Empty(t, header.Get("Authorization"), "another host gets no password")
				require.Empty(t, header.Get("Cookie"))
			})
		}
	}
}

func TestRedirectOnTheSameHost(t *testing.T) {
	var user, body string
	to := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/there" {
			http.Redirect(w, r, "/there", http.StatusTemporaryRedirect)
			return
		}
		all, _ := io.ReadAll(r.Body)
		user, _, _ = r.BasicAuth()
		body = string(all)
	})
	to.User = parse(t, "http://me:pass@host").User
	require.NoError(t, upload(to, Config{}, "a b c"))
	require.Equal(t, []string{"me", "abc"}, []string{user, body})
}

func TestRedirectsThatAreErrors(t *testing.T) {
	to := func(location string, code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, location, code) }
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"for ever":   {to("/again?token=hush", 307), "redirected the upload 11 times"},
		"see other":  {to("/done", 303), "303 See Other, which says where to find an answer"},
		"to no http": {to("ftp://me:pass@host/x?token=hush", 302), "to ftp://host/x, which is not HTTP"},
		"nowhere": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(308) },
			"308 Permanent Redirect, without a place",
		},
		"to a refusal": {
			func(w http.ResponseWriter, r *http.Request) { redirectOnce(w, r, 403) },
			"redirected to http://127.0.0.1:",
		},
		"in the middle": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = r.Body.Read(make([]byte, 1))
			redirectOnce(w, r, 200)
		}, "/there, after the upload had begun"},
		"at the end": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(r.Body)
			redirectOnce(w, r, 200)
		}, "/there, after the upload had begun"},
	} {
		t.Run(name, func(t *testing.T) {
			err := upload(serve(t, c.handler), Config{}, "a b c")
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "hush")
			require.NotContains(t, err.Error(), "pass")
		})
	}
}

func redirectOnce(w http.ResponseWriter, r *http.Request, then int) {
	if r.URL.Path == "/there" {
		w.WriteHeader(then)
		return
	}
	http.Redirect(w, r, "/there?token=hush", http.StatusTemporaryRedirect)
}

func TestRedirectFromTLS(t *testing.T) {
	s := httptest.NewTLSServer(http.RedirectHandler("http://127.0.0.1/x", http.StatusTemporaryRedirect))
	t.Cleanup(s.Close)
	config, err := Parse(map[string]string{"tls_verify": "0"})
	require.NoError(t, err)
	require.ErrorContains(t, upload(parse(t, s.URL), config, "a"), "where anybody could read the upload")
}

// TestServersThatDoNotKnowTheQuestion are asked no more, or get the body after a while.
func TestServersThatDoNotKnowTheQuestion(t *testing.T) {
	take := func(c net.Conn, in *bufio.Reader) {
		readHead(in)
		body, _ := readChunks(in)
		status := "HTTP/1.1 400 " + body
		if body == "abc" {
			status = "HTTP/1.1 200 OK"
		}
		_, _ = io.WriteString(c, status+"\r\nContent-Length: 0\r\n\r\n")
	}
	refuse := func(c net.Conn, in *bufio.Reader) {
		readHead(in)
		_, _ = io.WriteString(c, "HTTP/1.1 417 What?\r\nContent-Length: 0\r\n\r\n")
	}
	require.NoError(t, upload(script(t, take), Config{}, "a b c"), "silence")
	require.NoError(t, upload(script(t, refuse, take), Config{}, "a b c"), "refusal")
	require.NoError(t, upload(script(t, take), Config{NoQuestion: true}, "a b c"), "not asked")
	status, ok := errors.AsType[*StatusError](upload(script(t, refuse, refuse), Config{}, "a b c"))
	require.True(t, ok)
	require.Equal(t, 417, status.Code, "asked nothing, it still refuses")
}

func TestProxy(t *testing.T) {
	var asked string
	proxy := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		asked = r.RequestURI
		_, _ = io.Copy(io.Discard, r.Body)
	})
	config, err := Parse(map[string]string{"http_proxy": "http://" + proxy.Host})
	require.NoError(t, err)
	u, err := Start(context.Background(), parse(t, "http://nobody.invalid/x"), config)
	require.NoError(t, err)
	require.NoError(t, u.Close())
	require.Equal(t, "http://nobody.invalid/x", asked)
}
