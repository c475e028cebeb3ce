package api_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestPictureDataInAllPlaces writes what a video says of its pictures wherever a file can be
// written: at once, with the index in front, in fragments, in parts, in segments, late, and into a
// file that a killed process leaves.
func TestPictureDataInAllPlaces(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, said := range map[string]api.VideoConfig{
		"turned":    {Rotation: 90},
		"spherical": {Projection: "equirectangular", Stereo: "top-bottom"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said.HDR, said.ColorTransfer = display(), "smpte2084"
			testPlaces(t, said)
		})
	}
}

func testPlaces(t *testing.T, said api.VideoConfig) {
	t.Helper()
	ctx, enc, dir := context.Background(), api.NewEncoder(), t.TempDir()
	defer enc.Abort(nil)
	cfg := said
	cfg.Width, cfg.Height, cfg.FrameRate, cfg.InputFormat, cfg.Threads = 64, 32, 25, "gray", 1
	cfg.Codec, cfg.Preset, cfg.KeyInterval = "libx264", "ultrafast", 10
	v := addVideo(t, enc, cfg)
	in := func(name string) string { return filepath.Join(dir, name) }
	folder := func(name string) string {
		require.NoError(t, os.Mkdir(in(name), 0o700))
		return in(name)
	}
	files := []string{in("plain.mp4"), in("front.mp4"), in("safe.mp4"), in("safe.mkv")}
	var fragments bytes.Buffer
	second := api.SegmentEvery(time.Second)
	require.NoError(t, enc.Open(
		ctx, api.File(files[0], api.CrashSafe(false)), api.File(files[1], api.Faststart()), api.File(files[2]), api.File(files[3]),
		api.Writer(&fragments, "mp4"), api.Folder(folder("parts"), "part-%03d.mp4", second),
		api.Folder(folder("hls"), "index.m3u8", second), api.Folder(folder("dash"), "manifest.mpd", second),
	))
	feedCorners(t, v, 60)
	late := []string{in("late.mp4"), in("late.mkv")}
	for _, path := range late {
		addOutput(t, enc, api.File(path))
	}
	feedCorners(t, v, 60)
	require.NoError(t, enc.Sync(ctx))
	for _, name := range []string{"safe.mp4", "safe.mkv"} { // as if the process were killed now
		content, err := os.ReadFile(in(name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(in("killed-"+name), content, 0o600))
		files = append(files, in("killed-"+name))
	}
	require.NoError(t, enc.Close())
	require.NoError(t, os.WriteFile(in("fragments.mp4"), fragments.Bytes(), 0o600))
	parts, err := filepath.Glob(in("parts/*.mp4"))
	require.NoError(t, err)
	require.Len(t, parts, 5)
	files = slices.Concat(files, late, parts, []string{in("fragments.mp4"), firstSegment(t, in("hls")), firstSegment(t, in("dash"))})
	for _, path := range files {
		requireSaid(t, path, said)
	}
}

// firstSegment is the header of a folder of segments with its first segment, as one file.
func firstSegment(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(dir + "/*")
	require.NoError(t, err)
	var header, segment []byte
	for _, name := range names {
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		switch {
		case bytes.Contains(content[:min(len(content), 64)], []byte("ftyp")):
			header = content
		case segment == nil && bytes.Contains(content[:min(len(content), 64)], []byte("styp")):
			segment = content
		}
	}
	require.NotEmpty(t, header, names)
	require.NotEmpty(t, segment, names)
	path := filepath.Join(dir, "joined.mp4")
	require.NoError(t, os.WriteFile(path, append(header, segment...), 0o600))
	return path
}

// requireSaid tests that the container says all of it.
func requireSaid(t *testing.T, path string, said api.VideoConfig) {
	t.Helper()
	list := sideData(t, "ffprobe", path)
	read, light := readHDR(list)
	require.NotEmpty(t, read, path)
	requireDisplay(t, read, 0.00002, 0.0001, 0.0001)
	require.Equal(t, []float64{987, 321}, light)
	surface := surfaceOf(t, list)
	require.Equal(t, said.Projection, surface.projection, path)
	require.Equal(t, said.Stereo == "top-bottom", surface.stereo == "top and bottom", path)
	turned := 0.0 // counterclockwise
	for _, data := range list {
		if data["rotation"] != nil {
			turned = data["rotation"].(float64)
		}
	}
	require.InDelta(t, -said.Rotation, turned, 0, path)
}

// testCUDAPictureData writes what a video says of its pictures into containers. The bitstream of
// NVENC says nothing of it.
func testCUDAPictureData(t *testing.T) {
	mediatest.NoLeaks(t)
	pictures := moving(t)
	for _, c := range []struct {
		extension, codec string
		said             api.VideoConfig
	}{
		{"mp4", "hevc_nvenc", api.VideoConfig{Rotation: 270}},
		{"mkv", "h264_nvenc", api.VideoConfig{Projection: "equirectangular", Stereo: "top-bottom"}},
	} {
		cfg := cudaVideo()
		cfg.Codec, cfg.Preset, cfg.ColorTransfer, cfg.HDR = c.codec, "p1", "smpte2084", display()
		cfg.Rotation, cfg.Projection, cfg.Stereo = c.said.Rotation, c.said.Projection, c.said.Stereo
		path := temporary(t, "said."+c.extension)
		encodeStream(t, api.File(path), cfg, frames(t, pictures, api.NHWC))
		said := c.said
		if said.Rotation > 180 { // as ffprobe counts
			said.Rotation -= 360
		}
		requireSaid(t, path, said)
		enc := api.NewEncoder()
		cfg.Rotation, cfg.Projection, cfg.Stereo = 0, "", ""
		addVideo(t, enc, cfg)
		err := enc.OpenFile(t.Context(), temporary(t, "said.ts"))
		var config *api.ConfigError
		require.ErrorAs(t, err, &config)
		require.Equal(t, "HDR", config.Field)
		require.NoError(t, enc.Close())
	}
}
