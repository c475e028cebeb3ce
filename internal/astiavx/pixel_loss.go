package astiavx

//#include <libavutil/pixdesc.h>
import "C"

import "github.com/asticode/go-astiav"

// PixelLoss holds flags for what pictures lose in a conversion to another pixel format. It is
// negative if FFmpeg does not know one of the formats, or one is in the memory of a device.
type PixelLoss int

// The flags. FFmpeg has more.
const (
	LossResolution PixelLoss = C.FF_LOSS_RESOLUTION // of the chroma
	LossDepth      PixelLoss = C.FF_LOSS_DEPTH
	LossColorSpace PixelLoss = C.FF_LOSS_COLORSPACE // RGB, YUV and grey values become others
	LossAlpha      PixelLoss = C.FF_LOSS_ALPHA
	LossColorQuant PixelLoss = C.FF_LOSS_COLORQUANT // there are no more than the colours of a palette
	LossChroma     PixelLoss = C.FF_LOSS_CHROMA     // colour becomes grey
)

// ConversionLoss returns what pictures lose when they are converted from one pixel format to
// another, an alpha included. Go-astiav lacks av_get_pix_fmt_loss.
func ConversionLoss(from, to astiav.PixelFormat) PixelLoss {
	return PixelLoss(C.av_get_pix_fmt_loss(C.enum_AVPixelFormat(to), C.enum_AVPixelFormat(from), 1))
}
