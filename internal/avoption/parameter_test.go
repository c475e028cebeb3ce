package avoption

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

// logged runs an encoder in the ffmpeg command of the build that avloom is linked with, and returns
// what it logs.
func logged(t *testing.T, encoder string, args ...string) string {
	t.Helper()
	args = append(
		[]string{"-v", "warning", "-f", "lavfi", "-i", "color=s=64x64:d=0.04", "-c:v", encoder},
		append(args, "-f", "null", "-")...)
	out, err := exec.Command(filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffmpeg"), args...).CombinedOutput()
	if _, ran := err.(*exec.ExitError); err != nil && !ran { //nolint:errorlint // from Command, not wrapped
		t.Fatal(err)
	}
	return string(out)
}

// TestNamesOfX265 asks x265 through FFmpeg, which warns of each name that it does not know.
func TestNamesOfX265(t *testing.T) {
	var all []string
	for _, name := range append(parameterNames["libx265"], "nonsense") {
		all = append(all, name+"=no-such-value")
	}
	t.Chdir(t.TempDir())
	unknown := regexp.MustCompile(`Unknown option: (\S+)\.`).
		FindAllStringSubmatch(logged(t, "libx265", "-x265-params", strings.Join(all, ":")), -1)
	require.Len(t, unknown, 1, "%v", unknown)
	require.Equal(t, "nonsense", unknown[0][1])
}

// TestNamesOfX264 asks x264 through FFmpeg, which stops at the first name or value of x264opts that
// is bad, and says which it is.
func TestNamesOfX264(t *testing.T) {
	bad := regexp.MustCompile(`bad (option|value for) '([^']+)'`)
	t.Chdir(t.TempDir())
	names := append(slices.Clone(x264Parameters), "nonsense")
	for {
		found := bad.FindStringSubmatch(logged(t, "libx264", "-x264opts", strings.Join(names, "=1:")+"=1"))
		require.NotNil(t, found)
		if found[1] == "option" {
			require.Equal(t, "nonsense", found[2])
			return
		}
		names = slices.DeleteFunc(names, func(name string) bool { return name == found[2] })
	}
}

// TestNamesOfLibraries asks the libraries as CheckParameters does.
func TestNamesOfLibraries(t *testing.T) {
	values := []string{"1", "0", "5", "8", "1000,400", "G(0.1,0.2)B(0.1,0.2)R(0.1,0.2)WP(0.1,0.2)L(1000,0.1)"}
	for _, encoder := range []string{"libx264", "libx264rgb", "libx265", "libsvtav1"} {
		require.NotEqual(t, astiavx.ParameterFine, astiavx.CheckParameter(encoder, "nonsense", "1"))
		require.NotEqual(t, astiavx.ParameterUnchecked, astiavx.CheckParameter(encoder, "nonsense", "1"))
		for _, name := range parameterNames[encoder] {
			require.True(t, slices.ContainsFunc(values, func(value string) bool {
				if form, ok := parameterForms[encoder][name]; ok && !form.pattern.MatchString(value) {
					return false
				}
				verdict := astiavx.CheckParameter(encoder, name, value)
				return verdict == astiavx.ParameterFine || encoder != "libsvtav1" && verdict == astiavx.ParameterRefused
			}), "%s of %s", name, encoder)
		}
	}
}

// TestClippedByX264 checks that x264 makes the same of a value at the end of the range and of one
// beyond it.
func TestClippedByX264(t *testing.T) {
	dir := t.TempDir()
	beside := map[string][]string{
		"crf_max":      {"-crf", "30", "-maxrate", "20k", "-bufsize", "20k"}, // without which it does nothing
		"chromaoffset": {"-psy", "0"},                                        // which moves it before it is clipped
	}
	encode := func(key string, value float64) []byte {
		path := filepath.Join(dir, "out.h264")
		args := []string{
			"-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=160x96:d=0.4", "-c:v", "libx264", "-threads", "1", "-preset",
			"veryslow",
			"-" + key, fmt.Sprint(value),
		}
		args = append(append(args, beside[key]...), path)
		mediatest.Run(t, filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffmpeg"), args...)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		return content
	}
	for key, limits := range x264Limits {
		require.Equal(t, encode(key, limits.most), encode(key, limits.most+1), key)
	}
}

func TestParametersSurviveJoining(t *testing.T) {
	all := []Parameter{{"a", "b:c=d"}, {"e", `f\g'h`}, {"i", " j "}}
	back, err := Option{Key: "x265-params", Value: JoinParameters(all)}.Parameters()
	require.NoError(t, err)
	require.Equal(t, all, back)
}

// FuzzParameters gives the parameters that the libraries know values that nobody thought of.
func FuzzParameters(f *testing.F) {
	encoders := []string{"libx264", "libx265", "libsvtav1", "libvpx-vp9"}
	keys := []string{"x264-params", "x265-params", "svtav1-params", "ts-parameters"}
	for i, value := range []string{
		"1", "umh,hex,star", "1.0,0.15", "G(1,2)B(1,2)R(1,2)WP(1,2)L(1,0)", "0,9,q=20", "-1", "[1,2]", "bt709",
	} {
		f.Add(uint8(i), uint16(7*i), value)
	}
	f.Fuzz(func(_ *testing.T, encoder uint8, name uint16, value string) {
		i := int(encoder) % len(encoders)
		names := parameterNames[encoders[i]]
		text := JoinParameters([]Parameter{{names[int(name)%len(names)], value}})
		if strings.ContainsRune(text, 0) {
			return
		}
		_ = CheckParameters(
			encoders[i],
			8,
			[]Option{{Field: ExtraField(keys[i]), Key: keys[i], Value: text, Given: text}},
			nil,
		)
	})
}
