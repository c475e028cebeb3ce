package main

//#cgo LDFLAGS: -ldl
//#include <stdlib.h>
//#include "world.h"
import "C"

import (
	_ "embed" // for the kernels
	"fmt"
	"unsafe"

	"github.com/avloom/avloom/api"
)

//go:embed particles.ptx
var kernels string

// world is the simulation on the GPU. Its pictures stay there.
type world struct {
	c C.struct_world
}

// newWorld starts a simulation on the GPU with the number device.
func newWorld(device int, start []particle, width, height int) (*world, error) {
	ptx := C.CString(kernels)
	defer C.free(unsafe.Pointer(ptx))
	w := &world{}
	particles := (*C.struct_particle)(unsafe.Pointer(&start[0]))
	failed := C.world_open(&w.c, C.int(device), ptx, particles, C.int(len(start)), C.int(width), C.int(height))
	if failed != nil {
		w.close()
		return nil, fmt.Errorf("start the simulation: %s failed", C.GoString(failed))
	}
	return w, nil
}

// step moves the simulation on and returns the picture. The picture is on the GPU, and is complete
// when the stream in the result has done its work.
func (w *world) step(seconds float32) (api.DeviceFrames, error) {
	failed := C.world_step(&w.c, C.float(seconds))
	if failed != nil {
		return api.DeviceFrames{}, fmt.Errorf("simulate: %s failed", C.GoString(failed))
	}
	return api.DeviceFrames{Ptr: uintptr(w.c.scene.picture), N: 1, Layout: api.NHWC, Stream: uintptr(w.c.stream)}, nil
}

func (w *world) close() { C.world_close(&w.c) }
