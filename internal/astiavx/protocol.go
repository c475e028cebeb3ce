package astiavx

//#include <libavformat/avio.h>
//#include <stdlib.h>
import "C"

import "unsafe"

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

// ProtocolOptions returns the options of the protocol of this name. FFmpeg keeps the options that
// all protocols share, rw_timeout among them, in a class that is not public (libavformat/avio.c).
// They are not in the list.
func ProtocolOptions(protocol string) []Option { return options(protocolClass(protocol), nil, 0) }

// CheckProtocolOption returns FFmpeg's error for a value of an option of this protocol.
func CheckProtocolOption(protocol, name, value string) error {
	_, err := checkOption(protocolClass(protocol), protocolClass(protocol), name, value)
	return err
}

func protocolClass(protocol string) *C.AVClass {
	n := C.CString(protocol)
	defer C.free(unsafe.Pointer(n))
	return C.avio_protocol_get_class(n)
}
