package plan

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// lossNames are the properties that pictures can lose in a conversion to another pixel format.
var lossNames = []struct {
	flags astiavx.PixelLoss
	name  string
}{
	{astiavx.LossAlpha, "alpha"},
	{astiavx.LossDepth | astiavx.LossColorQuant, "bit depth"},
	{astiavx.LossChroma, "colour"},
	{astiavx.LossResolution, "chroma resolution"},
	{astiavx.LossColorSpace, "exact RGB, YUV or grey values"},
}

// conversionLosses returns the names of the properties that pictures lose when they are converted
// from one pixel format to another.
func conversionLosses(from, to astiav.PixelFormat) []string {
	loss := conversionLoss(from, to)
	var names []string
	for _, l := range lossNames {
		if loss&l.flags != 0 {
			names = append(names, l.name)
		}
	}
	return names
}

// loseAll has all flags. It is the answer for a format about which FFmpeg tells nothing.
const loseAll astiavx.PixelLoss = -1

// conversionLoss corrects FFmpeg's answer. FFmpeg counts the chroma resolution of grey as a loss,
// which is none. It overlooks that floats reach beyond the range of integers, and have fewer
// significant bits than their size.
func conversionLoss(from, to astiav.PixelFormat) astiavx.PixelLoss {
	if from == to {
		return 0
	}
	loss := astiavx.ConversionLoss(from, to)
	if loss < 0 {
		return loseAll
	}
	f, t := astiavx.DescribePixelFormat(from), astiavx.DescribePixelFormat(to)
	if f.Gray {
		loss &^= astiavx.LossResolution
	}
	if f.Float && !t.Float || t.Float && significantBits(t) < significantBits(f) {
		loss |= astiavx.LossDepth
	}
	return loss
}

// significantBits returns the number of significant bits of a component: those of a float's
// mantissa, or all.
func significantBits(info astiavx.PixelFormatInfo) int {
	switch {
	case !info.Float:
		return info.Bits
	case info.Bits > 16:
		return 24 // IEEE 754, binary32
	default:
		return 11 // IEEE 754, binary16
	}
}
