package nodes

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// newScaler returns a scaler that rounds correctly and averages areas. Swscale's defaults are
// biased by half a level, and leak colour between neighbouring blocks.
func newScaler() *astiavx.Scaler {
	return astiavx.NewScaler(astiav.NewSoftwareScaleContextFlags(
		astiav.SoftwareScaleContextFlagArea, astiav.SoftwareScaleContextFlagAccurateRnd,
		astiav.SoftwareScaleContextFlagFullChrHInp, astiav.SoftwareScaleContextFlagFullChrHInt,
		astiav.SoftwareScaleContextFlagBitexact))
}
