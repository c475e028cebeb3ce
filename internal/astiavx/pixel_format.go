package astiavx

//#include <libavcodec/avcodec.h>
//#include <libavutil/pixdesc.h>
import "C"

import "github.com/asticode/go-astiav"

// PixelFormatInfo describes a pixel format. Go-astiav shows the name and the flags of a format
// only.
type PixelFormatInfo struct {
	Planes           int
	Log2ChromaWidth  int    // how many columns share a chroma sample, as a power of 2
	Log2ChromaHeight int    // how many rows share one
	RGB              bool   // RGB, XYZ or a palette of RGB: full range, and no matrix
	Gray             bool   // no colour at all
	XYZ              bool   // CIE XYZ
	Mosaic           bool   // raw data of a sensor (Bayer): each pixel has one of the colours
	Palette          bool   // the second plane holds 256 colours of B, G, R, A
	Alpha            bool   // in each pixel, or in each colour of a palette
	Hardware         bool   // in the memory of a device
	Whole            bool   // each pixel has bytes of its own: no bits, no shared pairs, no mosaic
	Float            bool   // the components are floats
	Bits             int    // of a component
	Bytes            [4]int // from one pixel of a plane to the next; 0: bits, or no such plane
}

// DescribePixelFormat returns the description of a pixel format; zero if FFmpeg has none.
func DescribePixelFormat(f astiav.PixelFormat) PixelFormatInfo {
	d := C.av_pix_fmt_desc_get(C.enum_AVPixelFormat(f))
	if d == nil {
		return PixelFormatInfo{}
	}
	has := func(flags C.uint64_t) bool { return d.flags&flags != 0 }
	info := PixelFormatInfo{
		Planes:           int(C.av_pix_fmt_count_planes(C.enum_AVPixelFormat(f))),
		Log2ChromaWidth:  int(d.log2_chroma_w),
		Log2ChromaHeight: int(d.log2_chroma_h),
		RGB:              has(C.AV_PIX_FMT_FLAG_RGB | C.AV_PIX_FMT_FLAG_XYZ | C.AV_PIX_FMT_FLAG_PAL),
		XYZ:              has(C.AV_PIX_FMT_FLAG_XYZ),
		Mosaic:           has(C.AV_PIX_FMT_FLAG_BAYER),
		Palette:          has(C.AV_PIX_FMT_FLAG_PAL),
		Alpha:            has(C.AV_PIX_FMT_FLAG_ALPHA),
		Hardware:         has(C.AV_PIX_FMT_FLAG_HWACCEL),
		Float:            has(C.AV_PIX_FMT_FLAG_FLOAT),
		Bits:             int(d.comp[0].depth),
	}
	colors := int(d.nb_components)
	if info.Alpha {
		colors--
	}
	info.Gray = colors == 1 && !info.Palette
	pairs := info.Planes == 1 && info.Log2ChromaWidth+info.Log2ChromaHeight > 0
	info.Whole = !pairs && !has(C.AV_PIX_FMT_FLAG_BITSTREAM|C.AV_PIX_FMT_FLAG_BAYER)
	if !has(C.AV_PIX_FMT_FLAG_BITSTREAM) {
		for _, c := range d.comp[:d.nb_components] {
			info.Bytes[c.plane] = max(info.Bytes[c.plane], int(c.step))
		}
	}
	return info
}

// Rows returns how many rows a plane of a picture has that is so many pixels high.
func (i PixelFormatInfo) Rows(plane, height int) int {
	if plane == 1 || plane == 2 {
		return (height + 1<<i.Log2ChromaHeight - 1) >> i.Log2ChromaHeight
	}
	return height
}

// Word returns the size of the numbers, in bytes, in which software reads a picture: samples of
// more than 8 bits, or several samples that share two bytes.
func (i PixelFormatInfo) Word() int {
	switch {
	case i.Bits > 16:
		return 4
	case i.Bits > 8, i.Bits < 8 && i.Bytes[0] == 2:
		return 2
	default:
		return 1
	}
}

// PixelFormats returns the names of the pixel formats for which the filter returns true. Go-astiav
// has no list of the formats.
func PixelFormats(filter func(astiav.PixelFormat) bool) []string {
	var names []string
	for d := C.av_pix_fmt_desc_next(nil); d != nil; d = C.av_pix_fmt_desc_next(d) {
		if filter(astiav.PixelFormat(C.av_pix_fmt_desc_get_id(d))) {
			names = append(names, C.GoString(d.name))
		}
	}
	return names
}

// ClosestPixelFormat returns the one of the formats in which pictures lose least, and among equals
// the smallest. Go-astiav lacks avcodec_find_best_pix_fmt_of_list.
func ClosestPixelFormat(formats []astiav.PixelFormat, from astiav.PixelFormat) astiav.PixelFormat {
	list := make([]C.enum_AVPixelFormat, 0, len(formats)+1)
	for _, f := range formats {
		list = append(list, C.enum_AVPixelFormat(f))
	}
	list = append(list, C.AV_PIX_FMT_NONE)
	return astiav.PixelFormat(C.avcodec_find_best_pix_fmt_of_list(&list[0], C.enum_AVPixelFormat(from), 1, nil))
}

// HasRawTag returns true if FFmpeg has a tag for rawvideo in this format, by which its demuxers
// recognise it. Go-astiav lacks avcodec_pix_fmt_to_codec_tag.
func HasRawTag(f astiav.PixelFormat) bool { return C.avcodec_pix_fmt_to_codec_tag(int32(f)) != 0 }
