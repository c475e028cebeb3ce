package astiavx

//#include <libavformat/avio.h>
//#include <stdlib.h>
import "C"

import (
	"math"
	"strconv"
	"unsafe"
)

// OutputProtocols returns the names of the protocols that FFmpeg can write to. Go-astiav lists none.
func OutputProtocols() []string {
	var names []string
	var state unsafe.Pointer
	for n := C.avio_enum_protocols(&state, 1); n != nil; n = C.avio_enum_protocols(&state, 1) {
		names = append(names, C.GoString(n))
	}
	return names
}

// ReadWriteTimeout is an option of every protocol (libavformat/avio.c), which FFmpeg keeps in a class that it does not show: how many
// microseconds a read or a write may take.
const ReadWriteTimeout = "rw_timeout"

// ProtocolOptions returns the options of the protocol of this name. The list is shared by all callers, and must not be changed; it may be
// appended to.
func ProtocolOptions(protocol string) []Option {
	return listOnce("protocol "+protocol, func() []Option {
		return append(options(protocolClass(protocol), nil, 0), Option{Name: ReadWriteTimeout, Kind: OptionWhole, Max: math.MaxInt64})
	})
}

// CheckProtocolOption says what FFmpeg would have against a value of an option of this protocol.
func CheckProtocolOption(protocol, name, value string) error {
	if name == ReadWriteTimeout {
		_, err := strconv.ParseUint(value, 10, 63)
		return err
	}
	_, err := rehearse(protocolClass(protocol), protocolClass(protocol), name, value)
	return err
}

func protocolClass(protocol string) *C.AVClass {
	n := C.CString(protocol)
	defer C.free(unsafe.Pointer(n))
	return C.avio_protocol_get_class(n)
}
