package astiavx

//#include <libavcodec/avcodec.h>
//#include <libavformat/avformat.h>
//#include <libavutil/opt.h>
//#include <stdlib.h>
//
//// av_opt_next takes an object, which begins with a pointer to its class. A pointer to a pointer
//// to the class serves.
//static const AVOption *next_option(const AVClass *class, const AVOption *last) {
//	return av_opt_next(&class, last);
//}
import "C"

import (
	"slices"
	"unsafe"
)

// OptionKind is the kind of value that an option takes.
type OptionKind int

// The kinds of options.
const (
	OptionText   OptionKind = iota // text, or a value of a kind that is not below
	OptionNumber                   // a number from Min to Max
	OptionWhole                    // a whole number from Min to Max
	OptionBool
	OptionFlags // some of Values, joined with "+"
	OptionPairs // name=value, joined with ":"
)

// Option is an option of an encoder, a muxer or a protocol. Go-astiav shows the names of options
// only.
type Option struct {
	Name     string
	Kind     OptionKind
	Min, Max float64
	Values   []string // the names that it takes, if any
}

// EncoderOptions returns the options of the encoder of this name: its own first, then those that
// all encoders of its medium share.
func EncoderOptions(encoder string) []Option {
	codec := findEncoder(encoder)
	if codec == nil {
		return nil
	}
	medium := C.int(C.AV_OPT_FLAG_VIDEO_PARAM)
	if codec._type == C.AVMEDIA_TYPE_AUDIO {
		medium = C.AV_OPT_FLAG_AUDIO_PARAM
	}
	own := options(codec.priv_class, nil, 0)
	return append(own, options(C.avcodec_get_class(), codec.priv_class, medium)...)
}

// MuxerOptions returns the options of the container of this name: its own first, then those that
// all containers share.
func MuxerOptions(container string) []Option {
	return append(options(muxerClass(container), nil, 0), options(C.avformat_get_class(), nil, 0)...)
}

// ContainersWithOption returns the names, sorted, of the containers that have an own option of this
// name. Go-astiav has no list of the containers, and no options of one that is not open.
func ContainersWithOption(name string) []string {
	n := C.CString(name)
	defer C.free(unsafe.Pointer(n))
	has := func(o *C.AVOutputFormat) bool {
		return o.priv_class != nil && C.av_opt_find(unsafe.Pointer(&o.priv_class), n, nil,
			C.AV_OPT_FLAG_ENCODING_PARAM, C.AV_OPT_SEARCH_FAKE_OBJ) != nil
	}
	var all []string
	var state unsafe.Pointer
	for o := C.av_muxer_iterate(&state); o != nil; o = C.av_muxer_iterate(&state) {
		if has(o) {
			all = append(all, C.GoString(o.name))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func muxerClass(container string) *C.AVClass {
	n := C.CString(container)
	defer C.free(unsafe.Pointer(n))
	if o := C.av_guess_format(n, nil, nil); o != nil {
		return o.priv_class
	}
	return nil
}

// options lists the options of a class that are for encoding, and for this medium if it is not 0.
// Some options take the named values of the child class, too.
func options(class, child *C.AVClass, medium C.int) []Option {
	own, childs := namedValues(class), namedValues(child)
	var all []Option
	for o := C.next_option(class, nil); class != nil && o != nil; o = C.next_option(class, o) {
		if o._type == C.AV_OPT_TYPE_CONST || o.flags&C.AV_OPT_FLAG_ENCODING_PARAM == 0 ||
			medium != 0 && o.flags&medium == 0 {
			continue
		}
		option := Option{
			Name: C.GoString(o.name), Kind: optionKinds[o._type], Min: float64(o.min), Max: float64(o.max),
		}
		if o.unit != nil {
			unit := C.GoString(o.unit)
			option.Values = own[unit]
			if o.flags&C.AV_OPT_FLAG_CHILD_CONSTS != 0 && len(childs[unit]) > 0 {
				option.Values = childs[unit]
			}
		}
		all = append(all, option)
	}
	return all
}

var optionKinds = map[uint32]OptionKind{
	C.AV_OPT_TYPE_INT: OptionWhole, C.AV_OPT_TYPE_INT64: OptionWhole,
	C.AV_OPT_TYPE_UINT: OptionWhole, C.AV_OPT_TYPE_UINT64: OptionWhole,
	C.AV_OPT_TYPE_FLOAT: OptionNumber, C.AV_OPT_TYPE_DOUBLE: OptionNumber,
	C.AV_OPT_TYPE_BOOL: OptionBool, C.AV_OPT_TYPE_FLAGS: OptionFlags, C.AV_OPT_TYPE_DICT: OptionPairs,
}

// namedValues returns the named values of a class by unit.
func namedValues(class *C.AVClass) map[string][]string {
	values := map[string][]string{}
	if class == nil {
		return values
	}
	for o := C.next_option(class, nil); o != nil; o = C.next_option(class, o) {
		if o._type != C.AV_OPT_TYPE_CONST || o.unit == nil {
			continue
		}
		unit, name := C.GoString(o.unit), C.GoString(o.name)
		if !slices.Contains(values[unit], name) {
			values[unit] = append(values[unit], name)
		}
	}
	return values
}
