package codec

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/nodes"
)

// openWith opens an encoder of small pictures with parameters for its library, closes it, and
// returns the warnings about it.
func openWith(t *testing.T, encoder, key, parameters string) string {
	t.Helper()
	var mu sync.Mutex
	var lines []string
	receive := func(line astiavx.LogLine) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, line.Text)
	}
	o := Opener{
		Codec:   astiav.FindEncoderByName(encoder),
		Options: []avoption.Option{{Field: avoption.ExtraField(key), Key: key, Value: parameters, Given: parameters}},
		Log:     &astiavx.Log{Most: astiav.LogLevelWarning, To: receive},
		SetUp: func(cc *astiav.CodecContext) {
			cc.SetWidth(64)
			cc.SetHeight(64)
			cc.SetPixelFormat(astiav.PixelFormatYuv420P)
			cc.SetTimeBase(astiav.NewRational(1, 25))
		},
	}
	cc, err := o.Open()
	require.NoError(t, err)
	nodes.FreeCodecContext(cc)
	mu.Lock()
	defer mu.Unlock()
	return strings.Join(lines, "\n")
}

// TestOpeningReplacesStatistics pins one reason why the parameters of a library are checked without
// an encoder: an encoder that is opened and closed changes files.
func TestOpeningReplacesStatistics(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "pass.log")
	require.NoError(t, os.WriteFile(path, []byte("of an earlier pass"), 0o600))
	parameters := avoption.JoinParameters([]avoption.Parameter{{Name: "pass", Value: "1"}, {Name: "stats", Value: path}})

	openWith(t, "libx264", "x264-params", parameters)
	require.FileExists(t, path+".temp", "x264 leaves files")
	openWith(t, "libx265", "x265-params", parameters)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(content), "of an earlier pass", "x265 replaces the statistics")
}

// TestLinesDoNotTellNamesFromValues pins another reason: FFmpeg's lines do not tell a parameter
// that the library does not know from a value that it refuses, and there is none about libvpx.
func TestLinesDoNotTellNamesFromValues(t *testing.T) {
	for _, parameter := range []string{"nonsense=3", "me=sideways"} {
		lines := openWith(t, "libx264", "x264-params", parameter)
		require.Equal(t, fmt.Sprintf("Error parsing option '%s'.", strings.Replace(parameter, "=", " = ", 1)), lines)
	}
	for _, parameter := range []string{"nonsense=3", "tune=film"} {
		lines := openWith(t, "libsvtav1", "svtav1-params", parameter)
		require.Equal(t, fmt.Sprintf("Error parsing option %s.", strings.Replace(parameter, "=", ": ", 1)), lines)
	}
	require.NotContains(t, openWith(t, "libvpx-vp9", "ts-parameters", "nonsense=3"), "nonsense")
}
