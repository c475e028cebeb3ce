//go:build linux && cgo

// Package linux is empty, and can be built on Linux with cgo alone. Elsewhere the go command ends with one line that
// holds the name of this folder, before it compiles go-astiav, which would say "undefined: MediaType" and the like.
package linux
