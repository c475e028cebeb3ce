package rgbyuv

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestGreys converts every grey, three pixels wide: the chroma filters see two greys at once here
// and there, whose average is neutral too.
func TestGreys(t *testing.T) {
	greys := newColours(256*3+1, 2, func(x, _ int) [3]byte { v := byte(x / 3); return [3]byte{v, v, v} })
	eachConfig(func(cfg Config) {
		src := greys.input(cfg.Input, guarded(0, 0)).planes()
		want := Reference(cfg, src, greys.width, greys.height)
		for _, l := range levels() {
			dst := newOutput(cfg.Output, greys.width, greys.height, guarded(0, 0))
			c, _ := newAt(l, cfg)
			c.Convert(dst.planes(), src, greys.width, greys.height)
			got := dst.samples()
			require.Equal(t, rounded(want[0]), got[0], "%s, %s: luma", cfg, l)
			if cfg.Output == RGB {
				continue // it has no chroma
			}
			for _, chroma := range got[1:] {
				require.Equal(t, bytes.Repeat([]byte{128}, len(chroma)), chroma, "%s, %s: chroma", cfg, l)
			}
		}
	})
}

func rounded(samples []float64) []byte {
	out := make([]byte, len(samples))
	for i, v := range samples {
		out[i] = byte(math.Round(v))
	}
	return out
}

// TestError measures the error before rounding; rounding alone makes 0.25 on average.
func TestError(t *testing.T) {
	for name, from := range map[string]colours{"noise": noise(160, 90), "natural": natural(160, 90)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := from.input(RGB24, guarded(0, 0)).planes()
			eachConfig(func(cfg Config) {
				dst := newOutput(cfg.Output, from.width, from.height, guarded(0, 0))
				c, _ := New(cfg)
				c.Convert(dst.planes(), src, from.width, from.height)
				got := dst.samples()
				want := Reference(cfg, src, from.width, from.height)
				for i := range got {
					requireAccurate(t, want[i], got[i], cfg, i)
				}
			})
		})
	}
}

func requireAccurate(t *testing.T, want []float64, got []byte, cfg Config, plane int) {
	t.Helper()
	var sum, bias, largest float64
	for i, w := range want {
		e := float64(got[i]) - w
		sum, bias, largest = sum+math.Abs(e), bias+e, max(largest, math.Abs(e))
	}
	n := float64(len(want))
	t.Logf("%s, plane %d: error %.4f, bias %+.4f, largest %.4f", cfg, plane, sum/n, bias/n, largest)
	assert.Less(t, sum/n, .3, "%s, plane %d: mean absolute error", cfg, plane)
	assert.Less(t, math.Abs(bias/n), .05, "%s, plane %d: bias", cfg, plane)
	assert.Less(t, largest, .52, "%s, plane %d: largest error", cfg, plane)
}
