package api_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// timecodeOf returns the timecode that ffprobe finds, and the one that mediainfo finds.
func timecodeOf(t *testing.T, path string) (ffprobe, mediainfo string) {
	t.Helper()
	ffprobe = string(mediatest.Run(t, "ffprobe", "-v", "error", "-select_streams", "v:0",
		"-show_entries", "stream_tags=timecode", "-of", "csv=p=0", path))
	mediainfo = string(mediatest.Run(t, "mediainfo", "--Inform=Other;%TimeCode_FirstFrame%\n", path))
	return strings.TrimSpace(ffprobe), strings.TrimSpace(mediainfo)
}

// TestTimecodes has other programs read the timecode of the first frame, at the rates at which
// timecodes are usual, in files of all kinds. The track of the timecode disturbs no other.
func TestTimecodes(t *testing.T) {
	mediatest.NoLeaks(t)
	long := mediatest.Long(t)
	for _, tc := range []struct {
		text string
		rate float64
	}{
		{"10:00:00:24", 25},
		{"00:59:59;29", 30000.0 / 1001},
		{"01:00:00:00", 30},
		{"23:59:59:59", 60},
		{"00:10:00:23", 24000.0 / 1001},
	} {
		for _, c := range []extrasConfig{
			{name: "x.mp4", video: "libx264", audio: "aac"},
			{name: "left.mp4", video: "libx264", audio: "aac", state: unfinished},
			{name: "ftb.mp4", video: "libx264", audio: "aac", state: frontToBack},
			{name: "late.mov", video: "libx264", audio: "aac", state: lateOutput},
			{name: "plain.mov", video: "libx264", audio: "aac", options: []api.OutputOption{api.CrashSafe(false)}},
		} {
			if !long && tc.rate != 25 && c.name != "x.mp4" {
				continue
			}
			t.Run(c.name+" "+tc.text, func(t *testing.T) {
				t.Parallel()
				c.rate = tc.rate
				path := c.write(t, api.Metadata(map[string]string{"timecode": tc.text}))
				ffprobe, mediainfo := timecodeOf(t, path)
				assert.Equal(t, tc.text, ffprobe)
				if c.state != unfinished { // there mediainfo reads the bytes of another track
					assert.Equal(t, tc.text, mediainfo)
				}
				c.assertStreams(t, path, "data")
				assert.Empty(t, saidBy(t, "ffmpeg", "-v", "warning", "-xerror", "-i", path, "-f", "null", "-"))
				if tc.rate == 25 {
					playWithGStreamer(t, path)
				}
			})
		}
	}
}

// TestTimecodeWithExtras writes a timecode, chapters and a cover into one file.
func TestTimecodeWithExtras(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []extrasConfig{
		{name: "x.mp4", video: "libx264", audio: "aac"},
		{name: "left.mp4", video: "libx264", audio: "aac", state: unfinished},
	} {
		path := c.write(t, api.Metadata(map[string]string{"timecode": "10:00:00:00"}), api.CoverArt(covers(t)["jpg"]),
			api.Chapters(api.Chapter{Start: ms, End: time.Second, Title: "first"}))
		ffprobe, mediainfo := timecodeOf(t, path)
		assert.Equal(t, "10:00:00:00", ffprobe)
		if c.state != unfinished {
			assert.Equal(t, "10:00:00:00", mediainfo)
		}
		require.Len(t, chaptersOf(t, path), 1)
		more := []string{"data", "data", "video"}
		if c.state == unfinished {
			more = more[1:]
		}
		c.assertStreams(t, path, more...)
		playWithGStreamer(t, path)
	}
}

// TestTimecodesOfParts counts on in each part of a recording. Each part has the cover.
func TestTimecodesOfParts(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx, enc, dir := context.Background(), api.NewEncoder(), t.TempDir()
	v := addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: "libx264"})
	require.NoError(t, enc.Open(ctx, api.Folder(dir, "part-%d.mp4", api.SegmentEvery(time.Second),
		api.Metadata(map[string]string{"timecode": "10:00:59:00"}), api.CoverArt(covers(t)["png"]))))
	require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, 50*64*64*3), Layout: api.NHWC}))
	require.NoError(t, enc.Close())
	for part, want := range map[string]string{"part-0.mp4": "10:00:59:00", "part-1.mp4": "10:01:00:00"} {
		path := filepath.Join(dir, part)
		ffprobe, mediainfo := timecodeOf(t, path)
		assert.Equal(t, want, ffprobe)
		assert.Equal(t, want, mediainfo)
		assert.Equal(t, "Yes\n", string(mediatest.Run(t, "mediainfo", "--Inform=General;%Cover%\n", path)))
	}
}
