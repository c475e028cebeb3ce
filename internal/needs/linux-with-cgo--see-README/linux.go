//go:build linux && cgo

// Package linux is empty. It can be built only on Linux with cgo. Elsewhere the go command prints
// one line that contains the name of this folder. Without this package it would compile go-astiav,
// and print lines such as "undefined: MediaType".
package linux
