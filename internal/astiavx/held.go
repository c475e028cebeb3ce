package astiavx

import (
	"reflect"
	"unsafe"
)

// held returns the pointer to C that an object of go-astiav holds, where it has no UnsafePointer method. All of them keep it in a field of
// this name; should one no longer, this panics.
func held(object any) unsafe.Pointer {
	return reflect.ValueOf(object).Elem().FieldByName("c").UnsafePointer()
}
