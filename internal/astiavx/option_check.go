package astiavx

//#include "option_check.h"
//#include <libavcodec/avcodec.h>
//#include <libavformat/avformat.h>
//#include <stdlib.h>
import "C"

import "unsafe"

// CheckEncoderOption returns FFmpeg's error for a value of an option of this encoder. It opens no
// encoder, and logs nothing. If the value is a number, or the name of one, it returns the number.
// An unknown encoder has the options that all encoders share. Go-astiav can set options only.
func CheckEncoderOption(encoder, name, value string) (float64, error) {
	var own *C.AVClass
	if codec := findEncoder(encoder); codec != nil {
		own = codec.priv_class
	}
	return checkOption(own, C.avcodec_get_class(), name, value)
}

// CheckMuxerOption returns FFmpeg's error for a value of an option of a container.
func CheckMuxerOption(container, name, value string) error {
	_, err := checkOption(muxerClass(container), C.avformat_get_class(), name, value)
	return err
}

func checkOption(own, shared *C.AVClass, name, value string) (float64, error) {
	n, v := C.CString(name), C.CString(value)
	defer C.free(unsafe.Pointer(n))
	defer C.free(unsafe.Pointer(v))
	var number C.double
	if err := asError(C.avloom_check_option(own, shared, n, v, &number)); err != nil {
		return 0, err
	}
	return float64(number), nil
}
