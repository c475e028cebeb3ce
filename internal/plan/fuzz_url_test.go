package plan

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/fflog"
)

// FuzzURLs: whatever a URL looks like, only a protocol of the list is taken, and what is shown of
// it says no secret.
func FuzzURLs(f *testing.F) {
	for _, url := range []string{
		"", ":", "://", "http", "http:", "http://", "http://a", "http://u:p@a:80/x.mp4?q#f", "rtmp://a/live/key",
		"srt://:9000?mode=listener", "udp://@239.0.0.1:1234",
		"file:///etc/passwd", "FILE:x", "concat:a|b", "crypto+http://a", "http,x=y:a", "subfile,,start,0,,:a", "unix:/tmp/s",
		"tcp://[::1]:1", "https://a/b@c?d@e", "pipe:1", "http\x00://a",
		"rtmp://u@a/b/c?d", "tee:http://a|file:b", "data:x", "//a/b", "http:///x", "http://a\r\nX: y",
	} {
		f.Add(url)
	}
	f.Fuzz(func(t *testing.T, url string) {
		a, err := parseAddress(url)
		if err != nil {
			require.Less(t, len(err.Error()), 2000)
			return
		}
		scheme, _, _ := strings.Cut(url, ":")
		require.Equal(t, scheme, a.Protocol.Name)
		require.NotContains(
			t,
			[]string{"file", "pipe", "fd", "crypto", "concat", "tee", "md5", "data", "cache", "async", "subfile"},
			scheme,
		)
		require.NotContains(t, url, "\n")
		_, rest, _ := strings.Cut(a.Redacted(), "://")
		host, _ := fflog.SplitHost(rest)
		require.NotContains(t, host, "@")
		require.NotContains(t, a.Redacted(), "?")
		require.NotPanics(t, func() {
			fflog.NewRedactor(a.URL, map[string]string{"headers": url}).Redact(url)
		})
	})
}
