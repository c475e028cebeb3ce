package gpu

//#cgo LDFLAGS: -ldl
//#include "driver.h"
import "C"

import "sync"

// load loads the driver, once for the process.
var load = sync.OnceValue(func() error {
	if reason := C.gpu_load(); reason != nil {
		return unavailable("there is no NVIDIA driver: %s", C.GoString(reason))
	}
	return nil
})

// check returns the error of a call.
func check(r C.struct_gpu_result) error {
	if r.code == 0 {
		return nil
	}
	return &Error{
		Call: C.GoString(r.call), Code: int(r.code),
		Name: C.GoString(C.gpu_error_name(r.code)), Text: C.GoString(C.gpu_error_text(r.code)),
	}
}

// findDevice loads the driver, and returns the name of the GPU of this index.
func findDevice(index int) (name string, err error) {
	if err := load(); err != nil {
		return "", err
	}
	var count C.int
	if err := check(C.gpu_device_count(&count)); err != nil {
		return "", unavailable("the NVIDIA driver finds no GPU: %w", err)
	}
	if index >= int(count) {
		return "", unavailable("there is no device %s: the NVIDIA driver knows %d, counted from 0",
			deviceName(index), int(count))
	}
	var text [256]C.char
	if err := check(C.gpu_device_name(C.int(index), &text[0], C.int(len(text)))); err != nil {
		return "", unavailable("%s does not answer: %w", deviceName(index), err)
	}
	return C.GoString(&text[0]), nil
}
