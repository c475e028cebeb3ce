package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// A connection that is made beside the run carries everything from the first packet on, through
// each kind of protocol, and is finished by Close.
func TestBestEffortURLs(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		network string
		url     string
		input   []string // of ffmpeg; its %d is the port
	}{
		"tcp":  {"tcp", "tcp://127.0.0.1:%d", []string{"-i", "tcp://127.0.0.1:%d?listen=1"}},
		"srt":  {"udp", "srt://127.0.0.1:%d", []string{"-i", "srt://127.0.0.1:%d?mode=listener"}},
		"http": {"tcp", "http://127.0.0.1:%d/live", []string{"-listen", "1", "-i", "http://127.0.0.1:%d/live"}},
		"rtmp": {"tcp", "rtmp://127.0.0.1:%d/live/key", []string{"-f", "flv", "-listen", "1", "-i", "rtmp://127.0.0.1:%d/live/key"}},
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
			v, a, path := recordBeside(t, enc, api.URL(fmt.Sprintf(c.url, port), api.BestEffort()))
			require.NoError(t, feedBoth(v, a, 30))
			requireState(t, enc, 1, "running")
			require.NoError(t, enc.Close())
			o := enc.Stats().Outputs[1]
			require.NoError(t, o.Err)
			require.Zero(t, o.Lost)
			require.Positive(t, o.BytesWritten)
			require.Zero(t, enc.Stats().Abandoned)
			requireSecond(t, path)
			requireSecond(t, s.received(t))
		})
	}
}
