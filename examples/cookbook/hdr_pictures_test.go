package cookbook_test

import (
	"encoding/binary"
	"iter"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

// ramps returns a picture of codes. At the top, light grows from left to right, from 0 to the most.
// Below are fields of grey, red, green, blue and two mixtures, at a quarter of it.
func ramps(most float64, code func(light float64) uint16) (codes []uint16) {
	fields := [][3]float64{{1, 1, 1}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0.5, 1, 0.25}, {1, 0.25, 0.5}}
	for y := range height {
		for x := range width {
			light, mixture := most*float64(x)/float64(width-1), fields[0]
			if y >= height/2 {
				light, mixture = most/4, fields[x*len(fields)/width]
			}
			for _, part := range mixture {
				codes = append(codes, code(light*part))
			}
		}
	}
	return codes
}

// still yields the same codes n times.
func still(codes []uint16, n int) iter.Seq[[]uint16] {
	return func(yield func([]uint16) bool) {
		for range n {
			if !yield(codes) {
				return
			}
		}
	}
}

// requireCodes decodes a file with the system's ffmpeg, and compares its values of 10 bits with
// those of BT.2020 (ITU-R BT.2100, table 6) for the codes.
func requireCodes(t *testing.T, path string, codes []uint16, pictures int) {
	t.Helper()
	decoded := mediatest.Pictures(t, path, 0, "yuv420p10le")
	require.Len(t, decoded, pictures)
	for _, raw := range decoded {
		value := func(i int) float64 { return float64(binary.LittleEndian.Uint16(raw[2*i:])) }
		var sum, most float64
		for i := range width * height {
			y, cb, cr := narrow(codes[3*i], codes[3*i+1], codes[3*i+2])
			d := math.Abs(value(i) - y)
			sum, most = sum+d, max(most, d)
			px, py := i%width, i/width
			inField := py > height/2+16 && px*6/width == (px-16)*6/width && px*6/width == (px+16)*6/width
			if inField && px%2 == 0 && py%2 == 0 {
				chroma := width*height + py/2*width/2 + px/2
				require.InDelta(t, cb, value(chroma), 4, "Cb at %d, %d", px, py)
				require.InDelta(t, cr, value(chroma+width/2*height/2), 4, "Cr at %d, %d", px, py)
				require.InDelta(t, y, value(i), 4, "Y at %d, %d", px, py)
			}
		}
		require.Less(t, sum/float64(width*height), 1.0, "on average, in steps of 1023")
		require.Less(t, most, 24.0, "at the edges of the fields")
	}
}

// narrow returns Y, Cb and Cr of 10 bits for R, G and B of 16.
func narrow(r, g, b uint16) (y, cb, cr float64) {
	red, green, blue := float64(r)/65535, float64(g)/65535, float64(b)/65535
	luma := 0.2627*red + 0.6780*green + 0.0593*blue
	return 64 + 876*luma, 512 + 896*(blue-luma)/1.8814, 512 + 896*(red-luma)/1.4746
}

// eightBits returns R G B of 8 bits for the codes, as players show them that convert no light.
func eightBits(codes []uint16) (rgb []byte) {
	for _, code := range codes {
		rgb = append(rgb, byte(math.Round(float64(code)/257)))
	}
	return rgb
}
