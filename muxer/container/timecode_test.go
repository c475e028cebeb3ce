package container_test

import (
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/muxer/container"
)

var ntsc = astiav.NewRational(30000, 1001)

func TestTimecode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		rate   astiav.Rational
		frames int64
		later  string
	}{
		{"10:00:00:00", astiav.NewRational(25, 1), 26, "10:00:01:01"},
		{"23:59:59:24", astiav.NewRational(25, 1), 1, "00:00:00:00"},
		{"00:00:59;29", ntsc, 1, "00:01:00;02"},
		{"00:00:00.00", ntsc, 1799, "00:00:59;29"},
		{"00:09:59;29", ntsc, 1, "00:10:00;00"},
		{"00:10:59;29", ntsc, 1, "00:11:00;02"},
		{"00:01:59;29", ntsc, 1, "00:02:00;02"},
		{"00:00:00;00", ntsc, 107892, "01:00:00;00"}, // an hour of 29.97 frames per second
		{"23:59:59;29", ntsc, 1, "00:00:00;00"},
		{"00:00:59;59", astiav.NewRational(60000, 1001), 1, "00:01:00;04"},
		{"01:00:00:23", astiav.NewRational(24000, 1001), 1, "01:00:01:00"},
	} {
		tc, reason := container.ParseTimecode(c.text, c.rate)
		require.Empty(t, reason, c.text)
		assert.Equal(t, c.later, tc.Add(c.frames).String(), c.text)
	}
}

func TestWrongTimecodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		rate astiav.Rational
		says string
	}{
		{"24:00:00:00", ntsc, "23:59:59"},
		{"00:60:00:00", ntsc, "23:59:59"},
		{"00:00:60:00", ntsc, "23:59:59"},
		{"00:00:00:25", astiav.NewRational(25, 1), "from 00 to 24"},
		{"00:00:00;00", astiav.NewRational(25, 1), "drop-frame"},
		{"00:01:00;01", ntsc, "does not exist"},
		{"00:00:00:00", astiav.NewRational(1, 10), "1 frame per second"},
		{"soon", ntsc, "10:00:00:00"},
		{"-1:00:00:00", ntsc, "10:00:00:00"},
		{"10:00:00:-1", ntsc, "10:00:00:00"},
		{"10:00:00", ntsc, "10:00:00:00"},
		{"10:00:00:00 (tape 3)", ntsc, "10:00:00:00"},
	} {
		_, reason := container.ParseTimecode(c.text, c.rate)
		assert.Contains(t, reason, c.says, c.text)
	}
}
