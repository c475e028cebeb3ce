package muxer

import (
	"math"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/pipeline"
)

// second returns num/den seconds, in ticks of 1/den.
func second(num int64, den int) Moment { return Moment{num, astiav.NewRational(1, den)} }

// cutOf returns a cut of a stream whose packets have this time base.
func cutOf(video bool, base [2]int, length Moment) cut {
	c := cut{video: video, exact: video, base: astiav.NewRational(base[0], base[1]), length: length}
	c.enter(0)
	c.begin = math.MinInt64
	return c
}

// partAt returns the part of a packet.
func partAt(t *testing.T, c *cut, pts int64, key bool) (int64, error) {
	t.Helper()
	p := pipeline.NewPacket()
	defer p.Free()
	require.NoError(t, p.FromData([]byte{0}))
	p.SetPts(pts)
	if key {
		p.SetFlags(astiav.NewPacketFlags(astiav.PacketFlagKey))
	}
	return c.partOf(p)
}

// Boundaries are exact, however long the recording lasts. Picture n·k begins part k, and sound is
// in the part in which it begins.
func TestCutIsExact(t *testing.T) {
	for name, c := range map[string]struct {
		base   [2]int
		length Moment
		first  func(part int64) int64 // the first tick of a part
	}{
		"25 a second":       {[2]int{1, 25}, second(2, 1), func(k int64) int64 { return 50 * k }},
		"NTSC":              {[2]int{1001, 30000}, second(60*1001, 30000), func(k int64) int64 { return 60 * k }},
		"NTSC, fine ticks":  {[2]int{1, 90000}, second(60*1001, 30000), func(k int64) int64 { return 60 * 3003 * k }},
		"sound beside NTSC": {[2]int{1, 44100}, second(1001, 30), func(k int64) int64 { return 1471470 * k }},
		"sound beside NTSC, between samples": {
			[2]int{1, 44100},
			second(1001, 30000),
			func(k int64) int64 { return (44100*1001*k + 29999) / 30000 },
		},
		"nanoseconds": {
			[2]int{1, 48000},
			second(1_234_567_891, 1_000_000_000),
			func(k int64) int64 { // 1234567891·48000 = 59259258768000, which k = 100000 does not overflow
				return (59259258768000*k + 999_999_999) / 1_000_000_000
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, k := range []int64{1, 2, 3, 7, 1000, 99_999, 100_000} {
				first := c.first(k)
				for ticks, want := range map[int64]int64{first - 1: k - 1, first: k} {
					cut := cutOf(false, c.base, c.length)
					got, err := partAt(t, &cut, ticks, true)
					require.NoError(t, err)
					require.Equal(t, want, got, "of tick %d, about where part %d begins", ticks, k)
				}
			}
		})
	}
}

// What begins before 0 (priming, pictures that are decoded early) is in the first part.
func TestCutBeforeZero(t *testing.T) {
	c := cutOf(false, [2]int{1, 48000}, second(1, 1))
	got, err := partAt(t, &c, -1024, true)
	require.NoError(t, err)
	require.Zero(t, got)
}

// Pictures are in the part whose key frame comes before them in decoding order.
func TestCutOfPictures(t *testing.T) {
	type picture struct {
		pts  int64
		key  bool
		part int64  // that it is in
		err  string // or why it cannot be in any
	}
	for name, pictures := range map[string][]picture{
		"closed GOPs": {
			{0, true, 0, ""},
			{3, false, 0, ""},
			{1, false, 0, ""},
			{9, false, 0, ""},
			{8, false, 0, ""},
			{10, true, 1, ""},
			{13, false, 1, ""},
			{11, false, 1, ""},
			{20, true, 2, ""},
		},
		"more key frames than parts": {{0, true, 0, ""}, {5, true, 0, ""}, {7, false, 0, ""}, {10, true, 1, ""}, {15, true, 1, ""}},
		"a gap":                      {{0, true, 0, ""}, {34, true, 3, ""}, {36, false, 3, ""}, {40, true, 4, ""}},
		"an open GOP": {
			{0, true, 0, ""},
			{10, true, 1, ""},
			{8, false, 0, "an open GOP"},
		},
		"no key frame": {{0, true, 0, ""}, {9, false, 0, ""}, {10, false, 0, "at 0.400 s is no key frame, so that the part of the recording from 0.400 s on"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := cutOf(true, [2]int{1, 25}, second(10, 25))
			for _, p := range pictures {
				part, err := partAt(t, &c, p.pts, p.key)
				if p.err != "" {
					require.ErrorContains(t, err, p.err)
					return
				}
				require.NoError(t, err)
				require.Equal(t, p.part, part, "of picture %d", p.pts)
			}
		})
	}
}

// Where no key frame can be expected at a certain time, the part goes on up to the next one.
func TestCutOfIrregularPictures(t *testing.T) {
	c := cutOf(true, [2]int{1, 1000}, second(1, 1))
	c.exact = false
	for _, p := range []struct {
		pts  int64
		key  bool
		part int64
	}{{0, true, 0}, {990, false, 0}, {1010, false, 0}, {1500, true, 1}, {2400, false, 1}, {4100, true, 4}} {
		part, err := partAt(t, &c, p.pts, p.key)
		require.NoError(t, err)
		require.Equal(t, p.part, part, "of the picture at %d ms", p.pts)
	}
}
