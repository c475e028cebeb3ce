package api_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// seenChapter is a chapter as a program sees it, in seconds.
type seenChapter struct {
	start, end float64
	title      string
}

// chaptersOf returns the chapters that the system's ffprobe finds in a file.
func chaptersOf(t *testing.T, path string) (all []seenChapter) {
	t.Helper()
	var out struct {
		Chapters []struct {
			Start string            `json:"start_time"`
			End   string            `json:"end_time"`
			Tags  map[string]string `json:"tags"`
		}
	}
	text := mediatest.Run(t, "ffprobe", "-v", "error", "-show_chapters", "-of", "json", path)
	require.NoError(t, json.Unmarshal(text, &out))
	for _, c := range out.Chapters {
		all = append(all, seenChapter{secondsOf(t, c.Start), secondsOf(t, c.End), c.Tags["title"]})
	}
	return all
}

const ms = time.Millisecond

// chaptersCases are the containers that hold chapters, and the ways to write them.
var chaptersCases = []struct {
	extrasConfig

	startOnly bool // the file does not say when a chapter ends
	titled    bool // a chapter needs a title
	late      bool // the first chapter cannot begin after 0
	text      bool // a track of text is a stream of the file
}{
	{extrasConfig: extrasConfig{name: "x.mp4", video: "libx264", audio: "aac"}, text: true},
	{extrasConfig: extrasConfig{name: "left.mp4", video: "libx264", audio: "aac", state: unfinished}, startOnly: true},
	{extrasConfig: extrasConfig{name: "ftb.mp4", video: "libx264", audio: "aac", state: frontToBack}, startOnly: true},
	{extrasConfig: extrasConfig{name: "late.mp4", video: "libx264", audio: "aac", state: lateOutput}, text: true},
	{extrasConfig: extrasConfig{
		name: "plain.mp4", video: "libx264", audio: "aac", options: []api.OutputOption{api.CrashSafe(false)},
	}, text: true},
	{extrasConfig: extrasConfig{
		name: "fast.mp4", video: "libx264", audio: "aac", options: []api.OutputOption{api.Faststart()},
	}, text: true, late: true},
	{extrasConfig: extrasConfig{name: "x.mov", video: "libx264", audio: "aac"}, text: true},
	{extrasConfig: extrasConfig{name: "left.mov", video: "libx264", audio: "aac", state: unfinished}, startOnly: true},
	{extrasConfig: extrasConfig{name: "x.m4a", audio: "aac"}, text: true},
	{extrasConfig: extrasConfig{name: "left.m4a", audio: "aac", state: unfinished}, startOnly: true},
	{extrasConfig: extrasConfig{name: "x.mkv", video: "libx264", audio: "aac"}},
	{extrasConfig: extrasConfig{name: "left.mkv", video: "libx264", audio: "aac", state: unfinished}},
	{extrasConfig: extrasConfig{name: "ftb.mkv", video: "libx264", audio: "aac", state: frontToBack}},
	{extrasConfig: extrasConfig{name: "x.webm", video: "libvpx", audio: "libopus"}},
	{extrasConfig: extrasConfig{name: "x.mp3", audio: "libmp3lame"}, titled: true},
	{extrasConfig: extrasConfig{name: "ftb.mp3", audio: "libmp3lame", state: frontToBack}, titled: true},
	{extrasConfig: extrasConfig{name: "x.aiff", audio: "pcm_s16be"}, titled: true},
	{extrasConfig: extrasConfig{name: "x.nut", video: "libx264", audio: "aac"}},
	{extrasConfig: extrasConfig{name: "x.ogg", audio: "libvorbis"}, startOnly: true},
	{extrasConfig: extrasConfig{name: "x.opus", audio: "libopus"}, startOnly: true},
	{extrasConfig: extrasConfig{name: "ftb.opus", audio: "libopus", state: frontToBack}, startOnly: true},
	{extrasConfig: extrasConfig{name: "x.flac", audio: "flac"}, startOnly: true},
	{extrasConfig: extrasConfig{name: "x.asf", video: "mpeg4", audio: "libmp3lame"}, startOnly: true},
	{extrasConfig: extrasConfig{name: "x.3gp", video: "libx264", audio: "aac"}, startOnly: true},
}

// TestChapters writes chapters into each container that holds them, and reads them with the
// system's ffprobe. The first one begins with the file, or after it.
func TestChapters(t *testing.T) {
	mediatest.NoLeaks(t)
	all := mediatest.Long(t)
	for _, c := range chaptersCases {
		for _, begin := range []time.Duration{0, 400 * ms} {
			if c.late && begin > 0 || !c.late && begin == 0 && !all {
				continue
			}
			t.Run(c.name+" "+begin.String(), func(t *testing.T) {
				t.Parallel()
				want := []api.Chapter{
					{Start: begin, End: 600 * ms, Title: "Grüße aus 東京"},
					{Start: 600 * ms, End: 1320 * ms, Title: ""},
					{Start: 1320 * ms, End: 1600 * ms, Title: strings.Repeat("long ", 50)},
				}
				if c.titled {
					want[1].Title = "two"
				}
				path := c.write(t, api.Chapters(want[0]), api.Chapters(want[1:]...))
				got := chaptersOf(t, path)
				require.Len(t, got, len(want))
				for i := range want {
					assert.Equal(t, want[i].Title, got[i].title)
					assert.InDelta(t, want[i].Start.Seconds(), got[i].start, 0.0001)
					if !c.startOnly {
						assert.InDelta(t, want[i].End.Seconds(), got[i].end, 0.0001)
					}
				}
				text := []string{}
				if c.text {
					text = append(text, "data")
				}
				c.assertStreams(t, path, text...)
			})
		}
	}
}

// TestPlayersTakeChapters has programs that are not FFmpeg's read chapters, and play files that
// have them.
func TestPlayersTakeChapters(t *testing.T) {
	mediatest.NoLeaks(t)
	chapters := api.Chapters(
		api.Chapter{Start: 400 * ms, End: 1200 * ms, Title: "first"}, api.Chapter{Start: 1200 * ms, End: 2 * time.Second, Title: "second"},
	)
	for _, c := range chaptersCases {
		others := []string{"x.mp4", "left.mp4", "ftb.mp4", "x.mov", "x.mkv", "left.mkv", "x.webm"}
		if !slices.Contains(others, c.name) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := c.write(t, chapters)
			seen := string(mediatest.Run(t, "mediainfo", path))
			assert.Regexp(t, `00:00:00.400 +: (en:|:)?first\n00:00:01.200 +: (en:|:)?second\n`, seen)
			playWithGStreamer(t, path)
			assert.Empty(t, saidBy(t, "ffmpeg", "-v", "warning", "-xerror", "-i", path, "-f", "null", "-"))
		})
	}
}

// TestChaptersBeyondTheEnd leaves chapters out that begin after the end of an mp4 file, and lets
// the last one end with it. A file is as long as its pictures. A logger is told.
func TestChaptersBeyondTheEnd(t *testing.T) {
	mediatest.NoLeaks(t)
	chapters := api.Chapters(
		api.Chapter{Start: 0, End: time.Hour, Title: "all"},
		api.Chapter{Start: time.Hour, End: 2 * time.Hour, Title: "never"},
	)
	for _, c := range chaptersCases {
		if c.state != complete {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			core, logged := observer.New(zap.WarnLevel)
			path := c.writeLogged(t, zap.New(core), chapters)
			got := chaptersOf(t, path)
			if c.text || c.name == "x.3gp" {
				require.Len(t, got, 1)
				assert.InDelta(t, 2, got[0].end, 0.03)
			}
			assert.Equal(t, 1, logged.FilterMessageSnippet("begin after the end of the file").Len(), "%v", logged.All())
			if c.text {
				c.assertStreams(t, path, "data")
			}
		})
	}
}

// TestChaptersBesideLargeTags writes chapters and a cover into files whose streams have tags of
// some megabytes, which are in the index too.
func TestChaptersBesideLargeTags(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, name := range []string{"a.mp4", "a.mov"} {
		path, enc := filepath.Join(t.TempDir(), name), api.NewEncoder()
		v := addVideo(t, enc, api.VideoConfig{
			Width: 64, Height: 64, FrameRate: 10, Codec: "mpeg4", Metadata: map[string]string{"title": strings.Repeat("x", 3<<20)},
		})
		options := []api.OutputOption{api.Chapters(api.Chapter{End: time.Second, Title: "all"})}
		if name == "a.mp4" {
			options = append(options, api.CoverArt(covers(t)["png"]))
		}
		require.NoError(t, enc.OpenFile(context.Background(), path, options...))
		require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: make([]byte, 10*64*64*3)}))
		require.NoError(t, enc.Close())
		assert.Equal(t, []seenChapter{{0, 1, "all"}}, chaptersOf(t, path))
	}
}
