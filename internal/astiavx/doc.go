// Package astiavx binds what avloom needs of FFmpeg and go-astiav v0.43.0 does not bind. Each
// symbol states why it exists; when go-astiav gains the same, the symbol here is deleted.
//
// The package decides nothing: which encoder, option, format or container to choose, and how to
// word an error for people, is decided by its callers. It starts no goroutine of its own.
//
// To add a binding: put it into the file of its FFmpeg object, take go-astiav's types where they
// exist, name the C function in the comment if the Go name does not, and return astiav.Error. An
// object of go-astiav is reached through its UnsafePointer method, or with cPointer where it has
// none; codecs and container formats are passed by name. The caller frees what it allocates, and
// package live counts it.
package astiavx

//#cgo pkg-config: libavcodec libavformat libavutil libswscale
import "C"
