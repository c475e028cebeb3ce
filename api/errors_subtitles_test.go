package api_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// noteWrongSubtitles notes the errors of streams of subtitles, and of cues.
func noteWrongSubtitles(t *testing.T, note func(name, field string, err error)) {
	for _, c := range []struct {
		name, field string
		cfg         api.SubtitleConfig
	}{
		{"subtitles by another name", "Codec", api.SubtitleConfig{Codec: "srt"}},
		{"subtitles of pictures", "Codec", api.SubtitleConfig{Codec: "dvdsub"}},
		{"subtitles for nobody", "Disposition", api.SubtitleConfig{Disposition: []string{"forcd"}}},
	} {
		_, err := api.NewEncoder().AddSubtitles(c.cfg)
		note(c.name, c.field, err)
	}
	for _, c := range []struct {
		name, field, file, codec string
	}{
		{"subtitles of MPEG-TS", "Format", "x.ts", ""},
		{"subtitles of HLS", "Format", "index.m3u8", ""},
		{"subrip of MPEG-TS", "Codec", "x.ts", "subrip"},
		{"subrip of mp4", "Codec", "x.mp4", "subrip"},
		{"mov_text of mkv", "Codec", "x.mkv", "mov_text"},
		{"subtitles and pictures of srt", "Codec", "x.srt", ""},
	} {
		enc := api.NewEncoder()
		addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: "mpeg4"})
		_, err := enc.AddSubtitles(api.SubtitleConfig{Codec: c.codec})
		require.NoError(t, err)
		out := api.File(filepath.Join(t.TempDir(), c.file))
		if c.file == "index.m3u8" {
			out = api.Folder(t.TempDir(), c.file)
		}
		note(c.name, c.field, enc.Open(context.Background(), out))
		require.NoError(t, enc.Close())
	}
	noteWrongCues(t, note)
}

// noteWrongCues notes the errors of AddCue, for a file of mov_text and one of subrip at once.
func noteWrongCues(t *testing.T, note func(name, field string, err error)) {
	ctx, dir, enc := context.Background(), t.TempDir(), api.NewEncoder()
	v := addVideo(t, enc, api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: "mpeg4"})
	s, err := enc.AddSubtitles(api.SubtitleConfig{})
	require.NoError(t, err)
	require.NoError(t, enc.Open(ctx, api.File(filepath.Join(dir, "x.mp4")), api.File(filepath.Join(dir, "x.mkv"))))
	require.NoError(t, s.AddCue(ctx, cue(1, 2, "one")))
	for _, c := range []struct {
		name, field string
		cue         api.Cue
	}{
		{"cue before 0", "Start", cue(-1, 3, "x")},
		{"cue that ends where it begins", "End", cue(3, 3, "x")},
		{"cue that lasts a nanosecond", "End", api.Cue{Start: 3 * time.Second, End: 3*time.Second + 1, Text: "x"}},
		{"cue before the last one", "Start", cue(0.5, 0.75, "x")},
		{"cue that overlaps", "Start", cue(1.5, 3, "x")},
		{"cue beyond the times of a file", "End", cue(3, 8*3600, "x")},
		{"cue without text", "Text", cue(3, 4, " \n ")},
		{"cue with a blank line", "Text", cue(3, 4, "a\n\nb")},
		{"cue with an arrow", "Text", cue(3, 4, "a --> b")},
		{"cue with NUL", "Text", cue(3, 4, "a\x00b")},
		{"cue that is no UTF-8", "Text", cue(3, 4, "a\xff")},
		{"cue with markup of subrip", "Text", cue(3, 4, "<b>a</b>")},
		{"cue with a command of subrip", "Text", cue(3, 4, `{\an8}a`)},
		{"cue too long for mov_text", "Text", cue(3, 4, strings.Repeat("x", 1<<16))},
	} {
		note(c.name, c.field, s.AddCue(ctx, c.cue))
	}
	_, err = enc.AddOutput(ctx, api.File(filepath.Join(dir, "late.ts")))
	note("added output without subtitles", "Format", err)
	require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, 50*64*64*3)}))
	require.NoError(t, v.End())
	note("cue beyond the end", "Start", s.AddCue(ctx, cue(2, 3, "x")))
	require.NoError(t, enc.Close())
}
