package material_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/benchmarks/internal/contend"
	"github.com/avloom/avloom/benchmarks/internal/material"
)

// encode makes a file from the pictures in YUV, and returns its path.
func encode(t *testing.T, p material.Pictures, args string) string {
	t.Helper()
	ffmpeg, err := material.FFmpeg("ffmpeg")
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "a.mkv")
	head := []string{"-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "64x48", "-r", "30", "-i", p.YUV}
	out, err := exec.Command(ffmpeg, append(append(head, strings.Fields(args)...), name)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return name
}

// TestPSNR compares files with the pictures that they were made from.
func TestPSNR(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	p, err := material.Scaled(64, 48, 3)
	require.NoError(t, err)
	forwards := contend.Job{Count: p.Count}.Picture
	psnr := func(args string, picture func(k int) int) float64 {
		db, err := p.PSNR(encode(t, p, args), 3, picture)
		require.NoError(t, err, args)
		return db
	}
	assert.InDelta(t, 100, psnr("-c:v ffv1", forwards), 0, "the pictures themselves")
	good, bad := psnr("-c:v libx264 -qp 20", forwards), psnr("-c:v libx264 -qp 40", forwards)
	assert.True(t, 55 > good && good > bad+5 && bad > 20, "%v and %v dB", good, bad)
	assert.Less(t, psnr("-c:v ffv1", func(int) int { return 0 }), 50., "two frames show another picture")
	_, err = p.PSNR(encode(t, p, "-c:v ffv1"), 4, forwards)
	assert.ErrorContains(t, err, "has 3 frames, not 4")
}

// TestPSNRHonoursTags: the pictures are compared in the matrix and the range that the file tells.
func TestPSNRHonoursTags(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	p := material.Pictures{Width: 64, Height: 48, Count: 1, RGB: filepath.Join(t.TempDir(), "red")}
	require.NoError(t, os.WriteFile(p.RGB, bytes.Repeat([]byte{230, 20, 10}, 64*48), 0o600))
	ffmpeg, err := material.FFmpeg("ffmpeg")
	require.NoError(t, err)
	for filter, right := range map[string]bool{
		"null": true,
		"scale=out_color_matrix=bt601:out_range=tv":                                               true,
		"scale=out_color_matrix=bt709:out_range=tv":                                               true,
		"scale=out_color_matrix=bt709:out_range=pc":                                               true,
		"scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,setparams=colorspace=smpte170m": false,
		"scale=out_color_matrix=bt601:out_range=pc,format=yuv420p,setparams=range=tv":             false,
	} {
		name := filepath.Join(t.TempDir(), "a.mkv")
		out, err := exec.Command(ffmpeg, "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "64x48",
			"-i", p.RGB, "-vf", filter, "-pix_fmt", "yuv420p", "-c:v", "ffv1", name).CombinedOutput()
		require.NoError(t, err, "%s", out)
		db, err := p.PSNR(name, 1, contend.Job{Count: 1}.Picture)
		require.NoError(t, err)
		assert.Equal(t, right, db > 45, "%v dB with %s", db, filter)
	}
}

// TestScaledLeavesBlackOut: an encoder has nothing to do with the black that the clip begins with.
func TestScaledLeavesBlackOut(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	p, err := material.Scaled(64, 48, 6)
	require.NoError(t, err)
	rgb, err := os.ReadFile(p.RGB)
	require.NoError(t, err)
	for i := range p.Count {
		picture := rgb[i*3*64*48:][:3*64*48]
		assert.Greater(t, int(slices.Max(picture))-int(slices.Min(picture)), 150, "picture %d", i)
	}
}
