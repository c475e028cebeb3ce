package astiavx

//#include <libavcodec/avcodec.h>
//#include <libavformat/avformat.h>
//#include <libavutil/opt.h>
//#include <stdlib.h>
//
//// av_opt_next wants an object that begins with a class; a pointer to a pointer to the class is one.
//static const AVOption *next_option(const AVClass *class, const AVOption *last) {
//	return av_opt_next(&class, last);
//}
import "C"

import (
	"unsafe"

	"github.com/asticode/go-astiav"
)

// Option is what FFmpeg knows of an option of an encoder or a muxer. Go-astiav shows the name only.
type Option struct {
	Name    string
	Numeric bool // takes a number between Min and Max
	Integer bool
	Min     float64
	Max     float64
	Values  []string // the names that it takes, if any
	Flags   bool     // Values can be joined with "+"
}

// EncoderOptions returns the options of the encoder of this name: its own first, then those that all encoders of its medium share.
func EncoderOptions(encoder string) []Option {
	codec := findEncoder(encoder)
	if codec == nil {
		return nil
	}
	medium := C.int(C.AV_OPT_FLAG_VIDEO_PARAM)
	if codec._type == C.AVMEDIA_TYPE_AUDIO {
		medium = C.AV_OPT_FLAG_AUDIO_PARAM
	}
	return append(options(codec.priv_class, 0), options(C.avcodec_get_class(), medium)...)
}

// MuxerOptions returns the options of the container of this name: its own first, then those that all containers share.
func MuxerOptions(container string) []Option {
	n := C.CString(container)
	defer C.free(unsafe.Pointer(n))
	o := C.av_guess_format(n, nil, nil)
	if o == nil {
		return nil
	}
	return append(options(o.priv_class, 0), options(C.avformat_get_class(), 0)...)
}

// options lists the options of a class that serve encoding (and this medium, if not 0).
func options(class *C.AVClass, medium C.int) []Option {
	if class == nil {
		return nil
	}
	values := map[string][]string{}
	for o := C.next_option(class, nil); o != nil; o = C.next_option(class, o) {
		if o._type == C.AV_OPT_TYPE_CONST && o.unit != nil {
			values[C.GoString(o.unit)] = append(values[C.GoString(o.unit)], C.GoString(o.name))
		}
	}
	var all []Option
	for o := C.next_option(class, nil); o != nil; o = C.next_option(class, o) {
		if o._type == C.AV_OPT_TYPE_CONST || o.flags&C.AV_OPT_FLAG_ENCODING_PARAM == 0 || medium != 0 && o.flags&medium == 0 {
			continue
		}
		option := Option{Name: C.GoString(o.name), Min: float64(o.min), Max: float64(o.max)}
		switch o._type {
		case C.AV_OPT_TYPE_INT, C.AV_OPT_TYPE_INT64, C.AV_OPT_TYPE_UINT, C.AV_OPT_TYPE_UINT64:
			option.Numeric, option.Integer = true, true
		case C.AV_OPT_TYPE_DOUBLE, C.AV_OPT_TYPE_FLOAT:
			option.Numeric = true
		case C.AV_OPT_TYPE_FLAGS:
			option.Flags = true
		}
		if o.unit != nil {
			option.Values = values[C.GoString(o.unit)]
		}
		all = append(all, option)
	}
	return all
}

// SetOption sets an option of an encoder, or of what it has below it, from text. The error is astiav.ErrOptionNotFound where there
// is none of this name. Go-astiav reaches the encoder's own options only, and not those that all share.
func SetOption(cc *astiav.CodecContext, name, value string) error {
	n, v := C.CString(name), C.CString(value)
	defer C.free(unsafe.Pointer(n))
	defer C.free(unsafe.Pointer(v))
	if ret := C.av_opt_set(unsafe.Pointer(avcodec(cc)), n, v, C.AV_OPT_SEARCH_CHILDREN); ret < 0 {
		return astiav.Error(ret)
	}
	return nil
}

// CheckMuxerOption tries an option on a throw-away muxer of this container.
func CheckMuxerOption(container, name, value string) error {
	c, n, v := C.CString(container), C.CString(name), C.CString(value)
	defer C.free(unsafe.Pointer(c))
	defer C.free(unsafe.Pointer(n))
	defer C.free(unsafe.Pointer(v))
	var fc *C.AVFormatContext
	if ret := C.avformat_alloc_output_context2(&fc, nil, c, nil); ret < 0 {
		return astiav.Error(ret)
	}
	defer C.avformat_free_context(fc)
	if ret := C.av_opt_set(unsafe.Pointer(fc), n, v, C.AV_OPT_SEARCH_CHILDREN); ret < 0 {
		return astiav.Error(ret)
	}
	return nil
}
