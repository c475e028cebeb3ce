package astiavx

//#include <libavformat/avio.h>
//#include <stdlib.h>
import "C"

import (
	"math"
	"strconv"
	"unsafe"
)

// OutputProtocols returns the names of the protocols that FFmpeg can write to. Go-astiav has no
// list of them.
func OutputProtocols() []string {
	var names []string
	var state unsafe.Pointer
	for n := C.avio_enum_protocols(&state, 1); n != nil; n = C.avio_enum_protocols(&state, 1) {
		names = append(names, C.GoString(n))
	}
	return names
}

// ReadWriteTimeout is an option that all protocols have: how many microseconds a read or a write
// may take. FFmpeg keeps it in a class that is not public (libavformat/avio.c).
const ReadWriteTimeout = "rw_timeout"

// ProtocolOptions returns the options of the protocol of this name. All callers share the list.
// They may append to it, and must not change its elements.
func ProtocolOptions(protocol string) []Option {
	return optionList("protocol "+protocol, func() []Option {
		shared := Option{Name: ReadWriteTimeout, Kind: OptionWhole, Max: math.MaxInt64}
		return append(options(protocolClass(protocol), nil, 0), shared)
	})
}

// CheckProtocolOption returns FFmpeg's error for a value of an option of this protocol.
func CheckProtocolOption(protocol, name, value string) error {
	if name == ReadWriteTimeout {
		_, err := strconv.ParseUint(value, 10, 63)
		return err
	}
	_, err := checkOption(protocolClass(protocol), protocolClass(protocol), name, value)
	return err
}

func protocolClass(protocol string) *C.AVClass {
	n := C.CString(protocol)
	defer C.free(unsafe.Pointer(n))
	return C.avio_protocol_get_class(n)
}
