package astiavx

//#include <libavcodec/avcodec.h>
//#include <libavformat/avformat.h>
//#include <libavutil/parseutils.h>
//#include <stdlib.h>
//
//// codec_tag is AVCodecTag of libavformat/internal.h, which the public headers name and do not show.
//typedef struct codec_tag { enum AVCodecID id; unsigned tag; } codec_tag;
//
//static unsigned nth_tag(const AVOutputFormat *format, enum AVCodecID id, int n) {
//	for (const codec_tag *const *list = (const codec_tag *const *)format->codec_tag; list && *list; list++)
//		for (const codec_tag *t = *list; t->id != AV_CODEC_ID_NONE; t++)
//			if (t->id == id && n-- == 0)
//				return t->tag;
//	return 0;
//}
import "C"

import (
	"encoding/binary"
	"slices"
	"strings"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// Container is a container format that FFmpeg can write. Go-astiav shows its names and flags only.
type Container struct {
	Name         string // FFmpeg's short name, "matroska" for instance
	LongName     string
	MIME         string // "video/mp4"; "": FFmpeg knows none
	Extensions   []string
	VideoCodec   astiav.CodecID // the default; CodecIDNone: it has none
	AudioCodec   astiav.CodecID
	NoFile       bool // it opens its files itself: several of them, or none
	GlobalHeader bool // it wants the encoders' headers in its own
}

// GuessContainer returns the container of this name, or, where name is empty, the one for the extension of the file's name.
func GuessContainer(name, file string) (Container, bool) {
	var n, f *C.char
	if name != "" {
		n = C.CString(name)
		defer C.free(unsafe.Pointer(n))
	}
	if file != "" {
		f = C.CString(file)
		defer C.free(unsafe.Pointer(f))
	}
	o := C.av_guess_format(n, f, nil)
	if o == nil {
		return Container{}, false
	}
	return newContainer(o), true
}

// Containers returns all the container formats that FFmpeg can write, by name.
func Containers() []Container {
	var all []Container
	var state unsafe.Pointer
	for {
		o := C.av_muxer_iterate(&state)
		if o == nil {
			break
		}
		all = append(all, newContainer(o))
	}
	slices.SortFunc(all, func(a, b Container) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func newContainer(o *C.AVOutputFormat) Container {
	c := Container{
		Name: C.GoString(o.name), LongName: C.GoString(o.long_name), MIME: C.GoString(o.mime_type),
		VideoCodec: astiav.CodecID(o.video_codec), AudioCodec: astiav.CodecID(o.audio_codec),
		NoFile: o.flags&C.AVFMT_NOFILE != 0, GlobalHeader: o.flags&C.AVFMT_GLOBALHEADER != 0,
	}
	if extensions := C.GoString(o.extensions); extensions != "" {
		c.Extensions = strings.Split(extensions, ",")
	}
	return c
}

// coversOnly are containers of sound whose pictures are covers: FFmpeg's muxers leave out all but one.
var coversOnly = []string{"aiff", "flac", "mp3"}

// Carries says whether the container can hold streams of this codec. Not known: only writing a header tells.
func (c Container) Carries(id astiav.CodecID) (can, known bool) {
	if id.MediaType() == astiav.MediaTypeVideo && slices.Contains(coversOnly, c.Name) {
		return false, true
	}
	can, known = queryCodec(c.Name, id)
	if c.Name == "matroska" && !can && id != astiav.CodecIDAvui && id != astiav.CodecIDSvq1 { // whose headers are lost on the way
		return queryCodec("avi", id) // since Matroska holds whatever has a name in AVI (V_MS/VFW/FOURCC)
	}
	return can, known
}

func queryCodec(container string, id astiav.CodecID) (can, known bool) {
	n := C.CString(container)
	defer C.free(unsafe.Pointer(n))
	ret := C.avformat_query_codec(C.av_guess_format(n, nil, nil), C.enum_AVCodecID(id), C.FF_COMPLIANCE_NORMAL)
	return ret == 1, ret == 0 || ret == 1
}

// IsTime says whether FFmpeg reads a text as a time of the calendar. Go-astiav lacks the function.
func IsTime(text string) bool {
	t := C.CString(text)
	defer C.free(unsafe.Pointer(t))
	var microseconds C.int64_t
	return C.av_parse_time(&microseconds, t, 0) >= 0
}

// CodecTags returns the four letters by which a container may name a codec, FFmpeg's own choice first; none: it has no list. Go-astiav lacks the list.
func CodecTags(container string, id astiav.CodecID) []string {
	n := C.CString(container)
	defer C.free(unsafe.Pointer(n))
	format := C.av_guess_format(n, nil, nil)
	if format == nil {
		return nil
	}
	var tags []string
	for i := C.int(0); ; i++ {
		tag := uint32(C.nth_tag(format, C.enum_AVCodecID(id), i))
		if tag == 0 {
			return tags
		}
		if text := string(binary.LittleEndian.AppendUint32(nil, tag)); !slices.Contains(tags, text) {
			tags = append(tags, text)
		}
	}
}
