package capacity

import (
	"bytes"
	"flag"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func names(cases []Case) (list []string) {
	for _, c := range cases {
		list = append(list, c.String())
	}
	return list
}

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"default": {nil, []string{
			"libx264 ultrafast 1080p", "libx264 ultrafast 480p", "libx264 veryfast 1080p", "libx264 veryfast 480p",
			"libx264 medium 1080p", "libx264 medium 480p", "libsvtav1 12 1080p", "libsvtav1 12 480p",
			"libvpx-vp9 realtime 1080p", "libvpx-vp9 realtime 480p",
		}},
		"presets for all": {
			[]string{"-codecs", "libx264,libx265", "-presets", "fast", "-sizes", "720p"},
			[]string{"libx264 fast 720p", "libx265 fast 720p"},
		},
		"a preset of its own": {
			[]string{"-codecs", "libx264:slow, libsvtav1:", "-presets", "9", "-sizes", "720p, 64x48"},
			[]string{"libx264 slow 720p", "libx264 slow 64x48", "libsvtav1 720p", "libsvtav1 64x48"},
		},
		"a codec without presets": {[]string{"-codecs", "mpeg4", "-sizes", "240p"}, []string{"mpeg4 240p"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := parse(c.args, &bytes.Buffer{})
			require.NoError(t, err)
			assert.Equal(t, c.want, names(s.Cases))
		})
	}
	s, err := parse([]string{"-options", "tune=zerolatency,x264-params=a=b", "-on-full", "block", "-bound", "50ms"}, &bytes.Buffer{})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"tune": "zerolatency", "x264-params": "a=b"}, s.Options)
	assert.Equal(t, 50*time.Millisecond, s.Bound)
	assert.True(t, s.Block)
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-rate", "0"}, "-rate 0: it must be above 0"},
		{[]string{"-rate", "NaN"}, "-rate NaN: it must be above 0"},
		{[]string{"-bound", "1ms"}, "-bound 1ms: lateness is measured"},
		{[]string{"-trial", "0"}, "-trial and -final must be at least 100ms"},
		{[]string{"-budget", "-1s"}, "must not be negative"},
		{[]string{"-most", "0"}, "-most 0: it must be at least 1"},
		{[]string{"-input", "nv12"}, "-input nv12: it must be rgb24 or yuv420p"},
		{[]string{"-output", "tape"}, "-output tape: it must be discard or file"},
		{[]string{"-on-full", "panic"}, "-on-full panic: it must be drop or block"},
		{[]string{"-content", "/none"}, `-content: it is "film" or a file`},
		{[]string{"-options", "tune"}, `-options "tune": an option is key=value`},
		{[]string{"-codecs", ","}, "-codecs and -sizes must not be empty"},
		{[]string{"-sizes", "1080i"}, `-sizes "1080i": it must be such as 1080p`},
		{[]string{"-sizes", "641x480"}, "with even numbers from 16"},
		{[]string{"4"}, `unexpected argument "4"`},
	} {
		_, err := parse(c.args, &bytes.Buffer{})
		assert.ErrorContains(t, err, c.want, "%v", c.args)
	}
}

func TestHelp(t *testing.T) {
	var b bytes.Buffer
	_, err := parse([]string{"-h"}, &b)
	require.ErrorIs(t, err, flag.ErrHelp)
	for _, want := range []string{"How many live streams", "-bound", "default 100ms", "-per-process", "-json"} {
		assert.Contains(t, b.String(), want)
	}
}
