package api_test

import (
	"context"
	"strings"
	"testing"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// carriesSubtitles are the codecs of text.
var carriesSubtitles = []carriesColumn{
	carriesText("mov_text"), carriesText("subrip"), carriesText("ass"), carriesText("webvtt"),
}

// carriesText is the column of a codec of text.
func carriesText(codec string) carriesColumn {
	return carriesColumn{
		name: codec,
		ask: func(c *carriesConfig) bool {
			c.add = func(enc *api.Encoder) (func(context.Context) error, error) {
				s, err := enc.AddSubtitles(api.SubtitleConfig{Codec: codec})
				if err != nil {
					return nil, err
				}
				return func(ctx context.Context) error { return s.AddCue(ctx, cue(0.25, 0.75, "what is said")) }, nil
			}
			return true
		},
		seen: func(t *testing.T, f carriedFile) bool {
			t.Helper()
			streams := mediatest.Run(t, "ffprobe", "-v", "error", "-select_streams", "s", "-show_entries",
				"stream=codec_name", "-of", "csv=p=0", f.path)
			cues := mediatest.Run(t, "ffmpeg", "-v", "error", "-copyts", "-i", f.path, "-map", "0:s",
				"-f", "srt", "-") // with the times of the file, which may begin with priming
			return strings.TrimSpace(string(streams)) == codec &&
				strings.Contains(string(cues), "00:00:00,250 --> 00:00:00,750\nwhat is said\n")
		},
	}
}
