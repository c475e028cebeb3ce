package rgbyuv

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestMatrices compares the matrices, which the reference shares with the kernels, with the numbers
// that the standards print.
func TestMatrices(t *testing.T) {
	for _, std := range []struct {
		name      string
		matrix    Matrix
		y         [3]float64
		cb, cr    float64    // Cb is (B-Y)/cb, Cr is (R-Y)/cr
		red, blue [3]float64 // limited range, 8 bits, rounded
	}{
		{
			"BT.601-7, 2.5", BT601,
			[3]float64{.299, .587, .114},
			1.772, 1.402,
			[3]float64{81, 90, 240},
			[3]float64{41, 240, 110},
		},
		{
			"BT.709-6, 3", BT709,
			[3]float64{.2126, .7152, .0722},
			1.8556, 1.5748,
			[3]float64{63, 102, 240},
			[3]float64{32, 240, 118},
		},
		{
			"BT.2020-2, table 4", BT2020,
			[3]float64{.2627, .6780, .0593},
			1.8814, 1.4746,
			[3]float64{74, 97, 240},
			[3]float64{29, 240, 119},
		},
	} {
		t.Run(std.name, func(t *testing.T) {
			y, u, v := exact(std.matrix, Full)
			for i := range 3 {
				r, b := 0., 0.
				if i == 0 {
					r = 1
				}
				if i == 2 {
					b = 1
				}
				assert.InDelta(t, std.y[i], y[i], 1e-9)
				assert.InDelta(t, (b-std.y[i])/std.cb, u[i], 1e-9)
				assert.InDelta(t, (r-std.y[i])/std.cr, v[i], 1e-9)
			}
			y, u, v = exact(std.matrix, Limited)
			assert.InDelta(t, 235-16, 255*(y[0]+y[1]+y[2]), 1e-9)
			assert.InDelta(t, 240-128, 255*u[2], 1e-9)
			assert.InDelta(t, 240-128, 255*v[0], 1e-9)
			for colour, want := range map[[3]byte][3]float64{{255, 0, 0}: std.red, {0, 0, 255}: std.blue} {
				src := newColours(1, 1, func(int, int) [3]byte { return colour }).input(RGB24, guarded(0, 0)).planes()
				got := Reference(Config{Output: I444, Matrix: std.matrix}, src, 1, 1)
				for i := range 3 {
					assert.InDelta(t, want[i], got[i][0], .5)
				}
			}
		})
	}
}
