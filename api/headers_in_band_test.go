package api_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// unitTypes returns the types of the NAL units of a raw stream of H.264 or HEVC.
func unitTypes(data []byte, hevc bool) (types []byte) {
	for {
		i := bytes.Index(data, []byte{0, 0, 1})
		if i < 0 || i+3 >= len(data) {
			return types
		}
		data = data[i+3:]
		if hevc {
			types = append(types, data[0]>>1&0x3f)
		} else {
			types = append(types, data[0]&0x1f)
		}
	}
}

// TestHeadersInBand: in a container that has the header nowhere else, it is in front of each key
// frame, once, and behind the delimiter of the access unit, if there is one. The raw stream is
// taken out of MPEG-TS by the system's ffmpeg.
func TestHeadersInBand(t *testing.T) {
	mediatest.NoLeaks(t)
	const frames = 30
	for name, c := range map[string]struct {
		codec     string
		options   map[string]any
		hevc      bool
		delimiter byte
		header    []byte
	}{
		"x264":            {"libx264", map[string]any{"bf": 2}, false, 9, []byte{7, 8}},
		"x264, delimiter": {"libx264", map[string]any{"bf": 2, "aud": 1}, false, 9, []byte{7, 8}},
		"x265":            {"libx265", nil, true, 35, []byte{32, 33, 34}},
		"x265, delimiter": {"libx265", map[string]any{"x265-params": "aud=1"}, true, 35, []byte{32, 33, 34}},
		"x265, headers":   {"libx265", map[string]any{"x265-params": "repeat-headers=1"}, true, 35, []byte{32, 33, 34}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := map[bool]string{false: "h264", true: "hevc"}[c.hevc]
			written, ts, out := temporary(t, "raw."+raw), temporary(t, "in.ts"), temporary(t, "out."+raw)
			cfg := api.VideoConfig{
				Width: grainyWidth, Height: grainyHeight, FrameRate: 25, Codec: c.codec, Preset: "ultrafast", KeyInterval: 10,
				ExtraOptions: c.options, Threads: 1,
			}
			enc := api.NewEncoder()
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.Open(context.Background(), api.File(written), api.File(ts)))
			require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: grainy(frames), Layout: api.NHWC}))
			require.NoError(t, enc.Close())
			mediatest.Run(t, "ffmpeg", "-v", "error", "-xerror", "-i", ts, "-map", "0:v", "-c", "copy", out)
			for _, path := range []string{written, out} {
				types := unitTypes(read(t, path), c.hevc)
				require.Equal(t, 3, bytes.Count(types, c.header), "%d", types)
				require.Equal(t, 3, bytes.Count(types, c.header[:1]), "%d", types)
				delimiters := bytes.Count(types, []byte{c.delimiter})
				if path == written && c.options["aud"] == nil && c.options["x265-params"] != "aud=1" {
					require.Zero(t, delimiters)
					continue
				}
				require.GreaterOrEqual(t, delimiters, frames-1) // x265 leaves out the first one
				require.LessOrEqual(t, delimiters, frames)
				inFront := bytes.Count(types, append([]byte{c.delimiter}, c.header...))
				require.GreaterOrEqual(t, inFront, 2, "%d", types)
			}
			for _, path := range []string{written, ts} {
				require.Len(t, decodedSums(t, path), frames)
			}
		})
	}
}
