package upload

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOptions(t *testing.T) {
	c, err := Parse(map[string]string{
		"method": "SOURCE", "headers": "X-A: 1\r\nhost: other\r\nx-a: 2\n", "content_type": "video/mp4", "user_agent": "me",
		"timeout": "1500000", "send_expect_100": "0",
	})
	require.NoError(t, err)
	h := c.header(parse(t, "http://u@host"))
	require.Equal(t, []string{"1", "2"}, h["X-A"])
	require.Equal(t, "other", h.Get("Host"))
	require.Equal(t, "video/mp4", h.Get("Content-Type"))
	require.Equal(t, "me", h.Get("User-Agent"))
	require.Empty(t, h.Get("Expect"))
	require.Equal(t, "Basic dTo=", h.Get("Authorization"))
	require.Equal(t, []any{"SOURCE", 1500 * time.Millisecond}, []any{c.Method, c.Timeout})
	c, err = Parse(map[string]string{
		"headers":    "Content-Type: a/b\r\nUser-Agent: me\r\nAuthorization: Bearer x",
		"rw_timeout": "2m0s",
	})
	require.NoError(t, err)
	h = c.header(parse(t, "http://u@host"))
	require.Equal(t, []string{"a/b", "me", "Bearer x"},
		[]string{h.Get("Content-Type"), h.Get("User-Agent"), h.Get("Authorization")})
	require.Equal(t, 2*time.Minute, c.Timeout)
}

func TestOptionsThatAreWrong(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere.pem")
	for _, c := range []struct{ name, value, want string }{
		{"method", "GET", "uploads nothing"},
		{"method", "post", "in capitals"},
		{"method", "", "no method"},
		{"method", "PUT /", "no method"},
		{"headers", "X", "lines of"},
		{"headers", "X y: z", "lines of"},
		{"headers", "X: a\rb", "control characters"},
		{"headers", "content-length: 5", "Content-Length follows from"},
		{"content_type", "a\r\nb", "control characters"},
		{"user_agent", "", "is empty"},
		{"timeout", "-2", "microseconds"},
		{"timeout", "soon", "microseconds"},
		{"timeout", "-1s", "must not be negative"},
		{"timeout", "9223372036854775807", "microseconds"},
		{"http_proxy", "host:3128", "URL of a proxy"},
		{"tls_verify", "maybe", "true or false"},
		{"ca_file", nowhere, "no such file"},
		{"ca_file", "option_test.go", "no certificate"},
		{"cert_file", "x.pem", "in key_file"},
		{"key_file", "x.pem", "in cert_file"},
		{"listen", "1", "no option"},
	} {
		_, err := Parse(map[string]string{c.name: c.value})
		if c.name == "listen" {
			err = new(Config).Set(c.name, c.value)
		}
		e, ok := errors.AsType[*OptionError](err)
		require.True(t, ok, "%s=%q: %v", c.name, c.value, err)
		require.Equal(t, c.name, e.Name)
		require.ErrorContains(t, err, c.want)
	}
	for _, both := range []map[string]string{
		{"content_type": "a/b", "headers": "Content-Type: a/b"},
		{"user_agent": "me", "headers": "user-agent: me"},
		{"timeout": "1", "rw_timeout": "1"},
		{"cert_file": nowhere, "key_file": nowhere},
	} {
		_, err := Parse(both)
		_, ok := errors.AsType[*OptionError](err)
		require.True(t, ok, "%v", both)
	}
}
