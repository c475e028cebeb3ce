package api_test

import (
	"bytes"
	"context"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestRawVideoIsReadAsItWasOrRefused writes rawvideo in every pixel format into every container
// that does not refuse it, and reads it again: what a container has no name for would be read as
// something else.
func TestRawVideoIsReadAsItWasOrRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	all := astiavx.PixelFormats(func(f astiav.PixelFormat) bool {
		return !astiavx.DescribePixelFormat(f).Hardware &&
			astiavx.WithoutRange(f) == f // those of JPEG are the others, of the full range
	})
	for container, least := range map[string]int{"nut": 160, "matroska": 20, "mov": 14, "avi": 14, "asf": 16} {
		var formats []string
		for _, f := range all {
			if openRaw(t, container, f) == nil {
				formats = append(formats, f)
			}
		}
		require.GreaterOrEqual(t, len(formats), least, container)
		requireReadAgain(t, container, formats)
	}
}

func rawStream(format string) api.VideoConfig {
	return api.VideoConfig{
		Width:       32,
		Height:      16,
		FrameRate:   25,
		Codec:       "rawvideo",
		PixelFormat: format,
		InputFormat: format,
	}
}

func openRaw(t *testing.T, container, format string) error {
	t.Helper()
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	if _, err := enc.AddVideo(rawStream(format)); err != nil {
		requireField(t, err, "PixelFormat")
		return err
	}
	return enc.OpenWriter(context.Background(), new(api.MemoryFile), container)
}

// requireReadAgain writes a picture of noise in each format, each in a stream of its own, and
// compares what is read, in the same format.
func requireReadAgain(t *testing.T, container string, formats []string) {
	t.Helper()
	path, dir := temporary(t, "raw"), t.TempDir()
	enc := api.NewEncoder()
	args := []string{"-v", "error", "-i", path}
	var streams []*api.VideoStream
	for i, f := range formats {
		streams = append(streams, addVideo(t, enc, rawStream(f)))
		args = append(
			args,
			"-map",
			"0:"+strconv.Itoa(i),
			"-frames:v",
			"1",
			"-f",
			"rawvideo",
			"-pix_fmt",
			f,
			filepath.Join(dir, f),
		)
	}
	require.NoError(t, enc.OpenFile(context.Background(), path, api.Format(container)), container)
	noise := map[string][]byte{}
	for i, f := range formats {
		noise[f] = noiseIn(t, f, 32, 16)
		for i := 32*16 + 3; f == "pal8" && i < len(noise[f]); i += 4 {
			noise[f][i] = 255 // since AVI has palettes without alpha
		}
		require.NoError(t, streams[i].AddFrames(context.Background(), api.Frames{Data: noise[f], Layout: api.Raw}))
	}
	require.NoError(t, enc.Close())
	command(t, nil, args...) // since the system's ffmpeg does not know the newest formats
	for f, read := range readFiles(t, dir, formats) {
		if f == "gray" && container == "mov" { // which reads it as a palette of greys
			continue
		}
		require.True(t, bytes.Equal(noise[f], read), "%s in %s", f, container)
	}
}
