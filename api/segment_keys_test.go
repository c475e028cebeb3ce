package api_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// cutFolder is a folder of HLS with segments of so many frames at 25 per second.
func cutFolder(t *testing.T, frames int, options map[string]any) api.Output {
	t.Helper()
	every := api.SegmentEvery(time.Duration(frames) * 40 * time.Millisecond)
	if options == nil {
		return api.Folder(t.TempDir(), "part-%d.mkv", every)
	}
	return api.Folder(t.TempDir(), "index.m3u8", every, api.FormatOptions(options))
}

// decodedSums decodes a video with the system's ffmpeg, which must find no error, and returns a
// checksum of each picture.
func decodedSums(t *testing.T, path string) (sums []string) {
	t.Helper()
	out := mediatest.Run(t, "ffmpeg", "-v", "error", "-xerror", "-i", path, "-map", "0:v", "-fps_mode", "passthrough",
		"-f", "framemd5", "-")
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "#") {
			fields := strings.Split(line, ",")
			sums = append(sums, strings.TrimSpace(fields[len(fields)-1]))
		}
	}
	return sums
}

// cutSums cuts a video, without encoding it again, with the system's ffmpeg at the first key frame
// at or after each of the times, and returns the checksums of the pictures of each part.
func cutSums(t *testing.T, path string, times ...string) (parts [][]string) {
	t.Helper()
	dir, extension := t.TempDir(), filepath.Ext(path)
	mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-c", "copy", "-f", "segment",
		"-segment_times", strings.Join(times, ","), filepath.Join(dir, "%d"+extension))
	for i := range len(times) + 1 {
		parts = append(parts, decodedSums(t, filepath.Join(dir, fmt.Sprint(i)+extension)))
	}
	return parts
}

// usuallyCut are those of segmenting that are tested without mediatest.Long.
var usuallyCut = []string{"x264", "x265, open GOPs", "VP9", "SVT-AV1", "MPEG-2, B-frames"}

// fmp4 are options of HLS that change nothing.
var fmp4 = map[string]any{}

// segmenting are encoders, of each kind, that place key frames where segments begin, with the
// options of HLS that takes them; nil: parts in mkv.
var segmenting = map[string]struct {
	codec           string
	options, folder map[string]any
}{
	"x264":             {"libx264", map[string]any{"preset": "veryfast", "bf": 3}, fmp4},
	"x264, open GOPs":  {"libx264", map[string]any{"preset": "veryfast", "x264-params": "open-gop=1:bframes=3"}, fmp4},
	"x265":             {"libx265", map[string]any{"preset": "superfast", "x265-params": "bframes=4:b-pyramid=1"}, fmp4},
	"x265, open GOPs":  {"libx265", map[string]any{"preset": "superfast", "x265-params": "open-gop=1:bframes=4"}, fmp4},
	"VP9":              {"libvpx-vp9", map[string]any{"cpu-used": 8, "auto-alt-ref": 1, "lag-in-frames": 20}, fmp4},
	"AV1":              {"libaom-av1", map[string]any{"cpu-used": 8}, fmp4},
	"AV1 in real time": {"libaom-av1", map[string]any{"cpu-used": 8, "usage": "realtime"}, fmp4},
	"SVT-AV1":          {"libsvtav1", map[string]any{"preset": 10}, fmp4},
	"MPEG-4":           {"mpeg4", nil, mpegts},
	"MPEG-4, B-frames": {"mpeg4", map[string]any{"bf": 2}, mpegts},
	"MPEG-2":           {"mpeg2video", nil, mpegts},
	"MPEG-2, B-frames": {"mpeg2video", map[string]any{"bf": 2}, mpegts},
	"MPEG-1, B-frames": {"mpeg1video", map[string]any{"bf": 2}, nil},
	"VP8":              {"libvpx", map[string]any{"cpu-used": 8}, nil},
	"FFV1":             {"ffv1", nil, nil},
	"ZMBV":             {"zmbv", nil, nil},
	"WMV2":             {"wmv2", nil, nil},
}

// TestSegmentsBeginAnew cuts files where segments begin: each part has exactly its pictures, and
// they are those of the whole.
func TestSegmentsBeginAnew(t *testing.T) {
	mediatest.NoLeaks(t)
	const frames, segment = 90, 20
	pictures := grainy(frames)
	for name, c := range segmenting {
		if !slices.Contains(usuallyCut, name) && !mediatest.Long(t) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := temporary(t, "segments.mkv")
			cfg := api.VideoConfig{
				Width: grainyWidth, Height: grainyHeight, FrameRate: 25, Codec: c.codec, ExtraOptions: c.options, Threads: 2,
			}
			enc := api.NewEncoder()
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.Open(context.Background(), cutFolder(t, segment, c.folder), api.File(path)))
			require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: pictures, Layout: api.NHWC}))
			require.NoError(t, enc.Close())
			keys, n := keyFrames(t, path)
			require.Equal(t, frames, n)
			require.Subset(t, keys, []int{0, 20, 40, 60, 80})
			whole := decodedSums(t, path)
			require.Len(t, whole, frames)
			parts := cutSums(t, path, "0.8", "1.6", "2.4", "3.2")
			for i, part := range parts {
				require.Equal(t, whole[i*segment:min((i+1)*segment, frames)], part, "part %d", i)
			}
		})
	}
}

// TestSegmentsOfSeveralOutputs: each has its key frames.
func TestSegmentsOfSeveralOutputs(t *testing.T) {
	mediatest.NoLeaks(t)
	for codec, want := range map[string][]int{
		"libx264": {0, 8, 12, 16, 24, 32, 36, 40}, "libsvtav1": {0, 6, 12, 18, 24, 30, 36, 42},
	} {
		lengths := []int{8, 12}
		if codec == "libsvtav1" {
			lengths[0] = 6
		}
		cfg := api.VideoConfig{Width: grainyWidth, Height: grainyHeight, FrameRate: 25, Codec: codec, Preset: "10"}
		if codec == "libx264" {
			cfg.Preset, cfg.ExtraOptions = "fast", map[string]any{"sc_threshold": 0}
		}
		enc := api.NewEncoder()
		v := addVideo(t, enc, cfg)
		path := temporary(t, "several.mkv")
		require.NoError(t, enc.Open(context.Background(), api.File(path), cutFolder(t, lengths[0], nil),
			cutFolder(t, lengths[1], nil)))
		require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: grainy(45), Layout: api.NHWC}))
		require.NoError(t, enc.Close())
		keys, _ := keyFrames(t, path)
		require.Equal(t, want, keys, codec)
	}
}

// TestSegmentLengths: a length is a whole number of frames of the encoded video, to the nanosecond.
func TestSegmentLengths(t *testing.T) {
	mediatest.NoLeaks(t)
	ntsc := 30000.0 / 1001
	for name, c := range map[string]struct {
		cfg   api.VideoConfig
		every time.Duration
		want  string // in the error; "": there is none
	}{
		"one frame":          {api.VideoConfig{FrameRate: 25}, 40 * time.Millisecond, ""},
		"whole":              {api.VideoConfig{FrameRate: 30}, 2 * time.Second, ""},
		"rounded":            {api.VideoConfig{FrameRate: 30}, 33333333, ""},
		"rounded up":         {api.VideoConfig{FrameRate: 30}, 33333334, ""},
		"NTSC":               {api.VideoConfig{FrameRate: ntsc}, 2002 * time.Millisecond, ""},
		"NTSC frame":         {api.VideoConfig{FrameRate: ntsc}, 33366667, ""},
		"days":               {api.VideoConfig{FrameRate: ntsc}, 1001 * time.Hour, ""},
		"of the output":      {api.VideoConfig{FrameRate: 30, OutFrameRate: 25}, 40 * time.Millisecond, ""},
		"times of their own": {api.VideoConfig{FrameRate: 30, VariableRate: true, OutFrameRate: 25}, 400 * time.Millisecond, ""},
		"shorter than one":   {api.VideoConfig{FrameRate: 25}, time.Millisecond, "supported: 40ms"},
		"no whole number":    {api.VideoConfig{FrameRate: 25}, 50 * time.Millisecond, "supported: 40ms"},
		"NTSC, two seconds":  {api.VideoConfig{FrameRate: ntsc}, 2 * time.Second, "2.002s)"},
		"rate of the input":  {api.VideoConfig{FrameRate: 30, OutFrameRate: 25}, 33333333, "supported: 40ms"},
		"zero":               {api.VideoConfig{FrameRate: 25}, 0, "more than 0"},
		"negative":           {api.VideoConfig{FrameRate: 25}, -time.Second, "more than 0"},
		"variable":           {api.VideoConfig{FrameRate: 25, VariableRate: true}, time.Second, "VariableRate"},
	} {
		t.Run(name, func(t *testing.T) {
			c.cfg.Width, c.cfg.Height, c.cfg.Codec = 64, 64, "libx264"
			enc := api.NewEncoder()
			addVideo(t, enc, c.cfg)
			err := enc.Open(context.Background(), api.Folder(t.TempDir(), "index.m3u8", api.SegmentEvery(c.every)))
			if c.want == "" {
				require.NoError(t, err)
				require.NoError(t, enc.Close())
				return
			}
			requireField(t, err, "SegmentEvery")
			require.ErrorContains(t, err, c.want)
		})
	}
}

// TestSegmentsThatAnEncoderCannotBegin: the error says what would work.
func TestSegmentsThatAnEncoderCannotBegin(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		cfg     api.VideoConfig
		lengths []int
		field   string
	}{
		"another interval": {api.VideoConfig{Codec: "libsvtav1", KeyInterval: 15}, []int{20}, "KeyInterval"},
		"a divisor":        {api.VideoConfig{Codec: "libsvtav1", KeyInterval: 10}, []int{20}, ""},
		"option g": {
			api.VideoConfig{Codec: "libsvtav1", ExtraOptions: map[string]any{"g": 3}}, []int{20}, "ExtraOptions[g]",
		},
		"two lengths": {api.VideoConfig{Codec: "libsvtav1"}, []int{20, 30}, "SegmentEvery"},
		"forced-idr": {
			api.VideoConfig{Codec: "libx265", ExtraOptions: map[string]any{"forced-idr": 0}},
			[]int{20},
			"ExtraOptions[forced-idr]",
		},
		"scenes of MPEG-2": {
			api.VideoConfig{Codec: "mpeg2video", ExtraOptions: map[string]any{"bf": 2, "sc_threshold": 40}},
			[]int{20},
			"ExtraOptions[sc_threshold]",
		},
		"longer than MPEG's": {api.VideoConfig{Codec: "mpeg2video"}, []int{900}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.cfg.Width, c.cfg.Height, c.cfg.FrameRate = 64, 64, 25
			enc := api.NewEncoder()
			addVideo(t, enc, c.cfg)
			options := fmp4
			if c.cfg.Codec == "mpeg2video" {
				options = mpegts
			}
			outputs := []api.Output{api.File(temporary(t, "beside.mkv"))}
			for _, length := range c.lengths {
				outputs = append(outputs, cutFolder(t, length, options))
			}
			err := enc.Open(context.Background(), outputs...)
			if c.field == "" {
				require.NoError(t, err)
				require.NoError(t, enc.Close())
				return
			}
			requireField(t, err, c.field)
		})
	}
}

// TestSegmentsOfAnOutputThatJoins: its key frames begin with it, and end with it.
func TestSegmentsOfAnOutputThatJoins(t *testing.T) {
	mediatest.NoLeaks(t)
	cfg := forcing()
	cfg.FrameRate = 25
	frame := 40 * time.Millisecond
	enc := api.NewEncoder()
	v := addVideo(t, enc, cfg)
	path := temporary(t, "joined.mkv")
	require.NoError(t, enc.Open(context.Background(), api.File(path)))
	feed := func(from, to int) {
		for k := from; k < to; k++ {
			require.NoError(t, feedNumbered(context.Background(), v, k))
		}
		require.NoError(t, enc.Sync(context.Background()))
	}
	feed(0, 11)
	joined, err := enc.AddOutput(context.Background(), cutFolder(t, 5, nil))
	require.NoError(t, err)
	feed(11, 22)
	require.NoError(t, joined.Close())
	_, err = enc.AddOutput(context.Background(), api.Folder(t.TempDir(), "index.m3u8", api.SegmentEvery(frame/2)))
	requireField(t, err, "SegmentEvery")
	feed(22, 40)
	require.NoError(t, enc.Close())
	keys, _ := keyFrames(t, path)
	require.Subset(t, keys, []int{0, 15, 20})
	require.Subset(t, []int{0, 11, 12, 15, 20}, keys) // it asks for the first
}
