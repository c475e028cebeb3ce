package astiavx

//#include <libavcodec/avcodec.h>
//#include <libavutil/pixdesc.h>
//
//// precision is the number of bits of a component that count: those of a float's mantissa, or all.
//static int precision(const AVPixFmtDescriptor *d) {
//	if (!(d->flags & AV_PIX_FMT_FLAG_FLOAT))
//		return d->comp[0].depth;
//	return d->comp[0].depth > 16 ? 24 : 11; // IEEE 754, binary32 and binary16
//}
//
//// conversion_loss is av_get_pix_fmt_loss without what is no loss (a format that could hold more,
//// chroma of grey), and with what that does not know: floats reach beyond the range of whole
//// numbers, and have fewer bits than their size.
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

// lossNames are what pictures can lose on their way to another pixel format.
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

// ConversionLosses names what pictures lose when they are converted from one pixel format to
// another; none: nothing. Go-astiav does not tell.
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

// ClosestPixelFormat returns the one of the formats to which pictures lose least, and which has
// least that they do not need. Go-astiav lacks it.
func ClosestPixelFormat(formats []astiav.PixelFormat, from astiav.PixelFormat) astiav.PixelFormat {
	list := make([]C.enum_AVPixelFormat, 0, len(formats)+1)
	for _, f := range formats {
		list = append(list, C.enum_AVPixelFormat(f))
	}
	list = append(list, C.AV_PIX_FMT_NONE)
	return astiav.PixelFormat(C.avcodec_find_best_pix_fmt_of_list(&list[0], C.enum_AVPixelFormat(from), 1, nil))
}

// HasRawTag says whether FFmpeg has a tag for rawvideo in this format, by which its readers know
// it. Go-astiav lacks it.
func HasRawTag(f astiav.PixelFormat) bool { return C.avcodec_pix_fmt_to_codec_tag(int32(f)) != 0 }

// NeverLossy says whether all that a codec encodes can be had back as it was. Go-astiav does not
// tell.
func NeverLossy(id astiav.CodecID) bool {
	d := C.avcodec_descriptor_get(C.enum_AVCodecID(id))
	return d != nil && d.props&(C.AV_CODEC_PROP_LOSSY|C.AV_CODEC_PROP_LOSSLESS) == C.AV_CODEC_PROP_LOSSLESS
}

// jpegFormats are the formats of JPEG, which have the full range, each with the one that says
// nothing of its range.
var jpegFormats = [][2]astiav.PixelFormat{
	{astiav.PixelFormatYuvj420P, astiav.PixelFormatYuv420P},
	{astiav.PixelFormatYuvj422P, astiav.PixelFormatYuv422P},
	{astiav.PixelFormatYuvj444P, astiav.PixelFormatYuv444P},
	{astiav.PixelFormatYuvj440P, astiav.PixelFormatYuv440P},
	{astiav.PixelFormatYuvj411P, astiav.PixelFormatYuv411P},
}

// WithoutRange turns the formats of JPEG into those that say nothing of the range, which the tags
// of colour say. All others stay what they are.
func WithoutRange(format astiav.PixelFormat) astiav.PixelFormat {
	for _, pair := range jpegFormats {
		if pair[0] == format {
			return pair[1]
		}
	}
	return format
}

// WithFullRange turns formats into those of JPEG where there is one. All others stay what they are.
func WithFullRange(format astiav.PixelFormat) astiav.PixelFormat {
	for _, pair := range jpegFormats {
		if pair[1] == format {
			return pair[0]
		}
	}
	return format
}
