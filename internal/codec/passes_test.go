package codec

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/nodes"
)

// passOpener returns the opener of an encoder for one of two passes over small pictures.
func passOpener(encoder string, pass *Pass) *Opener {
	return &Opener{
		Codec: astiav.FindEncoderByName(encoder), Pass: pass, Threads: 1,
		Options: []avoption.Option{{Field: "BitRate", Key: "b", Value: "100000"}},
		SetUp: func(cc *astiav.CodecContext) {
			cc.SetWidth(64)
			cc.SetHeight(64)
			cc.SetPixelFormat(astiav.PixelFormatYuv420P)
			cc.SetTimeBase(astiav.NewRational(1, 25))
		},
	}
}

// TestSecondPassNeedsStatistics opens a second pass that no first one came before.
func TestSecondPassNeedsStatistics(t *testing.T) {
	for _, encoder := range []string{"libx264", "libx265", "libvpx", "libvpx-vp9", "libaom-av1"} {
		t.Run(encoder, func(t *testing.T) {
			mediatest.NoLeaks(t)
			t.Setenv("TMPDIR", t.TempDir())
			two := new(TwoPass)
			_, err := passOpener(encoder, two.Pass(2)).Open()
			require.Error(t, err)
			require.Error(t, two.CheckFirst())
			require.NoError(t, two.Close())
		})
	}
}

// TestStatisticsAreRemoved checks that only an encoder that keeps a file gets a folder, and that
// Close removes it, also if a call that was left behind opens an encoder afterwards.
func TestStatisticsAreRemoved(t *testing.T) {
	for encoder, folders := range map[string]int{"libx264": 1, "libx265": 1, "libvpx-vp9": 0, "mpeg4": 0} {
		t.Run(encoder, func(t *testing.T) {
			mediatest.NoLeaks(t)
			dir := t.TempDir()
			t.Setenv("TMPDIR", dir)
			two := new(TwoPass)
			cc, err := passOpener(encoder, two.Pass(1)).Open()
			require.NoError(t, err)
			require.Len(t, inFolder(t, dir), folders)
			require.NoError(t, two.Close())
			require.Empty(t, inFolder(t, dir))
			nodes.FreeCodecContext(cc) // writes what it has learnt
			cc, err = passOpener(encoder, two.Pass(1)).Open()
			if folders == 1 {
				require.Error(t, err)
			} else {
				nodes.FreeCodecContext(cc)
			}
			require.NoError(t, two.Close())
			require.Empty(t, inFolder(t, dir))
		})
	}
	two := new(TwoPass)
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere"))
	_, err := passOpener("libx264", two.Pass(1)).Open()
	require.ErrorIs(t, err, os.ErrNotExist)
}

// inFolder returns the names of what is in a folder.
func inFolder(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
