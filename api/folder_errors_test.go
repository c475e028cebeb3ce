package api_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// wrongFolder is a folder that Open refuses. In paths, "." is an empty folder.
type wrongFolder struct {
	name, field string
	output      api.Output
	video       api.VideoConfig // that differs from the usual one
	sound       bool            // there is a stream of sound, too
}

func wrongFolders() []wrongFolder {
	folder := func(name string, opts ...api.OutputOption) api.Output { return api.Folder(".", name, opts...) }
	options := func(key string, value any) api.OutputOption { return api.FormatOptions(map[string]any{key: value}) }
	second := api.SegmentEvery(time.Second)
	wrong := []wrongFolder{
		{name: "no folder", field: "dir", output: api.Folder("nowhere", "index.m3u8")},
		{name: "a folder without a name", field: "dir", output: api.Folder("", "index.m3u8")},
		{name: "a file as folder", field: "dir", output: api.Folder("file", "index.m3u8")},
		{name: "a folder with NUL", field: "dir", output: api.Folder("a\x00b", "index.m3u8")},
		{name: "two numbers", field: "name", output: folder("a-%d-%05d.png")},
		{name: "no number", field: "name", output: folder("frame.png")},
		{name: "no number in the name of parts", field: "name", output: folder("part.mp4")},
		{name: "a percent sign alone", field: "name", output: folder("100%-%05d.png")},
		{name: "a letter as number", field: "name", output: folder("frame-%s.png")},
		{name: "a percent sign in a playlist", field: "name", output: folder("100%.m3u8")},
		{name: "a number in a playlist", field: "name", output: folder("index-%d.m3u8")},
		{name: "no extension", field: "name", output: folder("frame-%d")},
		{name: "an extension of no pictures", field: "name", output: folder("frame-%d.foo", api.Format("image2"))},
		{name: "one plane of three", field: "name", output: folder("frame-%d.y")},
		{name: "a format that does not exist", field: "Format", output: folder("x-%d.png", api.Format("nonsense"))},
		{name: "a format without files", field: "Format", output: folder("x-%d.ts", api.Format("rtp"))},
		{name: "too long a name", field: "name", output: folder(strings.Repeat("x", 220) + ".m3u8")},
		{name: "segments of no time", field: "SegmentEvery", output: folder("index.m3u8", api.SegmentEvery(0))},
		{name: "segments shorter than a frame", field: "SegmentEvery", output: folder("index.m3u8", api.SegmentEvery(time.Millisecond))},
		{name: "segments of no whole number of frames", field: "SegmentEvery", output: folder("index.m3u8", api.SegmentEvery(990*time.Millisecond))},
		{name: "segments of NTSC", field: "SegmentEvery", output: folder("index.m3u8", second), video: api.VideoConfig{FrameRate: 30000.0 / 1001}},
		{name: "segments with own times", field: "SegmentEvery", output: folder("index.m3u8", second), video: api.VideoConfig{VariableRate: true}},
		{name: "segments of pictures", field: "SegmentEvery", output: folder("frame-%d.png", second)},
		{name: "segments in a file", field: "SegmentEvery", output: api.File("x.mp4", second)},
		{name: "keep none", field: "SegmentKeep", output: folder("index.m3u8", api.SegmentKeep(0))},
		{name: "keep in a file", field: "SegmentKeep", output: api.File("x.mp4", api.SegmentKeep(3))},
		{name: "faststart in a playlist", field: "Faststart", output: folder("index.m3u8", api.Faststart())},
		{name: "crash-safe pictures", field: "CrashSafe", output: folder("frame-%d.png", api.CrashSafe(true))},
		{name: "the length of segments by FFmpeg's option", field: "FormatOptions[hls_time]", output: folder("index.m3u8", options("hls_time", 2))},
		{name: "FFmpeg's names of segments", field: "FormatOptions[hls_segment_filename]", output: folder("index.m3u8", options("hls_segment_filename", "/tmp/x%d.ts"))},
		{name: "FFmpeg removing segments", field: "FormatOptions[hls_flags]", output: folder("index.m3u8", options("hls_flags", "delete_segments"))},
		{name: "encrypted segments", field: "FormatOptions[hls_enc]", output: folder("index.m3u8", options("hls_enc", 1))},
		{name: "a window that FFmpeg removes", field: "FormatOptions[window_size]", output: folder("m.mpd", options("window_size", 2))},
		{name: "DASH in one file", field: "FormatOptions[single_file]", output: folder("m.mpd", options("single_file", 1))},
		{name: "DASH in WebM", field: "FormatOptions[dash_segment_type]", output: folder("m.mpd", options("dash_segment_type", "webm"))},
		{name: "names of pictures by the time", field: "FormatOptions[strftime]", output: folder("f-%d.png", options("strftime", 1))},
		{name: "a playlist that loses nothing, and a window", field: "FormatOptions[hls_playlist_type]", output: folder("index.m3u8", options("hls_playlist_type", "vod"), api.SegmentKeep(3))},
		{name: "an option that HLS does not have", field: "FormatOptions[hls_tiem]", output: folder("index.m3u8", options("hls_tiem", 2))},
		{name: "a codec of other pictures", field: "Codec", output: folder("f-%d.jpg"), video: api.VideoConfig{Codec: "png"}},
		{name: "an animation as pictures", field: "Codec", output: folder("f-%d.webp"), video: api.VideoConfig{Codec: "libwebp_anim"}},
		{name: "a video codec in pictures", field: "Codec", output: folder("f-%d.png"), video: api.VideoConfig{Codec: "libx264"}},
		{name: "sound in pictures", field: "Codec", output: folder("f-%d.png"), sound: true},
		{name: "a codec that is not streamed", field: "Codec", output: folder("index.m3u8"), video: api.VideoConfig{Codec: "png"}},
		{name: "a codec that mp4 does not hold", field: "Codec", output: folder("index.m3u8"), video: api.VideoConfig{Codec: "libvpx"}},
		{name: "own times of pictures", field: "VariableRate", output: folder("f-%d.png"), video: api.VideoConfig{VariableRate: true}},
		{name: "a tag that DASH drops", field: "Metadata[artist]", output: folder("m.mpd", api.Metadata(map[string]string{"artist": "x"}))},
		{name: "a tag of pictures", field: "Metadata[title]", output: folder("f-%d.png", api.Metadata(map[string]string{"title": "x"}))},
	}
	for _, name := range []string{"", ".", "..", "../index.m3u8", "/tmp/index.m3u8", "sub/index.m3u8", "a\x00.m3u8"} {
		wrong = append(wrong, wrongFolder{name: "the name " + strings.ReplaceAll(name, "\x00", "NUL"), field: "name", output: folder(name)})
	}
	return wrong
}

// noteWrongFolders opens each of them in an empty folder, which stays empty.
func noteWrongFolders(t *testing.T, note func(name, field string, err error)) {
	t.Run("folders", func(t *testing.T) { noteWrongFoldersHere(t, note) }) // whose end leaves the folder
}

func noteWrongFoldersHere(t *testing.T, note func(name, field string, err error)) {
	dir := t.TempDir()
	t.Chdir(dir)
	require.NoError(t, os.WriteFile("file", nil, 0o600))
	for _, w := range wrongFolders() {
		enc := api.NewEncoder()
		cfg := w.video
		cfg.Width, cfg.Height = 64, 64
		if cfg.FrameRate == 0 {
			cfg.FrameRate = 25
		}
		_, err := enc.AddVideo(cfg)
		require.NoError(t, err, w.name)
		if w.sound {
			addAudio(t, enc, stereo())
		}
		note("folder: "+w.name, w.field, enc.Open(context.Background(), w.output))
		require.NoError(t, enc.Close())
		require.Equal(t, []string{"file"}, filesIn(t, dir), w.name)
	}
	for name, outputs := range map[string][]api.Output{
		"the same folder and name": {api.Folder(".", "index.m3u8"), api.Folder("./.", "index.m3u8")},
	} {
		enc := api.NewEncoder()
		addVideo(t, enc, numberedVideo())
		note("folder: "+name, "outputs", enc.Open(context.Background(), outputs...))
	}
}

// TestFoldersThatOverlap: outputs whose files could have the same names are refused, and others in
// one folder are not.
func TestFoldersThatOverlap(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		a, b    string
		overlap bool
	}{
		{"index.m3u8", "index.mpd", false},
		{"index.m3u8", "other.m3u8", false},
		{"a b.m3u8", "a_b.m3u8", true},
		{"index.m3u8", "index.m3u", false},
		{"i.mpd", "i-0.m3u8", true},
		{"index.m3u8", "FILE index-00003.m4s", true},
		{"index.m3u8", "FILE index.mp4", false},
		{"index.m3u8", "FILE index-init.mp4", true},
	} {
		t.Run(c.a+" "+c.b, func(t *testing.T) {
			dir := t.TempDir()
			second := api.Folder(dir+"/.", c.b)
			if name, isFile := strings.CutPrefix(c.b, "FILE "); isFile {
				second = api.File(filepath.Join(dir, name), api.Format("mp4"))
			}
			if c.b == "index.m3u" {
				second = api.Folder(dir, c.b, api.Format("dash"))
			}
			enc := api.NewEncoder()
			v := addVideo(t, enc, numberedVideo())
			err := enc.Open(context.Background(), api.Folder(dir, c.a), second)
			if c.overlap {
				require.ErrorContains(t, err, "files of the same names")
				require.Empty(t, filesIn(t, dir))
			} else {
				require.NoError(t, err)
				addNumbered(t, v, 0, 3)
			}
			require.NoError(t, enc.Close())
		})
	}
}
