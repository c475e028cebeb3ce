package astiavx

//#include <stdlib.h>
import "C"

import "unsafe"

// SetLibraryVariable sets a variable of the environment that FFmpeg's libraries read, unless it is
// set. Go's os.Setenv would also give the variable to the programs that this process starts.
func SetLibraryVariable(name, value string) {
	n, v := C.CString(name), C.CString(value)
	defer C.free(unsafe.Pointer(n))
	defer C.free(unsafe.Pointer(v))
	C.setenv(n, v, 0)
}
