package astiavx

//#include <libavutil/pixdesc.h>
//
//// precision is the number of significant bits of a component: those of a float's mantissa, or
//// all.
//static int precision(const AVPixFmtDescriptor *d) {
//	if (!(d->flags & AV_PIX_FMT_FLAG_FLOAT))
//		return d->comp[0].depth;
//	return d->comp[0].depth > 16 ? 24 : 11; // IEEE 754, binary32 and binary16
//}
//
//// conversion_loss corrects av_get_pix_fmt_loss. It leaves out two of its flags that are no loss:
//// a format that could hold more, and the chroma resolution of grey. It adds the loss that
//// av_get_pix_fmt_loss overlooks: floats reach beyond the range of integers, and have fewer
//// significant bits than their size.
//static int conversion_loss(enum AVPixelFormat to, enum AVPixelFormat from) {
//	const AVPixFmtDescriptor *t = av_pix_fmt_desc_get(to), *f = av_pix_fmt_desc_get(from);
//	if (to == from)
//		return 0;
//	int loss = av_get_pix_fmt_loss(to, from, 1);
//	if (!t || !f || loss < 0)
//		return -1;
//	loss &= FF_LOSS_RESOLUTION | FF_LOSS_DEPTH | FF_LOSS_COLORSPACE | FF_LOSS_ALPHA |
//		FF_LOSS_COLORQUANT | FF_LOSS_CHROMA;
//	if (f->nb_components < 3 && !(f->flags & AV_PIX_FMT_FLAG_PAL))
//		loss &= ~FF_LOSS_RESOLUTION;
//	int floats = f->flags & AV_PIX_FMT_FLAG_FLOAT && !(t->flags & AV_PIX_FMT_FLAG_FLOAT);
//	if (floats || t->flags & AV_PIX_FMT_FLAG_FLOAT && precision(t) < precision(f))
//		loss |= FF_LOSS_DEPTH;
//	return loss;
//}
import "C"

import "github.com/asticode/go-astiav"

// lossNames are the properties that pictures can lose in a conversion to another pixel format.
var lossNames = []struct {
	flag C.int
	name string
}{
	{C.FF_LOSS_ALPHA, "alpha"},
	{C.FF_LOSS_DEPTH | C.FF_LOSS_COLORQUANT, "bit depth"},
	{C.FF_LOSS_CHROMA, "colour"},
	{C.FF_LOSS_RESOLUTION, "chroma resolution"},
	{C.FF_LOSS_COLORSPACE, "exact RGB, YUV or grey values"},
}

// ConversionLosses returns the names of the properties that pictures lose when they are converted
// from one pixel format to another. Go-astiav lacks av_get_pix_fmt_loss.
func ConversionLosses(from, to astiav.PixelFormat) []string {
	loss := C.conversion_loss(C.enum_AVPixelFormat(to), C.enum_AVPixelFormat(from))
	var names []string
	for _, l := range lossNames {
		if loss&l.flag != 0 {
			names = append(names, l.name)
		}
	}
	return names
}
