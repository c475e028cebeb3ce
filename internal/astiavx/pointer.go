package astiavx

import (
	"reflect"
	"unsafe"
)

// cPointer returns the pointer to C that an object of go-astiav holds. It serves objects without an
// UnsafePointer method, which go-astiav v0.43.0 gives to codec contexts and frames alone. All of
// them keep the pointer in a field named c; if one no longer does, cPointer panics.
func cPointer(object any) unsafe.Pointer {
	return reflect.ValueOf(object).Elem().FieldByName("c").UnsafePointer()
}
