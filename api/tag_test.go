package api_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// tagOf is what ffprobe says of the codec's letters.
func tagOf(t *testing.T, path string) string {
	t.Helper()
	return strings.TrimSpace(
		string(
			mediatest.Run(
				t,
				"ffprobe",
				"-v",
				"error",
				"-select_streams",
				"v:0",
				"-show_entries",
				"stream=codec_tag_string",
				"-of",
				"csv=p=0",
				path,
			),
		),
	)
}

func TestTagsOfCodecs(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		extension, codec, tag, want string
	}{
		{"mp4", "libx265", "", "hvc1"},
		{"mov", "libx265", "", "hvc1"},
		{"mp4", "libx265", "hev1", "hev1"},
		{"mov", "libx265", "hev1", "hev1"},
		{"mp4", "libx265", "hvc1", "hvc1"},
		{"mp4", "libx264", "", "avc1"},
		{"mp4", "libx264", "avc3", "avc3"},
		{"mov", "libx264", "avc3", "avc3"},
		{"m4v", "libx264", "", "avc1"},
		{"3gp", "libx264", "", "avc1"},
		{"mp4", "mpeg4", "", "mp4v"},
		{"mp4", "libvpx-vp9", "", "vp09"},
		{"mp4", "libaom-av1", "", "av01"},
		{"mov", "prores_ks", "", "apch"},
		{"mov", "mpeg4", "XVID", "XVID"},
		{"avi", "mpeg4", "", "XVID"},
		{"avi", "mpeg4", "DX50", "DX50"},
		{"avi", "mpeg4", "FMP4", "FMP4"},
		{"avi", "mpeg4", "divx", "divx"},
		{"avi", "libx264", "", "H264"},
		{"avi", "libx264", "avc1", "avc1"},
	} {
		t.Run(c.extension+"/"+c.codec+"/"+c.tag, func(t *testing.T) {
			t.Parallel()
			path := temporary(t, "tag."+c.extension)
			encodeGray(
				t,
				api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: c.codec, Tag: c.tag, InputFormat: "gray", Threads: 1},
				path,
				2,
			)
			require.Equal(t, c.want, tagOf(t, path))
			require.Len(t, mediatest.Pictures(t, path, 0, "gray"), 2)
		})
	}
}

// TestHVC1KeepsItsHeadersOutOfTheStream, as the tag promises, also where the encoder is told to
// repeat them, beside another output that has them there, and in fragments.
func TestHVC1KeepsItsHeadersOutOfTheStream(t *testing.T) {
	mediatest.NoLeaks(t)
	var stream bytes.Buffer
	mp4, ts, fragments := temporary(t, "a.mp4"), temporary(t, "b.ts"), temporary(t, "c.mp4")
	ctx, enc := context.Background(), api.NewEncoder()
	v := addVideo(
		t,
		enc,
		api.VideoConfig{
			Width:       64,
			Height:      64,
			FrameRate:   25,
			Codec:       "libx265",
			InputFormat: "gray",
			ExtraOptions: map[string]any{
				"g": 5, "x265-params": "repeat-headers=1",
			},
		},
	)
	require.NoError(t, enc.Open(ctx, api.File(mp4), api.File(ts), api.Writer(&stream, "mp4")))
	require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, 20*64*64), Layout: api.Raw}))
	require.NoError(t, enc.Close())
	require.NoError(t, os.WriteFile(fragments, stream.Bytes(), 0o600))
	for _, path := range []string{mp4, fragments} {
		require.Equal(t, "hvc1", tagOf(t, path))
		require.Len(t, mediatest.Pictures(t, path, 0, "gray"), 20)
		for _, unit := range nalUnits(t, path) {
			require.NotContains(t, []int{32, 33, 34}, unit, "parameter sets in the stream")
		}
	}
	require.Len(t, mediatest.Pictures(t, ts, 0, "gray"), 20)
}

// nalUnits are the types of the units in the packets of an HEVC stream in mp4 (ISO/IEC 14496-15: 4
// bytes of length before each).
func nalUnits(t *testing.T, path string) (types []int) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, p := range mediatest.Packets(t, path) {
		for data := content[p.Position : p.Position+p.Size]; len(data) > 4; {
			size := int(data[0])<<24 | int(data[1])<<16 | int(data[2])<<8 | int(data[3])
			types = append(types, int(data[4]>>1&0x3f))
			data = data[4+size:]
		}
	}
	require.NotEmpty(t, types)
	return types
}

// TestTagsOfCodecsThatAreRefused names those that would do.
func TestTagsOfCodecsThatAreRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		extension, codec, tag, says, supported string
	}{
		{"mp4", "libx265", "hvc", "four letters", ""},
		{"mp4", "libx265", "hvc\x001", "four letters", ""},
		{"mp4", "libx265", "hévc", "four letters", ""},
		{"mp4", "libx265", "avc1", "has no such tag for hevc", "hvc1"},
		{"mov", "libx264", "hvc1", "has no such tag for h264", "avc1"},
		{"avi", "mpeg4", "avc1", "has no such tag for mpeg4", "XVID"},
		{"mkv", "libx265", "hvc1", "no codec tags to choose", "mp4"},
		{"mov", "rawvideo", "raw ", "FFmpeg chooses the tag", ""},
	} {
		path, enc := temporary(t, "tag."+c.extension), api.NewEncoder()
		_, err := enc.AddVideo(
			api.VideoConfig{
				Width:       64,
				Height:      64,
				FrameRate:   25,
				Codec:       c.codec,
				Tag:         c.tag,
				PixelFormat: map[bool]string{true: "rgb24"}[c.codec == "rawvideo"],
			},
		)
		if err == nil {
			err = enc.OpenFile(context.Background(), path)
		}
		require.NoError(t, enc.Close())
		var config *api.ConfigError
		require.ErrorAs(t, err, &config, "%s %s", c.extension, c.tag)
		require.Equal(t, "Tag", config.Field)
		require.Equal(t, c.tag, config.Value)
		require.Contains(t, config.Reason, c.says)
		if c.supported != "" {
			require.Contains(t, config.Supported, c.supported)
		}
		require.NoFileExists(t, path)
	}
}
