package main

//#cgo LDFLAGS: -ldl
//#include <stdlib.h>
//#include "world.h"
import "C"

import (
	_ "embed" // of the kernels
	"fmt"
	"unsafe"

	"github.com/avloom/avloom/api"
)

//go:embed particles.ptx
var kernels string

// world is the simulation on the GPU. Its pictures never leave it.
type world struct {
	c C.struct_world
}

// newWorld starts a simulation on the GPU of this number.
func newWorld(device int, start []particle, width, height int) (*world, error) {
	ptx := C.CString(kernels)
	defer C.free(unsafe.Pointer(ptx))
	w := &world{}
	failed := C.world_open(&w.c, C.int(device), ptx, (*C.struct_particle)(unsafe.Pointer(&start[0])), C.int(len(start)), C.int(width), C.int(height))
	if failed != nil {
		w.close()
		return nil, fmt.Errorf("start the simulation: %s failed", C.GoString(failed))
	}
	return w, nil
}

// step goes on by so many seconds, and returns the picture, which is on the GPU, or will be when its stream has come so far.
func (w *world) step(seconds float32) (api.DeviceFrames, error) {
	if failed := C.world_step(&w.c, C.float(seconds)); failed != nil {
		return api.DeviceFrames{}, fmt.Errorf("simulate: %s failed", C.GoString(failed))
	}
	return api.DeviceFrames{Ptr: uintptr(w.c.scene.picture), N: 1, Layout: api.NHWC, Stream: uintptr(w.c.stream)}, nil
}

func (w *world) close() { C.world_close(&w.c) }
