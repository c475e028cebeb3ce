package api_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestAttach has the system's ffmpeg and mkvextract give attachments back, byte for byte.
func TestAttach(t *testing.T) {
	mediatest.NoLeaks(t)
	large := bytes.Repeat([]byte("scene and weather\n"), 1<<20/18)
	for _, c := range []extrasConfig{
		{name: "x.mkv", video: "libx264", audio: "aac"},
		{name: "left.mkv", video: "libx264", audio: "aac", state: unfinished},
		{name: "ftb.mkv", video: "libx264", audio: "aac", state: frontToBack},
		{name: "late.mkv", video: "libx264", audio: "aac", state: lateOutput},
		{name: "x.mka", audio: "libopus"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := c.write(t, api.CoverArt(covers(t)["png"]),
				api.Attach(api.Attachment{Name: "scene.json", MIME: "application/json", Data: []byte("{}")}),
				api.Attach(api.Attachment{Name: "Müller 東京.bin", MIME: "application/octet-stream", Data: large}),
			)
			c.assertStreams(t, path, "attachment", "attachment", "video")
			info := string(mediatest.Run(t, "mkvinfo", "--ui-language", "en_US", path))
			for _, want := range []string{
				"File name: scene.json", "MIME type: application/json", "File name: Müller 東京.bin", "File name: cover.png", "MIME type: image/png",
			} {
				assert.Contains(t, info, want)
			}
			dir := t.TempDir()
			first, second := filepath.Join(dir, "1"), filepath.Join(dir, "2")
			mediatest.Run(t, "mkvextract", path, "attachments", "1:"+first, "2:"+second)
			assertFileIs(t, first, []byte("{}"))
			assertFileIs(t, second, large)
			third := filepath.Join(dir, "3")
			mediatest.Run(t, "ffmpeg", "-v", "error", "-dump_attachment:t:1", third, "-i", path, "-f", "null", "-")
			assertFileIs(t, third, large)
		})
	}
}

func assertFileIs(t *testing.T, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(want, got), path)
}
