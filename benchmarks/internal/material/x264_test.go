package material_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/benchmarks/internal/material"
)

// TestReadX264 reads what x264 has written about itself, and finds files with other settings.
func TestReadX264(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	p, err := material.Scaled(64, 48, 3)
	require.NoError(t, err)
	read := func(args string) material.X264 {
		x, err := material.ReadX264(encode(t, p, args))
		require.NoError(t, err, args)
		return x
	}
	fast := read("-c:v libx264 -preset ultrafast -crf 23")
	assert.Regexp(t, `^\d{3}( r\d+)?$`, fast.Version)
	assert.Equal(t, "crf", fast.Options["rc"])
	assert.Equal(t, "23.0", fast.Options["crf"])

	key, _, _ := read("-c:v libx264 -preset ultrafast -crf 23 -threads 2").Differs(fast)
	assert.Empty(t, key, "threads are no work")
	key, its, theirs := read("-c:v libx264 -preset ultrafast -crf 30").Differs(fast)
	assert.Equal(t, []string{"crf", "30.0", "23.0"}, []string{key, its, theirs})
	key, _, _ = read("-c:v libx264 -preset medium -crf 23").Differs(fast)
	assert.NotEmpty(t, key)

	key, its, theirs = read("-c:v libx264 -preset ultrafast -crf 23 -maxrate 2M -bufsize 1M").Differs(fast)
	assert.Equal(t, []string{"vbv_maxrate", "2000", "none"}, []string{key, its, theirs})

	other := read("-c:v ffv1")
	assert.Empty(t, other.Version)
	key, _, _ = other.Differs(fast)
	assert.Empty(t, key)
}

// TestReadX264WithoutRevision reads the text of a build from an archive of x264's source.
func TestReadX264WithoutRevision(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.mp4")
	text := "....x264 - core 165 - H.264/MPEG-4 AVC codec - Copyleft 2003-2025 - http://www.videolan.org/x264.html - " +
		"options: cabac=1 deblock=1:0:0 crf=23.0 aq=1:1.00\x00\x80\xff=x"
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	x, err := material.ReadX264(name)
	require.NoError(t, err)
	assert.Equal(t, "165", x.Version)
	assert.Equal(t, map[string]string{"cabac": "1", "deblock": "1:0:0", "crf": "23.0", "aq": "1:1.00"}, x.Options)
}
