package api_test

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// srtCue is a cue of a SubRip file.
var srtCue = regexp.MustCompile(`(?s)\d+\n(\d+):(\d+):(\d+),(\d+) --> (\d+):(\d+):(\d+),(\d+)\n(.*)`)

// cuesIn returns the cues of the n-th stream of subtitles, as the system's ffmpeg decodes them.
func cuesIn(t *testing.T, path, n string) []api.Cue {
	t.Helper()
	return cuesOf(t, "ffmpeg", path, n)
}

// cuesOf is cuesIn with another ffmpeg.
func cuesOf(t *testing.T, ffmpeg, path, n string) []api.Cue {
	t.Helper()
	out := mediatest.Run(t, ffmpeg, "-v", "error", "-i", path, "-map", "0:s:"+n, "-f", "srt", "-")
	return parseSRT(t, string(out))
}

func parseSRT(t *testing.T, srt string) (cues []api.Cue) {
	t.Helper()
	for block := range strings.SplitSeq(strings.TrimSpace(strings.ReplaceAll(srt, "\r", "")), "\n\n") {
		if block == "" {
			continue
		}
		m := srtCue.FindStringSubmatch(block)
		require.NotNil(t, m, block)
		at := func(f []string) time.Duration {
			d, err := time.ParseDuration(f[0] + "h" + f[1] + "m" + f[2] + "s" + f[3] + "ms")
			require.NoError(t, err)
			return d
		}
		cues = append(cues, api.Cue{Start: at(m[1:5]), End: at(m[5:9]), Text: m[9]})
	}
	return cues
}

// captioned writes a file of pictures with these cues, which come before the pictures or after
// them.
func captioned(t *testing.T, out api.Output, cfg api.SubtitleConfig, seconds int, first bool, cues ...api.Cue) {
	t.Helper()
	ctx, enc := context.Background(), api.NewEncoder()
	defer func() { _ = enc.Abort(nil) }()
	v, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 10})
	require.NoError(t, err)
	s, err := enc.AddSubtitles(cfg)
	require.NoError(t, err)
	require.NoError(t, enc.Open(ctx, out))
	pictures := api.Frames{Data: make([]byte, seconds*10*64*64*3)}
	if !first {
		require.NoError(t, v.AddFrames(ctx, pictures))
	}
	for _, c := range cues {
		require.NoError(t, s.AddCue(ctx, c))
	}
	if first {
		require.NoError(t, v.AddFrames(ctx, pictures))
	}
	require.NoError(t, enc.Close())
}

func cue(start, end float64, text string) api.Cue {
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	return api.Cue{Start: seconds(start), End: seconds(end), Text: text}
}

// TestSubtitles writes cues into each container that carries them, in each of its codecs, before
// and after the pictures, and reads them with ffmpeg.
func TestSubtitles(t *testing.T) {
	mediatest.NoLeaks(t)
	cues := []api.Cue{
		cue(0.5, 1, "Größe 5 & 3, 100 %"), cue(1, 1.25, "two\nlines, адын 二"),
		cue(2, 3.5, "1 < 2"), cue(3.5, 3.75, "{\"speed\":[1.5,-2],\"gear\":\"r\"}"),
	}
	for _, c := range []struct{ name, codec, want string }{
		{"a.mp4", "", "mov_text"},
		{"a.mp4", "mov_text", "mov_text"},
		{"a.mov", "", "mov_text"},
		{"a.m4v", "", "mov_text"},
		{"a.mkv", "", "subrip"},
		{"a.mkv", "subrip", "subrip"},
		{"a.mkv", "ass", "ass"},
		{"a.mkv", "webvtt", "webvtt"},
		{"a.webm", "", "webvtt"},
		{"a.webm", "webvtt", "webvtt"},
	} {
		for _, first := range []bool{true, false} {
			for _, safe := range []bool{true, false} {
				if first == safe && !mediatest.Long(t) {
					continue
				}
				name := c.name + " " + c.codec + map[bool]string{true: " first", false: " late"}[first] +
					map[bool]string{true: " safe", false: ""}[safe]
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					path := filepath.Join(t.TempDir(), c.name)
					out := api.File(path, api.CrashSafe(safe))
					captioned(t, out, api.SubtitleConfig{Codec: c.codec}, 5, first, cues...)
					assert.Equal(t, cues, unescaped(c.want, cuesIn(t, path, "0")))
					file := mediatest.Probe(t, path)
					require.Len(t, file.Streams, 2)
					assert.Equal(t, c.want, file.Streams[1].Codec)
					assert.Equal(t, "50", file.Streams[0].NbReadFrames)
					assert.Equal(t, 5.0, durationOf(t, file.Format.Duration))
					shown := mediatest.Run(t, "ffprobe", "-v", "error", "-select_streams", "s", "-show_entries",
						"stream_disposition=default", "-of", "csv=p=0", path)
					assert.Equal(t, "0", strings.TrimSpace(string(shown)), "subtitles are not shown by default")
				})
			}
		}
	}
}

func durationOf(t *testing.T, seconds string) float64 {
	t.Helper()
	d, err := time.ParseDuration(seconds + "s")
	require.NoError(t, err)
	return d.Seconds()
}

// unescaped removes escapes of braces for libass. ffmpeg leaves them in text of ass, and adds them
// to text of webvtt.
func unescaped(codec string, cues []api.Cue) []api.Cue {
	for i := range cues {
		if codec == "ass" || codec == "webvtt" {
			cues[i].Text = strings.NewReplacer(`\{{}`, "{", `\{`, "{", `\}`, "}").Replace(cues[i].Text)
		}
	}
	return cues
}

// TestSubtitlesOfTwoContainers writes an mp4 and an mkv file at once. Each has its own codec of
// text.
func TestSubtitlesOfTwoContainers(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx, dir, enc := context.Background(), t.TempDir(), api.NewEncoder()
	v, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 10, Codec: "libx264"})
	require.NoError(t, err)
	german, err := enc.AddSubtitles(api.SubtitleConfig{})
	require.NoError(t, err)
	english, err := enc.AddSubtitles(api.SubtitleConfig{})
	require.NoError(t, err)
	mp4, mkv := filepath.Join(dir, "a.mp4"), filepath.Join(dir, "a.mkv")
	require.NoError(t, enc.Open(ctx, api.File(mp4), api.File(mkv)))
	assert.Equal(t, "mov_text, subrip", enc.Stats().Streams[1].Codec)
	require.NoError(t, german.AddCue(ctx, cue(0, 1, "Grüß Gott")))
	require.NoError(t, english.AddCue(ctx, cue(0, 0.5, "Hello")))
	require.NoError(t, german.End())
	require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, 20*64*64*3)}))
	require.NoError(t, english.AddCue(ctx, cue(1, 2, "Bye")))

	var config *api.ConfigError // overlaps, of which mov_text shows one at a time
	require.ErrorAs(t, english.AddCue(ctx, cue(1.5, 2, "?")), &config)
	assert.Equal(t, "Start", config.Field)
	require.ErrorAs(t, english.AddCue(ctx, cue(3, 4, "<b>")), &config) // which subrip cannot escape
	assert.Equal(t, "Text", config.Field)
	require.NoError(t, enc.Close())
	for _, path := range []string{mp4, mkv} {
		assert.Equal(t, []api.Cue{cue(0, 1, "Grüß Gott")}, cuesIn(t, path, "0"))
		assert.Equal(t, []api.Cue{cue(0, 0.5, "Hello"), cue(1, 2, "Bye")}, cuesIn(t, path, "1"))
	}
}

// TestSubtitleFiles writes files that hold text alone.
func TestSubtitleFiles(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, cues := range map[string][]api.Cue{
		"a.srt": {cue(0, 1, "one\ntwo"), cue(0.5, 3, "overlaps"), cue(7201.5, 7202, "after two hours")},
		"a.vtt": {cue(0, 1, "one\ntwo"), cue(0.5, 3, "a < b && \"<b>\" > c"), cue(7201.5, 7202, "after two hours")},
		"a.ass": {cue(0, 1, "one\ntwo"), cue(0.5, 3, `overlaps {\b1} \N`), cue(7201.5, 7202, "after two hours")},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			ctx, enc := context.Background(), api.NewEncoder()
			s, err := enc.AddSubtitles(api.SubtitleConfig{})
			require.NoError(t, err)
			require.NoError(t, enc.OpenFile(ctx, path))
			for _, c := range cues {
				require.NoError(t, s.AddCue(ctx, c))
			}
			require.NoError(t, enc.Close())
			got := cuesIn(t, path, "0")
			for i := range got {
				got[i].Text = strings.NewReplacer(`\{{}`, "{", `\{`, "{", `\}`, "}", "\u2060", "").Replace(got[i].Text)
			}
			assert.Equal(t, cues, got)
		})
	}
}

// TestSubtitlesWithoutCues writes a stream of subtitles that is never fed, which is as absent as
// any other stream that is not fed, and keeps no picture back.
func TestSubtitlesWithoutCues(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, safe := range []bool{true, false} {
		for _, name := range []string{"a.mp4", "a.mov", "a.mkv"} {
			path := filepath.Join(t.TempDir(), name)
			captioned(t, api.File(path, api.CrashSafe(safe)), api.SubtitleConfig{}, 3, true)
			file := mediatest.Probe(t, path)
			assert.Equal(t, "30", file.Streams[0].NbReadFrames)
			want := map[string]int{"a.mp4": 1, "a.mov": 1, "a.mkv": 2}[name] // mkv tells its streams at the beginning
			assert.Len(t, file.Streams, want, "%s, crash-safe: %v", name, safe)
		}
	}
}

// TestBadCues adds cues that cannot be in a file. They change nothing.
func TestBadCues(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx, path, enc := context.Background(), filepath.Join(t.TempDir(), "a.mp4"), api.NewEncoder()
	v, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 10})
	require.NoError(t, err)
	s, err := enc.AddSubtitles(api.SubtitleConfig{})
	require.NoError(t, err)
	require.ErrorIs(t, s.AddCue(ctx, cue(0, 1, "early")), api.ErrNotOpen)
	require.NoError(t, enc.OpenFile(ctx, path))
	require.NoError(t, s.AddCue(ctx, cue(1, 2, "one")))
	for _, c := range []struct {
		cue   api.Cue
		field string
	}{
		{cue(-0.1, 3, "x"), "Start"},
		{cue(3, 3, "x"), "End"},
		{cue(3, 2.5, "x"), "End"},
		{api.Cue{Start: 3 * time.Second, End: 3*time.Second + 1, Text: "x"}, "End"},
		{cue(0.5, 0.75, "x"), "Start"},
		{cue(1.5, 3, "x"), "Start"},
		{cue(3, 4, ""), "Text"},
		{cue(3, 4, " \n "), "Text"},
		{cue(3, 4, "a\n\nb"), "Text"},
		{cue(3, 4, "a\r\n \r\nb"), "Text"},
		{cue(3, 4, "a --> b"), "Text"},
		{cue(3, 4, "a\x00b"), "Text"},
		{cue(3, 4, "a\xffb"), "Text"},
		{cue(3, 4, strings.Repeat("x", 1<<16)), "Text"},
		{cue(3, 8*3600, "x"), "End"},
	} {
		var config *api.ConfigError
		require.ErrorAs(t, s.AddCue(ctx, c.cue), &config, "%v", c)
		assert.Equal(t, c.field, config.Field, "%v", config)
	}
	require.NoError(t, s.AddCue(ctx, cue(2, 2.5, "two\r\nlines\n")))
	require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, 40*64*64*3)}))
	require.NoError(t, v.End())
	var config *api.ConfigError
	require.ErrorAs(t, s.AddCue(ctx, cue(4, 5, "beyond the end")), &config)
	assert.Equal(t, "Start", config.Field)
	require.NoError(t, s.AddCue(ctx, cue(3.5, 4, strings.Repeat("x", 1<<16-1))))
	require.NoError(t, s.End())
	require.ErrorIs(t, s.AddCue(ctx, cue(3.9, 4, "x")), api.ErrEnded)
	require.NoError(t, enc.Close())
	require.ErrorIs(t, s.AddCue(ctx, cue(3.9, 4, "x")), api.ErrClosed)
	want := []api.Cue{cue(1, 2, "one"), cue(2, 2.5, "two\nlines"), cue(3.5, 4, strings.Repeat("x", 1<<16-1))}
	assert.Equal(t, want, cuesIn(t, path, "0"))
	assert.EqualValues(t, 3, enc.Stats().Streams[1].Accepted)
}

// TestSubtitlesRefused opens outputs that carry no subtitles, or not so. The error lists what can.
func TestSubtitlesRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	for _, c := range []struct {
		out         api.Output
		codec       string
		field, list string
	}{
		{api.File(filepath.Join(dir, "a.ts")), "", "Format", "matroska"},
		{api.File(filepath.Join(dir, "a.avi")), "", "Format", "mp4"},
		{api.File(filepath.Join(dir, "a.flv")), "", "Format", "mp4"},
		{api.Folder(dir, "index.m3u8"), "", "Format", "webm"},
		{api.Folder(dir, "manifest.mpd"), "", "Format", "mov"},
		{api.File(filepath.Join(dir, "a.mp4")), "subrip", "Codec", "mov_text"},
		{api.File(filepath.Join(dir, "a.mkv")), "mov_text", "Codec", "subrip"},
		{api.File(filepath.Join(dir, "a.webm")), "ass", "Codec", "webvtt"},
		{api.File(filepath.Join(dir, "a.ts")), "subrip", "Codec", ""},
	} {
		enc := api.NewEncoder()
		_, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 10})
		require.NoError(t, err)
		_, err = enc.AddSubtitles(api.SubtitleConfig{Codec: c.codec})
		require.NoError(t, err)
		var config *api.ConfigError
		require.ErrorAs(t, enc.Open(context.Background(), c.out), &config)
		assert.Equal(t, c.field, config.Field, "%v", config)
		if c.list != "" {
			assert.Contains(t, config.Supported, c.list, "%v", config)
		}
	}
	var config *api.ConfigError
	_, err := api.NewEncoder().AddSubtitles(api.SubtitleConfig{Codec: "srt"})
	require.ErrorAs(t, err, &config)
	assert.Contains(t, config.Error(), `did you mean "subrip"?`)
}
