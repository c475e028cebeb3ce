package api_test

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestSilentStream: what the others send is at the destination though one stream has had nothing
// yet; and when that one begins at last, the file ends as if nothing had been.
func TestSilentStream(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, extension := range []string{"mp4", "mov", "mkv", "webm", "ts"} {
		for _, late := range []string{"sound", "pictures"} {
			t.Run(extension+"/"+late, func(t *testing.T) {
				safe, plain := temporary(t, "safe."+extension), temporary(t, "plain."+extension)
				encodeLate(t, safe, true, late == "sound")
				encodeLate(t, plain, false, late == "sound")
				want, got := mediatest.Probe(t, plain), mediatest.Probe(t, safe)
				require.Len(t, want.Streams, 2)
				for i := range want.Streams {
					require.Equal(t, want.Streams[i].StartTime, got.Streams[i].StartTime)
					require.Equal(t, want.Streams[i].NbReadFrames, got.Streams[i].NbReadFrames)
					require.Equal(t, mediatest.FrameTimes(t, plain, i), mediatest.FrameTimes(t, safe, i))
				}
				if extension == "mp4" || extension == "mov" {
					require.Len(t, editLists(t, safe), 2)
					require.Equal(t, editLists(t, plain), editLists(t, safe))
				}
			})
		}
	}
}

// encodeLate feeds five seconds of one stream before anything of the other. Where the file is
// crash-safe, it looks for them there meanwhile.
func encodeLate(t *testing.T, path string, safe, soundIsLate bool) {
	t.Helper()
	enc := api.NewEncoder()
	v, a := addVideo(t, enc, quickVideo(filepath.Ext(path))), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenFile(context.Background(), path, api.CrashSafe(safe)))
	feed := [2]func(){func() { addNumbered(t, v, 0, 150) }, func() { addTone(t, a, 0, 240000) }}
	early := 0
	if !soundIsLate {
		early = 1
	}
	feed[early]()
	if safe {
		require.Eventually(t, func() bool {
			n := packetsEncoded(enc.Stats())[early]
			return n >= 150 && packetsIn(path)[early] > n-[]int64{15, 24}[early]
		}, time.Minute, 50*time.Millisecond, "all that left the encoder is in the file, but for half a second at the most")
	}
	feed[1-early]()
	require.NoError(t, enc.Close())
}

// quickVideo is a stream of numbered pictures whose encoder holds none back.
func quickVideo(extension string) api.VideoConfig {
	cfg := numberedVideo()
	if extension == ".webm" {
		cfg.Codec, cfg.Preset = "libvpx", ""
		cfg.ExtraOptions = map[string]any{"deadline": "realtime", "cpu-used": 8, "lag-in-frames": 0}
		return cfg
	}
	cfg.ExtraOptions = map[string]any{"tune": "zerolatency"}
	return cfg
}

// packetsEncoded is how many packets have left the encoder of each stream.
func packetsEncoded(s api.Stats) map[int]int64 {
	encoded := map[int]int64{}
	for _, n := range s.Nodes {
		if n.Name == "encode" {
			encoded[n.Stream] = n.Out
		}
	}
	return encoded
}

// packetsIn is how many packets the system's ffprobe finds in each stream of a file; none, if it
// cannot open it.
func packetsIn(path string) map[int]int64 {
	out, err := exec.Command("ffprobe", "-v", "quiet", "-count_packets", "-show_entries", "stream=index,nb_read_packets", "-of", "csv=p=0", path).
		Output()
	if err != nil {
		return nil
	}
	found := map[int]int64{}
	for line := range strings.Lines(string(out)) {
		var stream int
		var n int64
		if _, err := fmt.Sscanf(line, "%d,%d", &stream, &n); err == nil {
			found[stream] = n
		}
	}
	return found
}
