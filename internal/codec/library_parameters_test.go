package codec

import (
	"cmp"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/avoption"
)

func TestLibraryParameters(t *testing.T) {
	params := func(key, value string) avoption.Option {
		return avoption.Option{Field: avoption.ExtraField(key), Key: key, Value: value, Given: value}
	}
	for name, c := range map[string]struct {
		encoder  string
		threads  int
		width    int
		height   int // 0: 64
		options  []avoption.Option
		want     string
		location astiav.ChromaLocation
	}{
		"svt alone":                 {encoder: "libsvtav1", threads: 2, want: "svtav1-params lp=2"},
		"svt without threads":       {encoder: "libsvtav1", options: []avoption.Option{params("svtav1-params", "tune=0")}, want: "svtav1-params tune=0"},
		"svt merged":                {encoder: "libsvtav1", threads: 2, options: []avoption.Option{params("svtav1-params", "tune=0")}, want: "svtav1-params lp=2:tune=0"},
		"svt said":                  {encoder: "libsvtav1", threads: 2, options: []avoption.Option{params("svtav1-params", "lp=1")}, want: "svtav1-params lp=1"},
		"x265 alone":                {encoder: "libx265", width: 640, want: "x265-params log-level=none"},
		"x265 threads":              {encoder: "libx265", width: 640, threads: 3, want: "x265-params log-level=none:pools=3"},
		"x265 merged":               {encoder: "libx265", width: 640, threads: 3, options: []avoption.Option{params("x265-params", "ref=2")}, want: "x265-params log-level=none:pools=3:ref=2"},
		"x265 said":                 {encoder: "libx265", width: 640, threads: 3, options: []avoption.Option{params("x265-params", "log=1:numa_pools=1")}, want: "x265-params log=1:numa_pools=1"},
		"x265 escaped":              {encoder: "libx265", width: 640, options: []avoption.Option{params("x265-params", `csv='a:b=c'`)}, want: `x265-params log-level=none:csv=a\:b\=c`},
		"another":                   {encoder: "libaom-av1", threads: 2, options: []avoption.Option{params("aom-params", "cpu-used=8")}, want: "aom-params cpu-used=8"},
		"x264 said":                 {encoder: "libx264", threads: 2, options: []avoption.Option{params("x264-params", "asm=0")}, want: "x264-params asm=0"},
		"x265 small":                {encoder: "libx265", width: 48, want: "x265-params log-level=none:cutree=0"},
		"x265 of a column":          {encoder: "libx265", width: 64, want: "x265-params log-level=none:ctu=32"},
		"x265 of a column, low":     {encoder: "libx265", width: 64, height: 48, want: "x265-params log-level=none"},
		"x265 of a small column":    {encoder: "libx265", width: 32, want: "x265-params log-level=none:cutree=0:ctu=16"},
		"x265 of a column, placebo": {encoder: "libx265", width: 32, options: []avoption.Option{params("x265-params", "ref=2"), {Key: "preset", Value: "placebo"}}, want: "x265-params log-level=none:cutree=0:ref=2"},
		"x265 of a column, said":    {encoder: "libx265", width: 32, options: []avoption.Option{params("x265-params", "min_cu_size=32")}, want: "x265-params log-level=none:cutree=0:min_cu_size=32"},
		"x265 small, said":          {encoder: "libx265", width: 48, options: []avoption.Option{params("x265-params", "no-cutree=1")}, want: "x265-params log-level=none:no-cutree=1"},
		"aom's chroma":              {encoder: "libaom-av1", location: astiav.ChromaLocationLeft, want: "aom-params chroma-sample-position=vertical"},
	} {
		t.Run(name, func(t *testing.T) {
			o := Opener{Codec: astiav.FindEncoderByName(c.encoder), Threads: c.threads, Location: c.location}
			options, err := o.withLibraryParameters(c.width, cmp.Or(c.height, 64), c.options)
			require.NoError(t, err)
			require.Len(t, options, max(1, len(c.options)))
			require.Equal(t, c.want, options[0].Key+" "+options[0].Value)
		})
	}
}

// Several goroutines open encoders with the same options.
func TestLibraryParametersLeaveTheOptionsAlone(t *testing.T) {
	options := make([]avoption.Option, 1, 2)
	options[0] = avoption.Option{Key: "preset", Value: "8"}
	o := Opener{Codec: astiav.FindEncoderByName("libsvtav1"), Threads: 2}
	all, err := o.withLibraryParameters(64, 64, options)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Zero(t, options[:2][1], "behind the options of the others")
}
