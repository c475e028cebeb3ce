package cookbook_test

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

var (
	english = []api.Cue{
		{Start: 200 * time.Millisecond, End: 900 * time.Millisecond, Text: "Left turn & stop"},
		{Start: time.Second, End: 1500 * time.Millisecond, Text: "Speed < 10\nGear 2"},
	}
	german = []api.Cue{{Start: 250 * time.Millisecond, End: 1250 * time.Millisecond, Text: "Nach links – für Größe > 2"}}
)

func ExampleCaptions() {
	const fields = "codec_name:stream_tags=language:stream_disposition=default"
	printStreams("film.mp4", fields, func(path string) error {
		return cookbook.Captions(context.Background(), path, width, height, pictures(width, height, 50), english, german)
	})
	// Output:
	// codec_name=h264|disposition:default=1|tag:language=und
	// codec_name=mov_text|disposition:default=1|tag:language=eng
	// codec_name=mov_text|disposition:default=0|tag:language=ger
}

// TestCaptions reads texts, times, languages and defaults of each container with ffmpeg, ffprobe,
// mediainfo and mkvinfo.
func TestCaptions(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, name := range []string{"film.mp4", "film.mov", "film.mkv", "film.webm"} {
		t.Run(name, func(t *testing.T) {
			path := written(t, name, func(path string) error {
				return cookbook.Captions(t.Context(), path, width, height, pictures(width, height, 50), english, german)
			})
			require.Equal(t, srt(english), textIn(t, path, "0"))
			require.Equal(t, srt(german), textIn(t, path, "1"))
			told := mediatest.Run(t, "ffprobe", "-v", "error", "-select_streams", "s", "-show_entries",
				"stream_tags=language:stream_disposition=default", "-of", "csv=p=0", path)
			assert.Equal(t, "1,eng\n0,ger\n", string(told))
			told = mediatest.Run(t, "mediainfo", "--Inform=Text;%Language/String%: %Default%\\n", path)
			assert.Equal(t, "English: Yes\nGerman: No", strings.TrimSpace(string(told)))
			if ext := filepath.Ext(name); ext == ".mkv" || ext == ".webm" {
				requireMkvinfo(t, path)
			}
			if name == "film.mp4" {
				requirePlayers(t, path, 30, shots(50), "GStreamer", "VLC", "Chromium")
			}
		})
	}
}

// textIn returns the n-th stream of text as ffmpeg writes it in SubRip.
func textIn(t *testing.T, path, n string) string {
	t.Helper()
	out := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-map", "0:s:"+n, "-f", "srt", "-")
	return strings.ReplaceAll(string(out), "\r", "")
}

var languageOf = regexp.MustCompile(`Language: (\w+)\n(.*Default track.* 0\n)?.*Codec ID: [SD]_`)

// requireMkvinfo finds both languages with mkvinfo, of which the first is shown by default.
func requireMkvinfo(t *testing.T, path string) {
	t.Helper()
	out, err := exec.Command("mkvinfo", "--ui-language", "en_US", path).CombinedOutput()
	require.NoError(t, err, string(out))
	found := languageOf.FindAllStringSubmatch(string(out), -1)
	require.Len(t, found, 2, string(out))
	assert.Equal(t, []string{"eng", "ger"}, []string{found[0][1], found[1][1]})
	assert.Equal(t, []bool{true, false}, []bool{found[0][2] == "", found[1][2] == ""})
}

// srt writes cues as a SubRip file.
func srt(cues []api.Cue) string {
	var b strings.Builder
	clock := func(d time.Duration) string {
		return strings.Replace(time.Time{}.Add(d).Format("15:04:05.000"), ".", ",", 1)
	}
	for i, c := range cues {
		_, _ = fmt.Fprintf(&b, "%d\n%s --> %s\n%s\n\n", i+1, clock(c.Start), clock(c.End), c.Text)
	}
	return b.String()
}
