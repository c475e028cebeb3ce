package gpu

//#include "nvenc.h"
import "C"

import (
	"github.com/asticode/go-astiav"
)

// NVENC's codes (NVENCSTATUS in nvEncodeAPI.h) that tell why a session cannot be opened.
const (
	nvencNoDevice          = 1
	nvencUnsupportedDevice = 2
	nvencOutOfMemory       = 10 // also older drivers at their limit of sessions
	nvencInvalidVersion    = 15
	nvencClientKey         = 21 // newer drivers at their limit of sessions
)

// encoders are the codecs of NVENC. A GPU encodes some or all of them.
var encoders = []struct {
	bit  C.uint
	id   astiav.CodecID
	name string
}{
	{C.GPU_H264, astiav.CodecIDH264, "h264_nvenc"},
	{C.GPU_HEVC, astiav.CodecIDHevc, "hevc_nvenc"},
	{C.GPU_AV1, astiav.CodecIDAv1, "av1_nvenc"},
}

// Encoder returns the name of FFmpeg's NVENC encoder for a codec; "" if there is none.
func Encoder(id astiav.CodecID) string {
	for _, e := range encoders {
		if e.id == id {
			return e.name
		}
	}
	return ""
}

// Encoders returns the names of FFmpeg's NVENC encoders.
func Encoders() []string {
	var names []string
	for _, e := range encoders {
		names = append(names, e.name)
	}
	return names
}

// Probe returns why NVENC cannot be used on the device of this index; nil: it can be used. It opens
// an encoding session, which takes some tenths of a second, and closes it. Its error wraps
// ErrUnavailable.
func Probe(index int) error {
	d, err := Open(Config{Index: index, OutWidth: 2, OutHeight: 2})
	if err != nil {
		return err
	}
	defer d.Close()
	_, err = d.Encoders()
	return err
}

// Encoders returns the names of FFmpeg's NVENC encoders that the device supports, or an error that
// tells why there is none. It opens an encoding session, and closes it.
func (d *Device) Encoders() (names []string, err error) {
	var version, codecs C.uint
	var reason [C.GPU_NVENC_REASON]C.char
	code := C.gpu_nvenc(C.uintptr_t(uintptr(d.lane.context)), &version, &codecs, &reason[0])
	err = d.explainSession(int(code), uint(version), C.GoString(&reason[0]))
	if err != nil {
		return nil, err
	}
	for _, e := range encoders {
		if codecs&e.bit != 0 {
			names = append(names, e.name)
		}
	}
	return names, nil
}

// explainSession returns the error for a session that could not be opened. The reason is that of
// the dynamic linker if the library is missing.
func (d *Device) explainSession(code int, version uint, reason string) error {
	switch code {
	case C.GPU_NVENC_OK:
		return nil
	case C.GPU_NVENC_MISSING:
		return unavailable("%s: the driver's encoder library cannot be loaded; "+
			"in a container, NVIDIA_DRIVER_CAPABILITIES must contain video: %s", d, reason)
	case nvencNoDevice, nvencUnsupportedDevice:
		return unavailable("%s has no NVENC", d)
	case nvencOutOfMemory, nvencClientKey:
		return unavailable("%s: %w: it encodes as many videos as its driver allows at a time, "+
			"or has no memory left (NVENC error %d)", d, ErrSessionLimit, code)
	case nvencInvalidVersion:
		return unavailable("%s: its driver is too old: it knows NVENC up to version %d.%d", d, version>>4, version&0xf)
	default:
		return unavailable("%s: NVENC does not start (error %d)", d, code)
	}
}
