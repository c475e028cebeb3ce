// Package astiavx is what go-astiav lacks and avloom needs. Each symbol says why it exists. Where go-astiav gains one, the symbol
// here goes.
//
// Go-astiav's objects are reached through their UnsafePointer where they have one, and by name where they have not (codecs,
// container formats).
package astiavx

//#cgo pkg-config: libavcodec libavformat libavutil libswscale
import "C"
