package api

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

// logged runs an encoder in the ffmpeg command of the build that avloom is linked with, and returns what it logs.
func logged(t *testing.T, encoder string, args ...string) string {
	t.Helper()
	args = append([]string{"-v", "warning", "-f", "lavfi", "-i", "color=s=64x64:d=0.04", "-c:v", encoder}, append(args, "-f", "null", "-")...)
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
	unknown := regexp.MustCompile(`Unknown option: (\S+)\.`).FindAllStringSubmatch(logged(t, "libx265", "-x265-params", strings.Join(all, ":")), -1)
	require.Len(t, unknown, 1, "%v", unknown)
	require.Equal(t, "nonsense", unknown[0][1])
}

// TestNamesOfX264 asks x264 through FFmpeg, which stops at the first name or value of x264opts that is bad, and says which it is.
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

// TestNamesOfLibraries asks the libraries as checkNested does.
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

// TestClippedByX264 checks that x264 makes the same of a value at the end of the range and of one beyond it.
func TestClippedByX264(t *testing.T) {
	dir := t.TempDir()
	beside := map[string][]string{
		"crf_max":      {"-crf", "30", "-maxrate", "20k", "-bufsize", "20k"}, // without which it does nothing
		"chromaoffset": {"-psy", "0"},                                        // which moves it before it is clipped
	}
	encode := func(key string, value float64) []byte {
		path := filepath.Join(dir, "out.h264")
		args := []string{
			"-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=160x96:d=0.4", "-c:v", "libx264", "-threads", "1", "-preset", "veryslow",
			"-" + key, fmt.Sprint(value),
		}
		args = append(append(args, beside[key]...), path)
		mediatest.Run(t, filepath.Join(os.Getenv("AVLOOM_FFMPEG_BIN"), "ffmpeg"), args...)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		return content
	}
	for key, limits := range x264Clips {
		require.Equal(t, encode(key, limits.most), encode(key, limits.most+1), key)
	}
}

func TestLibraryParameters(t *testing.T) {
	params := func(key, value string) codecOption {
		return codecOption{field: extraField(key), key: key, value: value, given: value}
	}
	for name, c := range map[string]struct {
		encoder  string
		threads  int
		width    int
		height   int // 0: 64
		options  []codecOption
		want     string
		location astiav.ChromaLocation
	}{
		"svt alone":                 {encoder: "libsvtav1", threads: 2, want: "svtav1-params lp=2"},
		"svt without threads":       {encoder: "libsvtav1", options: []codecOption{params("svtav1-params", "tune=0")}, want: "svtav1-params tune=0"},
		"svt merged":                {encoder: "libsvtav1", threads: 2, options: []codecOption{params("svtav1-params", "tune=0")}, want: "svtav1-params lp=2:tune=0"},
		"svt said":                  {encoder: "libsvtav1", threads: 2, options: []codecOption{params("svtav1-params", "lp=1")}, want: "svtav1-params lp=1"},
		"x265 alone":                {encoder: "libx265", width: 640, want: "x265-params log-level=none"},
		"x265 threads":              {encoder: "libx265", width: 640, threads: 3, want: "x265-params log-level=none:pools=3"},
		"x265 merged":               {encoder: "libx265", width: 640, threads: 3, options: []codecOption{params("x265-params", "ref=2")}, want: "x265-params log-level=none:pools=3:ref=2"},
		"x265 said":                 {encoder: "libx265", width: 640, threads: 3, options: []codecOption{params("x265-params", "log=1:numa_pools=1")}, want: "x265-params log=1:numa_pools=1"},
		"x265 escaped":              {encoder: "libx265", width: 640, options: []codecOption{params("x265-params", `csv='a:b=c'`)}, want: `x265-params log-level=none:csv=a\:b\=c`},
		"another":                   {encoder: "libaom-av1", threads: 2, options: []codecOption{params("aom-params", "cpu-used=8")}, want: "aom-params cpu-used=8"},
		"x264 said":                 {encoder: "libx264", threads: 2, options: []codecOption{params("x264-params", "asm=0")}, want: "x264-params asm=0"},
		"x265 small":                {encoder: "libx265", width: 48, want: "x265-params log-level=none:cutree=0"},
		"x265 of a column":          {encoder: "libx265", width: 64, want: "x265-params log-level=none:ctu=32"},
		"x265 of a column, low":     {encoder: "libx265", width: 64, height: 48, want: "x265-params log-level=none"},
		"x265 of a small column":    {encoder: "libx265", width: 32, want: "x265-params log-level=none:cutree=0:ctu=16"},
		"x265 of a column, placebo": {encoder: "libx265", width: 32, options: []codecOption{params("x265-params", "ref=2"), {key: "preset", value: "placebo"}}, want: "x265-params log-level=none:cutree=0:ref=2"},
		"x265 of a column, said":    {encoder: "libx265", width: 32, options: []codecOption{params("x265-params", "min_cu_size=32")}, want: "x265-params log-level=none:cutree=0:min_cu_size=32"},
		"x265 small, said":          {encoder: "libx265", width: 48, options: []codecOption{params("x265-params", "no-cutree=1")}, want: "x265-params log-level=none:no-cutree=1"},
		"aom's chroma":              {encoder: "libaom-av1", location: astiav.ChromaLocationLeft, want: "aom-params chroma-sample-position=vertical"},
	} {
		t.Run(name, func(t *testing.T) {
			o := opener{codec: astiav.FindEncoderByName(c.encoder), threads: c.threads, location: c.location}
			options, err := o.withLibraryParameters(c.width, cmp.Or(c.height, 64), c.options)
			require.NoError(t, err)
			require.Len(t, options, max(1, len(c.options)))
			require.Equal(t, c.want, options[0].key+" "+options[0].value)
		})
	}
}

func TestParametersSurviveJoining(t *testing.T) {
	all := []parameter{{"a", "b:c=d"}, {"e", `f\g'h`}, {"i", " j "}}
	back, err := codecOption{key: "x265-params", value: joinParameters(all)}.parameters()
	require.NoError(t, err)
	require.Equal(t, all, back)
}

// TestX265SaysNothing opens and closes an encoder that would write its whole story to stderr.
func TestX265SaysNothing(t *testing.T) {
	mediatest.NoLeaks(t)
	require.Empty(t, StderrOf(t, func() {
		for _, codec := range []string{"libx265", "libx264"} {
			for _, threads := range []int{0, 1, 3, 40} {
				e := NewEncoder()
				v, err := e.AddVideo(VideoConfig{Width: 128, Height: 96, FrameRate: 25, Codec: codec, Threads: threads, Preset: "ultrafast"})
				require.NoError(t, err)
				require.NoError(t, e.OpenWriter(context.Background(), new(MemoryFile), "mkv"))
				require.NoError(t, v.AddFrames(context.Background(), Frames{Data: make([]byte, 4*128*96*3)}))
				require.NoError(t, e.Close())
			}
		}
	}))
}

// TestSVTAV1RefusesAndGoesOn finds a parameter that only opening reveals, and then encodes with one that is fine: closed without a picture, SVT-AV1 would wait
// for ever.
func TestSVTAV1RefusesAndGoesOn(t *testing.T) {
	mediatest.NoLeaks(t)
	open := func(parameters string) (*VideoStream, *Encoder, error) {
		e := NewEncoder()
		v, err := e.AddVideo(VideoConfig{
			Width: 128, Height: 96, FrameRate: 25, Codec: "libsvtav1", Preset: "12", Threads: 1, ExtraOptions: map[string]any{"svtav1-params": parameters},
		})
		require.NoError(t, err)
		return v, e, e.OpenWriter(context.Background(), new(MemoryFile), "mkv")
	}
	_, e, err := open("tune=0:lookahead=500")
	require.ErrorContains(t, err, `libsvtav1 does not open with "lookahead=500" in it`)
	require.NoError(t, e.Close())
	v, e, err := open("tune=0")
	require.NoError(t, err)
	require.NoError(t, v.AddFrames(context.Background(), Frames{Data: make([]byte, 3*128*96*3)}))
	require.NoError(t, e.Close())
}

// FuzzParameters gives the parameters that the libraries know values that nobody thought of.
func FuzzParameters(f *testing.F) {
	encoders := []string{"libx264", "libx265", "libsvtav1", "libvpx-vp9"}
	keys := []string{"x264-params", "x265-params", "svtav1-params", "ts-parameters"}
	for i, value := range []string{"1", "umh,hex,star", "1.0,0.15", "G(1,2)B(1,2)R(1,2)WP(1,2)L(1,0)", "0,9,q=20", "-1", "[1,2]", "bt709"} {
		f.Add(uint8(i), uint16(7*i), value)
	}
	f.Fuzz(func(_ *testing.T, encoder uint8, name uint16, value string) {
		i := int(encoder) % len(encoders)
		names := parameterNames[encoders[i]]
		text := joinParameters([]parameter{{names[int(name)%len(names)], value}})
		if strings.ContainsRune(text, 0) {
			return
		}
		_ = checkNested(encoders[i], 8, []codecOption{{field: extraField(keys[i]), key: keys[i], value: text, given: text}}, nil)
	})
}
