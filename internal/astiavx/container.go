package astiavx

//#include <libavcodec/avcodec.h>
//#include <libavformat/avformat.h>
//#include <stdlib.h>
//
//// codec_tag is AVCodecTag of libavformat/internal.h. The public headers name this type and do not
//// define it.
//typedef struct codec_tag { enum AVCodecID id; unsigned tag; } codec_tag;
//
//// nth_tag returns the n-th tag of a codec in a container; 0: there are fewer.
//static unsigned nth_tag(const AVOutputFormat *format, enum AVCodecID id, int n) {
//	const codec_tag *const *list = (const codec_tag *const *)format->codec_tag;
//	for (; list && *list; list++)
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

// Container is a container format that FFmpeg can write. Go-astiav's OutputFormat shows the names
// and the flags only.
type Container struct {
	Name         string // FFmpeg's short name, "matroska" for instance
	LongName     string
	MIME         string // "video/mp4"; "": FFmpeg knows none
	Extensions   []string
	VideoCodec   astiav.CodecID // the default; CodecIDNone: there is none
	AudioCodec   astiav.CodecID
	NoFile       bool // it opens its files itself, or writes none
	GlobalHeader bool // it stores the encoders' headers in its own header

	// Inside is the name of the container of its files, if it consists of many and the caller has
	// found that out; "": it has no other one.
	Inside string
}

// Streams returns the name of the container that the streams are in.
func (c Container) Streams() string {
	if c.Inside != "" {
		return c.Inside
	}
	return c.Name
}

// GuessImageCodec returns the codec of pictures by the extension of their file; CodecIDNone: there
// is none. Go-astiav lacks av_guess_codec.
func GuessImageCodec(file string) astiav.CodecID {
	f, n := C.CString(file), C.CString("image2")
	defer C.free(unsafe.Pointer(f))
	defer C.free(unsafe.Pointer(n))
	return astiav.CodecID(C.av_guess_codec(C.av_guess_format(n, nil, nil), nil, f, nil, C.AVMEDIA_TYPE_VIDEO))
}

// GuessContainer returns the container of this name, or, if name is empty, the one for the
// extension of the file's name. Go-astiav finds containers by name only.
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

// Containers returns all container formats that FFmpeg can write, sorted by name. Go-astiav has no
// list of them.
func Containers() []Container {
	var all []Container
	var state unsafe.Pointer
	for o := C.av_muxer_iterate(&state); o != nil; o = C.av_muxer_iterate(&state) {
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

// QueryCodec returns what FFmpeg's muxer says about streams of this codec. If known is false, the
// muxer does not say. Go-astiav lacks avformat_query_codec.
func QueryCodec(container string, id astiav.CodecID) (can, known bool) {
	n := C.CString(container)
	defer C.free(unsafe.Pointer(n))
	ret := C.avformat_query_codec(C.av_guess_format(n, nil, nil), C.enum_AVCodecID(id), C.FF_COMPLIANCE_NORMAL)
	return ret == 1, ret == 0 || ret == 1
}

// CodecTags returns the tags of four letters that a container may give a codec, FFmpeg's choice
// first; none if the container has no list of tags. Go-astiav has no access to the list.
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
