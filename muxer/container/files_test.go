package container

import (
	"strings"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"
)

func TestFilesOfFolders(t *testing.T) {
	hls, ts := HLSFiles("live stream.m3u8", nil), HLSFiles("live.m3u8", map[string]string{"hls_segment_type": "mpegts"})
	dash, pictures := DASHFiles("a$b&c.mpd"), Files{Numbers: "100%%-%05d.png"}
	for _, c := range []struct {
		files      Files
		name, ring string
		owned      bool
	}{
		{hls, "live stream.m3u8", "", true},
		{hls, "live_stream-init.mp4", "", true},
		{hls, "live_stream-00012.m4s", "live_stream-%", true},
		{hls, "live_stream-123456.m4s", "live_stream-%", true},
		{hls, "live_stream-0001.m4s", "", false},
		{hls, "live_stream-00001.ts", "", false},
		{hls, "other-00001.m4s", "", false},
		{ts, "live-00001.ts", "live-%", true},
		{ts, "live-init.mp4", "", false},
		{dash, "a_b_c-0-init.mp4", "", true},
		{dash, "a_b_c-1-00001.m4s", "a_b_c-1-%", true},
		{dash, "a_b_c-12-00001.m4s", "a_b_c-12-%", true},
		{dash, "a$b&c.mpd", "", true},
		{pictures, "100%-00000.png", "100%-%", true},
		{pictures, "100%%-00000.png", "", false},
		{pictures, "", "", false},
	} {
		require.Equal(t, c.owned, c.files.Owns(c.name), c.name)
		require.Equal(t, c.ring, c.files.Ring(c.name), c.name)
	}
}

func TestFilesThatCollide(t *testing.T) {
	numbers := func(pattern string) Files { return Files{Numbers: pattern} }
	for _, c := range []struct {
		a, b    Files
		collide bool
	}{
		{numbers("a-%d.png"), numbers("a-%05d.png"), true},
		{numbers("a-%d.png"), numbers("a-1%d.png"), true},
		{numbers("a-%d.png"), numbers("a-%d0.png"), true},
		{numbers("a-%d.png"), numbers("b-%d.png"), false},
		{numbers("a-%d.png"), numbers("a-%d.jpg"), false},
		{HLSFiles("a.m3u8", nil), numbers("a-%d.m4s"), true},
		{HLSFiles("a.m3u8", nil), DASHFiles("a.mpd"), false},
		{HLSFiles("a-0.m3u8", nil), DASHFiles("a.mpd"), true},
		{HLSFiles("a.m3u8", nil), numbers("a.m3u8"), true},
	} {
		require.Equal(t, c.collide, c.a.Collide(c.b), "%v %v", c.a, c.b)
		require.Equal(t, c.collide, c.b.Collide(c.a), "%v %v", c.b, c.a)
	}
}

func TestNumbersIn(t *testing.T) {
	for pattern, want := range map[string]int{
		"a.png": 0, "a-%d.png": 1, "a-%05d-%3d.png": 2, "100%%-%d": 1, "%%d": 0,
		"50%": -1, "%s": -1, "%%%": -1, "%-5d": -1, "%5": -1, "%0123d": -1,
	} {
		n, ok := NumbersIn(pattern)
		require.Equal(t, want >= 0, ok, pattern)
		if ok {
			require.Equal(t, want, n, pattern)
		}
	}
	require.Len(t, numbersLongest(), len("frame-4294967296.png"))
}

func numbersLongest() string { return Files{Numbers: "frame-%05d.png"}.Longest() }

func TestUsualSegment(t *testing.T) {
	for rate, want := range map[astiav.Rational]string{
		astiav.NewRational(25, 1): "4/1", astiav.NewRational(30000, 1001): "1001/250",
		astiav.NewRational(1, 10): "10/1", astiav.NewRational(24000, 1001): "1001/250",
		{}: "4/1",
	} {
		require.Equal(t, want, UsualSegment(rate).String(), rate.String())
	}
}

// FuzzFiles: no pattern is anything but matched or refused, and what a pattern makes it matches.
func FuzzFiles(f *testing.F) {
	for _, s := range []string{"a-%d.png", "%%%05d", strings.Repeat("%", 9), "%99d", "a.b-%03d.mp4"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		n, ok := NumbersIn(pattern)
		if !ok || n != 1 || strings.ContainsAny(pattern, "\n") {
			return
		}
		files := Files{Numbers: pattern}
		name := fill(pattern, strings.Repeat("7", 99))
		require.True(t, files.Owns(name), name)
		require.NotEmpty(t, files.Ring(name))
		require.True(t, files.Collide(files))
	})
}
