package astiavx

//#include <libavcodec/avcodec.h>
//#include <libavformat/avformat.h>
//#include <libavutil/eval.h>
//#include <libavutil/log.h>
//#include <libavutil/mem.h>
//#include <libavutil/opt.h>
//#include <stddef.h>
//#include <stdlib.h>
//#include <string.h>
//
//// av_opt_next wants an object that begins with a class; a pointer to a pointer to the class is one.
//static const AVOption *next_option(const AVClass *class, const AVOption *last) {
//	return av_opt_next(&class, last);
//}
//
//// A rehearsal is an object with one option, which logs nothing.
//struct rehearsal {
//	const AVClass *class;
//	int log_level_offset;
//	union { int64_t number; double real; void *pointer; char any[64]; } value;
//};
//
//// add_values copies the named values of an option from a class, where list is not NULL, and counts them.
//static size_t add_values(const AVClass *class, const AVOption *of, AVOption *list) {
//	size_t n = 0;
//	for (const AVOption *o = NULL; class && of->unit && (o = av_opt_next(&class, o));)
//		if (o->type == AV_OPT_TYPE_CONST && o->unit && !strcmp(o->unit, of->unit)) {
//			if (list)
//				list[n] = *o;
//			n++;
//		}
//	return n;
//}
//
//// readable says whether a number, or numbers joined by signs, can be read: an expression that cannot is the one thing that av_opt_set complains of
//// whatever its object says. list holds the option and its values; names is as long, and 6 longer.
//static int readable(const AVOption *list, const char *value, const char **names) {
//	size_t n = 0, length = 0;
//	for (const AVOption *o = list + 1; o->name; o++)
//		names[n++] = o->name;
//	memcpy(names + n, (const char *[]){"default", "max", "min", "none", "all", NULL}, 6 * sizeof(*names));
//	do {
//		int flags = list->type == AV_OPT_TYPE_FLAGS, ret;
//		value += length + (flags && (value[length] == '+' || value[length] == '-'));
//		length = flags ? strcspn(value, "+-") : strlen(value);
//		char *text = av_strndup(value, length);
//		AVExpr *e = NULL;
//		for (n = 0; text && names[n] && strcmp(names[n], text); n++)
//			;
//		ret = !text ? AVERROR(ENOMEM) : names[n] ? 0 : av_expr_parse(&e, text, names, NULL, NULL, NULL, NULL, AV_LOG_TRACE, NULL);
//		av_expr_free(e);
//		av_free(text);
//		if (ret < 0)
//			return ret;
//	} while (value[length]);
//	return 0;
//}
//
//// rehearse sets an option of the class, or else of the one that it shares with others, on an object that is thrown away. Where its
//// value is a number, number is that.
//static int rehearse(const AVClass *own, const AVClass *shared, const char *name, const char *value, double *number) {
//	const AVClass *of = own;
//	const AVOption *o = own ? av_opt_find(&own, name, NULL, 0, AV_OPT_SEARCH_FAKE_OBJ) : NULL;
//	if (!o) {
//		of = shared;
//		o = av_opt_find(&shared, name, NULL, 0, AV_OPT_SEARCH_FAKE_OBJ);
//	}
//	if (!o)
//		return AVERROR_OPTION_NOT_FOUND;
//	const AVClass *more = of == shared && o->flags & AV_OPT_FLAG_CHILD_CONSTS ? own : NULL;
//	size_t n = 1 + add_values(more, o, NULL) + add_values(of, o, NULL);
//	AVOption *list = av_calloc(n + 1, sizeof(*list));
//	const char **names = av_calloc(n + 6, sizeof(*names));
//	int ret = AVERROR(ENOMEM);
//	if (!list || !names)
//		goto end;
//	list[0] = *o;
//	list[0].offset = offsetof(struct rehearsal, value);
//	add_values(of, o, list + 1 + add_values(more, o, list + 1));
//	AVClass class = {
//		.class_name = "option", .item_name = av_default_item_name, .option = list, .version = LIBAVUTIL_VERSION_INT,
//		.log_level_offset_offset = offsetof(struct rehearsal, log_level_offset),
//	};
//	struct rehearsal r = {.class = &class, .log_level_offset = AV_LOG_TRACE};
//	ret = o->type >= AV_OPT_TYPE_FLAGS && o->type <= AV_OPT_TYPE_FLOAT || o->type == AV_OPT_TYPE_UINT || o->type == AV_OPT_TYPE_UINT64 ?
//		readable(list, value, names) : 0;
//	if (ret >= 0)
//		ret = av_opt_set(&r, name, value, 0);
//	if (ret < 0 || av_opt_get_double(&r, name, 0, number) < 0)
//		*number = 0;
//	av_opt_free(&r);
//end:
//	av_free(list);
//	av_free(names);
//	return ret;
//}
import "C"

import (
	"slices"
	"sync"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// OptionKind is what an option takes.
type OptionKind int

// The kinds of options.
const (
	OptionText   OptionKind = iota // or anything that is not below
	OptionNumber                   // between Min and Max
	OptionWhole                    // a whole number between Min and Max
	OptionBool
	OptionFlags // Values, joined with "+"
	OptionPairs // name=value, joined with ":"
)

// Option is what FFmpeg knows of an option of an encoder or a muxer. Go-astiav shows the name only.
type Option struct {
	Name     string
	Kind     OptionKind
	Min, Max float64
	Values   []string // the names that it takes, if any
}

// listed keeps lists of options by "encoder" or "muxer" and name. They never change, and to walk a class takes as long as to open x264.
var listed sync.Map

// listOnce returns the list under this key, which it makes once. It has no room to append to, so that nobody writes into another's.
func listOnce(key string, list func() []Option) []Option {
	if kept, ok := listed.Load(key); ok {
		return kept.([]Option)
	}
	kept, _ := listed.LoadOrStore(key, slices.Clip(list()))
	return kept.([]Option)
}

// EncoderOptions returns the options of the encoder of this name: its own first, then those that all encoders of its medium share. The list
// is shared by all callers, and must not be changed; it may be appended to.
func EncoderOptions(encoder string) []Option {
	return listOnce("encoder "+encoder, func() []Option { return encoderOptions(encoder) })
}

func encoderOptions(encoder string) []Option {
	codec := findEncoder(encoder)
	if codec == nil {
		return nil
	}
	medium := C.int(C.AV_OPT_FLAG_VIDEO_PARAM)
	if codec._type == C.AVMEDIA_TYPE_AUDIO {
		medium = C.AV_OPT_FLAG_AUDIO_PARAM
	}
	return append(options(codec.priv_class, nil, 0), options(C.avcodec_get_class(), codec.priv_class, medium)...)
}

// MuxerOptions returns the options of the container of this name: its own first, then those that all containers share. The list is shared
// by all callers, and must not be changed; it may be appended to.
func MuxerOptions(container string) []Option {
	return listOnce("muxer "+container, func() []Option {
		return append(options(muxerClass(container), nil, 0), options(C.avformat_get_class(), nil, 0)...)
	})
}

// ContainersWithOption returns the names, in order, of the containers that have an option of their own of this name.
func ContainersWithOption(name string) []string {
	n := C.CString(name)
	defer C.free(unsafe.Pointer(n))
	var all []string
	var state unsafe.Pointer
	for o := C.av_muxer_iterate(&state); o != nil; o = C.av_muxer_iterate(&state) {
		if o.priv_class != nil && C.av_opt_find(unsafe.Pointer(&o.priv_class), n, nil, C.AV_OPT_FLAG_ENCODING_PARAM, C.AV_OPT_SEARCH_FAKE_OBJ) != nil {
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

// options lists the options of a class that serve encoding (and this medium, if not 0). Some take named values of the child's, too.
func options(class, child *C.AVClass, medium C.int) []Option {
	own, childs := namedValues(class), namedValues(child)
	var all []Option
	for o := C.next_option(class, nil); class != nil && o != nil; o = C.next_option(class, o) {
		if o._type == C.AV_OPT_TYPE_CONST || o.flags&C.AV_OPT_FLAG_ENCODING_PARAM == 0 || medium != 0 && o.flags&medium == 0 {
			continue
		}
		option := Option{Name: C.GoString(o.name), Kind: optionKinds[o._type], Min: float64(o.min), Max: float64(o.max)}
		if o.unit != nil {
			unit := C.GoString(o.unit)
			if option.Values = own[unit]; o.flags&C.AV_OPT_FLAG_CHILD_CONSTS != 0 && len(childs[unit]) > 0 {
				option.Values = childs[unit]
			}
		}
		all = append(all, option)
	}
	return all
}

var optionKinds = map[uint32]OptionKind{
	C.AV_OPT_TYPE_INT: OptionWhole, C.AV_OPT_TYPE_INT64: OptionWhole, C.AV_OPT_TYPE_UINT: OptionWhole, C.AV_OPT_TYPE_UINT64: OptionWhole,
	C.AV_OPT_TYPE_FLOAT: OptionNumber, C.AV_OPT_TYPE_DOUBLE: OptionNumber, C.AV_OPT_TYPE_BOOL: OptionBool,
	C.AV_OPT_TYPE_FLAGS: OptionFlags, C.AV_OPT_TYPE_DICT: OptionPairs,
}

// namedValues lists the named values of a class by unit.
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

// CheckEncoderOption says what FFmpeg would have against a value of an option of this encoder, without an encoder, and without the complaint that
// FFmpeg would log. Where the value is a number, or the name of one, it returns the number. An unknown encoder has the options that all share.
func CheckEncoderOption(encoder, name, value string) (float64, error) {
	var own *C.AVClass
	if codec := findEncoder(encoder); codec != nil {
		own = codec.priv_class
	}
	return rehearse(own, C.avcodec_get_class(), name, value)
}

// CheckMuxerOption does the same for an option of a container.
func CheckMuxerOption(container, name, value string) error {
	_, err := rehearse(muxerClass(container), C.avformat_get_class(), name, value)
	return err
}

func rehearse(own, shared *C.AVClass, name, value string) (float64, error) {
	n, v := C.CString(name), C.CString(value)
	defer C.free(unsafe.Pointer(n))
	defer C.free(unsafe.Pointer(v))
	var number C.double
	if ret := C.rehearse(own, shared, n, v, &number); ret < 0 {
		return 0, astiav.Error(ret)
	}
	return float64(number), nil
}
