package fflog

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
)

func TestLinesWithoutSecrets(t *testing.T) {
	options := map[string]string{"headers": "X-Key: topsecret\r\n", "timeout": "1000"}
	for url, c := range map[string]struct{ line, want string }{
		"rtmp://me:pass@host/live/key?token=hush": {
			"rtmp://me:pass@host/live/key?token=hush: key of me:pass, token=hush, hush",
			"rtmp://host: … of …, …, …",
		},
		"rtmp://host/live/long%20key": {"unknown stream 'long key' in live", "unknown stream '…' in …"},
		"http://user@host/clip.mp4?signature=abc": {
			"/clip.mp4?signature=abc of user: 403, abc",
			"/clip.mp4?… of …: 403, …",
		},
		"rtmp://live.example/app/key.flv?token": {
			"Application says: no key, no token, rtmp://live.example/app/key.flv?token",
			"Application says: no …, no …, rtmp://live.example",
		},
		"srt://host:1?mode=caller&pkt_size=1316": {
			"X-Key: topsecret of 1316 bytes within 1000",
			"… … of 1316 bytes within 1000",
		},
		"tcp://host:1234":         {"Connection to tcp://host:1234 failed", "Connection to tcp://host:1234 failed"},
		"udp://a@host:1234?b=c":   {"a cab cannot be told apart", "a cab cannot be told apart"},
		"unix:/run/me/socket":     {"/run/me/socket: no such file", "/run/me/socket: no such file"},
		"rtmp://host/live/k%ffey": {"no stream k%ffey, k\xffey or k?ey", "no stream …, … or …"},
		"rtmp://host/live/café":   {"cafés, café, ecafé", "…s, …, ecafé"},
		"rtmp://host:pass@host/x": {"rtmp://host:pass@host/x of host", "rtmp://host of …"},
	} {
		require.Equal(t, c.want, NewRedactor(url, options).Redact(c.line), url)
	}
}

func TestConnectionErrorsQuoteFFmpeg(t *testing.T) {
	lines := &ConnectionLines{Redactor: NewRedactor("rtmp://host/live/key", nil)}
	log := lines.Receiver()
	logLines := func() {
		for _, level := range []astiav.LogLevel{astiav.LogLevelError, astiav.LogLevelError, astiav.LogLevelInfo} {
			log.To(astiavx.LogLine{Level: level, Text: fmt.Sprintf("key is wrong at level %d", level)})
		}
	}
	require.EqualError(t, lines.Explain(syscall.EIO), "rtmp://host: input/output error", "no lines yet")
	logLines()
	err := lines.Explain(syscall.EIO)
	require.EqualError(t, err, "rtmp://host: … is wrong at level 16: input/output error")
	require.ErrorIs(t, err, syscall.EIO)
	require.EqualError(t, lines.Explain(syscall.EIO), "rtmp://host: input/output error",
		"the lines belong to one call")
	logLines()
	require.EqualError(t, lines.Explain(syscall.ECONNREFUSED), "rtmp://host: connection refused",
		"this error is clear without FFmpeg's lines")
	logLines()
	lines.Connected()
	require.EqualError(t, lines.Explain(syscall.EPIPE), "rtmp://host: broken pipe",
		"Connected dropped the lines of the attempt")
	logLines()
	require.EqualError(t, lines.Explain(syscall.EPIPE), "rtmp://host: … is wrong at level 16: broken pipe",
		"of an open connection, the lines may tell the reason")
	logLines()
	require.NoError(t, lines.Explain(nil))
	own := errors.New("of my key")
	require.EqualError(t, lines.Explain(own), "rtmp://host: of my …", "the lines of a call that succeeds are dropped")
	require.ErrorIs(t, lines.Explain(own), own)
	for range 2 * mostErrors {
		logLines()
	}
	require.Less(t, len(lines.Explain(own).Error()), 2000)
}

func TestLinesThatAreCut(t *testing.T) {
	url := "srt://host:1?streamid=" + strings.Repeat("secret", 300)
	text := ("Connection to " + url)[:1023]
	require.Equal(t, "Connection to …", NewRedactor(url, nil).Redact(text))
}

func TestLinesBesideEnormousOptions(t *testing.T) {
	enormous := map[string]string{
		"headers": strings.Repeat("secret", 1<<20),
		"cookies": strings.Repeat("secret ", 1<<20),
	}
	require.Equal(t, "of …", NewRedactor("http://host/a.mkv", enormous).Redact("of secret"))
}

// TestExplainBroken: where FFmpeg logs only that a connection is broken, the error says what is
// known of that.
func TestExplainBroken(t *testing.T) {
	known, unknown := errors.New("the other side has gone"), errors.New("unknown")
	for logged, want := range map[string]string{
		"":                             "url: the other side has gone",
		"Connection was broken\n":      "url: the other side has gone",
		"Payload is too large: 2000 B": "url: Payload is too large: 2000 B: unknown",
	} {
		lines := &ConnectionLines{
			Redactor:      Redactor{redacted: "url"},
			ExplainBroken: func(error) error { return known },
		}
		lines.Connected()
		if logged != "" {
			lines.Receiver().To(astiavx.LogLine{Level: astiav.LogLevelError, Text: logged})
		}
		require.EqualError(t, lines.Explain(unknown), want)
	}
}
