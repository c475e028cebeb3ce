package api_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// covers are covers by the extension of their files. None fits FFmpeg's usual buffer.
func covers(t *testing.T) map[string][]byte {
	t.Helper()
	noise, x := image.NewRGBA(image.Rect(0, 0, 320, 240)), uint32(1)
	for i := range noise.Pix {
		x = x*1664525 + 1013904223
		noise.Pix[i] = byte(x>>24) | 0xff*byte(i%4/3)
	}
	var asPNG, asJPEG bytes.Buffer
	require.NoError(t, png.Encode(&asPNG, noise))
	require.NoError(t, jpeg.Encode(&asJPEG, noise, nil))
	return map[string][]byte{"png": asPNG.Bytes(), "jpg": asJPEG.Bytes()}
}

// coverCases are the containers that hold a cover, and the ways to write them.
var coverCases = []extrasConfig{
	{name: "x.mp4", video: "libx264", audio: "aac"},
	{name: "left.mp4", video: "libx264", audio: "aac", state: unfinished},
	{name: "ftb.mp4", video: "libx264", audio: "aac", state: frontToBack},
	{name: "late.mp4", video: "libx264", audio: "aac", state: lateOutput},
	{name: "plain.mp4", video: "libx264", audio: "aac", options: []api.OutputOption{api.CrashSafe(false)}},
	{name: "fast.mp4", video: "libx264", audio: "aac", options: []api.OutputOption{api.Faststart()}},
	{name: "x.m4a", audio: "aac"},
	{name: "left.m4a", audio: "aac", state: unfinished},
	{name: "ftb.m4a", audio: "aac", state: frontToBack},
	{name: "x.f4v", video: "libx264", audio: "aac"},
	{name: "x.mkv", video: "libx264", audio: "aac"},
	{name: "left.mkv", video: "libx264", audio: "aac", state: unfinished},
	{name: "ftb.mkv", video: "libx264", audio: "aac", state: frontToBack},
	{name: "late.mka", audio: "aac", state: lateOutput},
	{name: "x.mp3", audio: "libmp3lame"},
	{name: "ftb.mp3", audio: "libmp3lame", state: frontToBack},
	{name: "late.mp3", audio: "libmp3lame", state: lateOutput},
	{name: "x.aiff", audio: "pcm_s16be"},
	{name: "x.flac", audio: "flac"},
	{name: "ftb.flac", audio: "flac", state: frontToBack},
	{name: "late.flac", audio: "flac", state: lateOutput},
	{name: "x.ogg", audio: "libvorbis"},
	{name: "x.opus", audio: "libopus"},
	{name: "ftb.opus", audio: "libopus", state: frontToBack},
}

// TestCoverArt writes a cover into each container that holds one, and has the system's ffmpeg give
// it back, byte for byte. It is no stream of pictures, and stands behind those of the program.
func TestCoverArt(t *testing.T) {
	mediatest.NoLeaks(t)
	both, all := covers(t), mediatest.Long(t)
	for i, c := range coverCases {
		kinds := []string{"png", "jpg"}
		if !all {
			kinds = kinds[i%2 : i%2+1]
		}
		for _, kind := range kinds {
			t.Run(kind+" in "+c.name, func(t *testing.T) {
				t.Parallel()
				path := c.write(t, api.CoverArt(both[kind]))
				c.assertStreams(t, path, "video")
				index, got := "0:v:0", filepath.Join(t.TempDir(), "cover."+kind)
				if c.video != "" {
					index = "0:v:1"
				}
				isCover := mediatest.Run(t, "ffprobe", "-v", "error", "-select_streams", index[2:],
					"-show_entries", "stream_disposition=attached_pic,default", "-of", "csv=p=0", path)
				assert.Equal(t, "0,1\n", string(isCover))
				mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-map", index, "-c", "copy", "-f", "image2", "-update", "1", got)
				copied, err := os.ReadFile(got)
				require.NoError(t, err)
				assert.True(t, bytes.Equal(both[kind], copied))
			})
		}
	}
}

// TestPlayersTakeCovers has programs that are not FFmpeg's find a cover, and play files that have
// one. None finds a track of pictures that is not there.
func TestPlayersTakeCovers(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range coverCases {
		if !slices.Contains([]string{"x.mp4", "left.mp4", "ftb.mp4", "x.m4a", "left.m4a", "x.mkv", "x.mp3", "ftb.mp3", "x.flac", "x.opus"}, c.name) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := c.write(t, api.CoverArt(covers(t)["jpg"]))
			counts := " 1 Yes\n"
			if c.video != "" {
				counts = "1 1 Yes\n"
				playWithGStreamer(t, path)
			}
			assert.Equal(t, counts, string(mediatest.Run(t, "mediainfo", "--Inform=General;%VideoCount% %AudioCount% %Cover%\n", path)))
			assert.Empty(t, saidBy(t, "ffmpeg", "-v", "error", "-xerror", "-i", path, "-map", "0:a", "-f", "null", "-"))
		})
	}
}
